// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/recurrent_cells.h"

#include <utility>

namespace trireme::recurrent {

namespace {

std::vector<Reg> sums_of_products(Step& s, std::int64_t gates) {
  std::vector<Reg> sums;
  for (const Reg& product : s.products_of(0, gates)) sums.push_back(s.b.variable(product));
  return sums;
}

void finish_hidden(Step& s, const Reg& fresh) {
  s.keep(s.hidden(true), s.kept_or(s.own(s.hidden(false)), fresh));
  s.store_output(fresh);
}

// (1 - update) fresh + update past
void finish_gru(Step& s, const Reg& update_gate, const Reg& fresh) {
  PpuBuilder& b = s.b;
  const Reg past = s.own(s.hidden(false));
  finish_hidden(s, add(b, mul(b, sub(b, b.real(1), update_gate), fresh), mul(b, update_gate, past)));
}

}  // namespace

// Gates i, o, f, c; peepholes i, o, f.
std::optional<PpuKernel> lstm_step(const Direction& d, std::int64_t i) {
  Step s(d, i);
  PpuBuilder& b = s.b;
  std::vector<Reg> sums = sums_of_products(s, 4);
  s.add_state(0, s.hidden(false), sums);
  const Buffer past = s.cell(false);
  const auto peeped = [&](std::size_t g, const Reg& cell) {
    Reg sum = std::move(sums[g]);
    if (!d.has(kPeephole)) return sum;
    const std::int64_t first = (d.index * 3 + static_cast<std::int64_t>(g)) * d.hidden;
    return add(b, sum, mul(b, s.of_unit(kPeephole, first), cell));
  };
  Reg in = gate(b, d, 0, peeped(0, s.own(past)));
  const Reg forget = d.attr.input_forget ? sub(b, b.real(1), in) : gate(b, d, 0, peeped(2, s.own(past)));
  in = mul(b, in, gate(b, d, 1, std::move(sums[3])));
  const Reg cell = add(b, mul(b, forget, s.own(past)), in);
  s.keep(s.cell(true), s.kept_or(s.own(past), cell));
  const Reg out = gate(b, d, 0, peeped(1, cell));
  finish_hidden(s, mul(b, out, activated(b, d, 2, cell)));  // ONNX Runtime does not clip the cell
  return s.finish();
}

// Gates z, r, h; the reset gate takes effect on the state's product.
std::optional<PpuKernel> gru_step(const Direction& d, std::int64_t i) {
  Step s(d, i);
  PpuBuilder& b = s.b;
  std::vector<Reg> sums = sums_of_products(s, 2);
  const std::int64_t bias = (d.index * 6 + 5) * d.hidden;
  sums.push_back(b.variable(d.has(kBias) ? s.of_unit(kBias, bias) : b.real(0)));
  s.add_state(0, s.hidden(false), sums);
  const Reg update_gate = gate(b, d, 0, std::move(sums[0]));
  Reg past = mul(b, gate(b, d, 0, std::move(sums[1])), std::move(sums[2]));
  past = add(b, s.products_of(2, 1)[0], past);
  finish_gru(s, update_gate, gate(b, d, 1, std::move(past)));
  return s.finish();
}

// The same with the reset gate on the state itself: first both gates and the state that is reset …
std::optional<PpuKernel> gru_gates(const Direction& d, std::int64_t i) {
  Step s(d, i);
  std::vector<Reg> sums = sums_of_products(s, 2);
  s.add_state(0, s.hidden(false), sums);
  s.keep(update, gate(s.b, d, 0, std::move(sums[0])));
  s.keep(reset_state, mul(s.b, gate(s.b, d, 0, std::move(sums[1])), s.own(s.hidden(false))));
  return s.finish();
}

// … then its product.
std::optional<PpuKernel> gru_state(const Direction& d, std::int64_t i) {
  Step s(d, i);
  std::vector<Reg> sum = {s.b.variable(s.products_of(2, 1)[0])};
  s.add_state(2, reset_state, sum);
  finish_gru(s, s.own(update), gate(s.b, d, 1, sum[0]));
  return s.finish();
}

std::optional<PpuKernel> rnn_step(const Direction& d, std::int64_t i) {
  Step s(d, i);
  std::vector<Reg> sum = sums_of_products(s, 1);
  s.add_state(0, s.hidden(false), sum);
  finish_hidden(s, gate(s.b, d, 0, sum[0]));
  return s.finish();
}

}  // namespace trireme::recurrent

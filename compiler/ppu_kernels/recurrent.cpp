// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and the simple RNN as ONNX defines them. A lane has one unit of one sequence. For each direction:
// a program takes over the initial state, one multiplies all inputs by W, then one a step (two, if a GRU
// resets the state before its product) multiplies the state by R, and the last one gives the final state.
// The state is float32 in scratch memory and written to another place than it is read from.
#include <utility>

#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/sequence.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;
using Activation = RecurrentAttributes::Activation;

constexpr std::int64_t kWord = 4;
constexpr std::size_t kX = 0, kW = 1, kR = 2, kBias = 3, kLengths = 4, kInitial = 5, kPeephole = 7;
constexpr std::size_t kMaxKernels = 8192;
constexpr std::int64_t kMaxScratch = 0x7FFFFFFF;  // bytes

// Scratch of a direction.
enum Buffer : std::size_t {
  products,
  hidden_even,
  hidden_odd,
  cell_even,
  cell_odd,
  update,
  reset_state,
  buffers
};

// Elements from one time step, and one sequence, to the next.
struct Steps {
  std::int64_t time, sequence, first;
};

struct Direction {
  const Graph& graph;
  const Node& node;
  const Chip& chip;
  const RecurrentAttributes& attr;
  std::int64_t gates, index, directions, steps, batch, features, hidden;

  bool reverse() const { return index == 1 || attr.direction == RecurrentAttributes::Direction::reverse; }
  bool has(std::size_t input) const { return has_input(node, input); }
  std::int64_t rows() const { return gates * hidden; }
  std::int64_t units() const { return batch * hidden; }
  Steps of_input() const {
    return attr.batch_first ? Steps{features, steps * features, 0} : Steps{batch * features, features, 0};
  }
  Steps of_output() const {
    if (attr.batch_first) return {directions * hidden, steps * directions * hidden, index * hidden};
    return {directions * units(), hidden, index * units()};
  }
  Steps of_state() const {
    if (attr.batch_first) return {0, directions * hidden, index * hidden};
    return {0, hidden, index * units()};
  }
  PpuOperand in(std::size_t i) const { return input_operand(graph, node, i); }
  PpuOperand out(std::size_t i) const { return output_operand(graph, node, i); }
  PpuOperand scratch(Buffer buffer, bool writes) const {
    PpuOperand operand;
    operand.kind = writes ? PpuOperandKind::scratch_out : PpuOperandKind::scratch_in;
    operand.index = static_cast<std::size_t>(index) * buffers + buffer;
    return operand;
  }
  std::int64_t bytes_of_buffer(std::size_t buffer) const {
    return kWord * (buffer == products ? steps * batch * rows() : units());
  }
};

// Address of element first + offset of an operand; `bytes` of it are touched, 0: any.
Reg at(PpuBuilder& b, const PpuOperand& operand, std::int64_t first, const Reg& offset,
       std::int64_t bytes = 0) {
  const std::int64_t size = bytes_of(operand.type);
  const Reg base = b.address(operand.kind, operand.index, first * size, bytes);
  return offset == nullptr ? base : iadd(b, base, imul(b, offset, b.whole(size)));
}

Reg load_at(PpuBuilder& b, const PpuOperand& operand, const Reg& address, std::int64_t element = 0) {
  return load_real(b, operand, address, b.whole(0), element * bytes_of(operand.type));
}

void store_at(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address) {
  store_real(b, operand, value, address, b.whole(0));
}

// sums[g] += the products of the operands' elements along a row of `count`, row g of the first `rows` rows
// apart.
void add_products(PpuBuilder& b, const PpuOperand& matrix, const Reg& row, std::int64_t rows,
                  const PpuOperand& vector, const Reg& from, std::int64_t count, std::vector<Reg>& sums) {
  const Reg weights = b.variable(row), values = b.variable(from), zero = b.whole(0);
  const Reg weight_bytes = b.whole(bytes_of(matrix.type)), value_bytes = b.whole(bytes_of(vector.type));
  b.loop(count, [&] {
    const Reg x = load_at(b, vector, values);
    for (std::size_t g = 0; g < sums.size(); ++g)
      b.into(sums[g], PpuOpcode::fmad, x,
             load_at(b, matrix, weights, static_cast<std::int64_t>(g) * rows * count));
    b.into(weights, PpuOpcode::iadd, weights, weight_bytes);
    b.into(values, PpuOpcode::iadd, values, value_bytes);
  });
}

// x W + what of the biases does not depend on the reset gate, for all steps.
std::optional<PpuKernel> input_products(const Direction& d) {
  PpuBuilder b(d.chip);
  const PpuOperand x = d.in(kX), w = d.in(kW), out = d.scratch(products, true);
  const std::int64_t elements = d.steps * d.batch * d.rows();
  const Reg element = lane_element(b, elements);
  const Steps s = d.of_input();
  const std::vector<Reg> parts = decompose(b, element, {d.steps, d.batch, d.rows()},
                                           {{s.time, s.sequence, 0}, {0, 0, d.features}, {0, 0, 1}});
  std::vector<Reg> sum = {b.variable(b.whole(0))};
  add_products(b, w, at(b, w, d.index * d.rows() * d.features, parts[1]), 0, x, at(b, x, 0, parts[0]),
               d.features, sum);
  if (d.has(kBias)) {
    const PpuOperand bias = d.in(kBias);
    const Reg address = at(b, bias, d.index * 2 * d.rows(), parts[2]);
    const Reg of_state = load_at(b, bias, address, d.rows());
    const bool apart = d.gates == 3 && d.attr.linear_before_reset;
    const Reg second =
        apart ? choose(b, PpuOpcode::ilt, parts[2], b.whole(2 * d.hidden), of_state, b.real(0)) : of_state;
    b.into(sum[0], PpuOpcode::fadd, sum[0], add(b, load_at(b, bias, address), second));
  }
  store_at(b, out, sum[0], at(b, out, 0, element));
  return b.finish(threads_for(elements));
}

// Initial states to scratch, or final states out of it.
std::optional<PpuKernel> states(const Direction& d, bool final) {
  PpuBuilder b(d.chip);
  const Reg element = lane_element(b, d.units());
  const Steps s = d.of_state();
  const Reg offset = decompose(b, element, {d.batch, d.hidden}, {{s.sequence, 1}})[0];
  const bool odd = final && d.steps % 2 != 0;
  for (std::size_t i = 0; i < (d.gates == 4 ? 2U : 1U); ++i) {
    const Buffer buffer = i == 0 ? (odd ? hidden_odd : hidden_even) : (odd ? cell_odd : cell_even);
    const PpuOperand kept = d.scratch(buffer, !final);
    const Reg place = at(b, kept, 0, element);
    if (final) {
      const PpuOperand out = d.out(1 + i);
      store_at(b, out, load_at(b, kept, place), at(b, out, s.first, offset));
    } else if (d.has(kInitial + i)) {
      const PpuOperand in = d.in(kInitial + i);
      store_at(b, kept, load_at(b, in, at(b, in, s.first, offset)), place);
    } else {
      store_at(b, kept, b.real(0), place);
    }
  }
  return b.finish(threads_for(d.units()));
}

Reg activated(PpuBuilder& b, const Direction& d, std::size_t which, const Reg& x) {
  const std::size_t per_direction = d.attr.activations.size() / static_cast<std::size_t>(d.directions);
  const std::size_t i = static_cast<std::size_t>(d.index) * per_direction + which;
  const Reg alpha = b.real(d.attr.activation_alpha[i]), beta = b.real(d.attr.activation_beta[i]);
  const auto below_zero = [&](const Reg& y) { return choose(b, PpuOpcode::flt, x, b.real(0), y, x); };
  switch (d.attr.activations[i]) {
    case Activation::sigmoid:
      return sigmoid(b, x);
    case Activation::tanh:
      return tanh(b, x);
    case Activation::relu:
      return larger(b, b.real(0), x);
    case Activation::hard_sigmoid:
      return smaller(b, b.real(1), larger(b, b.real(0), add(b, mul(b, alpha, x), beta)));
    case Activation::softsign:
      return div(b, x, add(b, b.real(1), abs(b, x)));
    case Activation::softplus:
      return softplus(b, x);
    case Activation::affine:
      return add(b, mul(b, alpha, x), beta);
    case Activation::leakyrelu:
      return below_zero(mul(b, alpha, x));
    case Activation::elu:
      return below_zero(mul(b, alpha, expm1(b, x)));
  }
  return x;
}

// A gate: its sum clipped, then the function. The sum's register is free afterwards if the caller gave it up.
Reg gate(PpuBuilder& b, const Direction& d, std::size_t which, Reg sum) {
  if (d.attr.clip > 0) sum = smaller(b, b.real(d.attr.clip), larger(b, b.real(-d.attr.clip), sum));
  return activated(b, d, which, sum);
}

// What a lane of step `i` works on. It holds little between the parts of a program: registers are few.
class Step {
 public:
  Step(const Direction& d, std::int64_t i) : b(d.chip), d_(d), i_(i), element_(lane_element(b, d.units())) {
    if (d.has(kLengths)) time_ = time_of();
  }

  // The input's part of the sums of `count` gates from `first` on.
  std::vector<Reg> products_of(std::int64_t first, std::int64_t count) {
    const std::int64_t step = d_.batch * d_.rows();
    const Reg own = iadd(b, imul(b, sequence(), b.whole(d_.rows())), unit());
    const Reg from = at_time(d_.scratch(products, false), {step, 0, 0}, own, step);
    std::vector<Reg> sums;
    for (std::int64_t g = first; g < first + count; ++g)
      sums.push_back(b.load(PpuType::f32, from, b.whole(0), g * d_.hidden * kWord));
    return sums;
  }
  // sums[g] += row of gate first + g of R times a state.
  void add_state(std::int64_t first, Buffer state, std::vector<Reg>& sums) {
    const PpuOperand r = d_.in(kR), h = d_.scratch(state, false);
    const Reg row =
        at(b, r, (d_.index * d_.gates + first) * d_.hidden * d_.hidden, imul(b, unit(), b.whole(d_.hidden)));
    add_products(b, r, row, d_.hidden, h, at(b, h, 0, imul(b, sequence(), b.whole(d_.hidden))), d_.hidden,
                 sums);
  }
  Reg own(Buffer state) {
    const PpuOperand kept = d_.scratch(state, false);
    return load_at(b, kept, at(b, kept, 0, element_));
  }
  void keep(Buffer state, const Reg& value) {
    const PpuOperand kept = d_.scratch(state, true);
    store_at(b, kept, value, at(b, kept, 0, element_));
  }
  Reg of_unit(std::size_t input, std::int64_t first) {
    const PpuOperand operand = d_.in(input);
    return load_at(b, operand, at(b, operand, first, unit()));
  }
  // Behind the end of a short sequence the state stays, and the output is 0.
  Reg kept_or(const Reg& old, const Reg& fresh) {
    return active_ == nullptr ? fresh : choose(b, PpuOpcode::ieq, active_, b.whole(0), old, fresh);
  }
  void store_output(const Reg& h) {
    const PpuOperand y = d_.out(0);
    const Steps s = d_.of_output();
    const Reg own = iadd(b, imul(b, sequence(), b.whole(s.sequence)), unit());
    store_at(b, y, kept_or(b.real(0), h), at_time(y, s, own, (d_.batch - 1) * s.sequence + d_.hidden));
  }
  std::optional<PpuKernel> finish() { return b.finish(threads_for(d_.units())); }

  Buffer hidden(bool next) const { return (i_ % 2 != 0) != next ? hidden_odd : hidden_even; }
  Buffer cell(bool next) const { return (i_ % 2 != 0) != next ? cell_odd : cell_even; }

  PpuBuilder b;

 private:
  Reg sequence() { return b.op(PpuOpcode::idiv, element_, b.whole(d_.hidden)); }
  Reg unit() { return b.op(PpuOpcode::imod, element_, b.whole(d_.hidden)); }

  // Where lengths are data, so is the time; behind a sequence's end it is i.
  Reg time_of() {
    const PpuOperand lengths = d_.in(kLengths);
    Reg length = load_raw(b, lengths, at(b, lengths, 0, sequence()), b.whole(0));
    length = b.op(PpuOpcode::imin, b.op(PpuOpcode::imax, length, b.whole(0)), b.whole(d_.steps));
    const Reg i = b.whole(i_);
    active_ = choose(b, PpuOpcode::ilt, i, length, b.whole(1), b.whole(0));
    if (!d_.reverse()) return i;
    return kept_or(i, b.op(PpuOpcode::isub, length, b.whole(i_ + 1)));
  }

  // Element `own` of the step's `count` elements.
  Reg at_time(const PpuOperand& operand, const Steps& s, const Reg& own, std::int64_t count) {
    if (time_ != nullptr) return at(b, operand, s.first, iadd(b, own, imul(b, time_, b.whole(s.time))));
    const std::int64_t time = d_.reverse() ? d_.steps - 1 - i_ : i_;
    return at(b, operand, s.first + time * s.time, own, count * bytes_of(operand.type));
  }

  const Direction& d_;
  std::int64_t i_;
  Reg element_, time_, active_;
};

std::vector<Reg> sums_of_products(Step& s, std::int64_t gates) {
  std::vector<Reg> sums;
  for (const Reg& product : s.products_of(0, gates)) sums.push_back(s.b.variable(product));
  return sums;
}

void finish_hidden(Step& s, const Reg& fresh) {
  s.keep(s.hidden(true), s.kept_or(s.own(s.hidden(false)), fresh));
  s.store_output(fresh);
}

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

// (1 - update) fresh + update past
void finish_gru(Step& s, const Reg& update_gate, const Reg& fresh) {
  PpuBuilder& b = s.b;
  const Reg past = s.own(s.hidden(false));
  finish_hidden(s, add(b, mul(b, sub(b, b.real(1), update_gate), fresh), mul(b, update_gate, past)));
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

using StepKernel = std::optional<PpuKernel> (*)(const Direction& d, std::int64_t i);

bool are_supported(const Graph& graph, const Node& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) continue;
    const PpuOperand operand = input_operand(graph, node, i);
    if (!is_supported(operand) || operand.is_real() != (i != kLengths)) return false;
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNone) return false;
    const PpuOperand operand = output_operand(graph, node, i);
    if (!operand.is_real() || !is_supported(operand)) return false;
  }
  return true;
}

std::optional<PpuSequence> sequence(const Graph& graph, const Node& node, const Chip& chip,
                                    std::int64_t gates, const std::vector<StepKernel>& step) {
  if (!are_supported(graph, node)) return std::nullopt;
  const auto& attr = attributes<RecurrentAttributes>(node);
  const Shape &x = graph.values[node.inputs[kX]].shape, &w = graph.values[node.inputs[kW]].shape;
  const std::int64_t steps = attr.batch_first ? x[1] : x[0], batch = attr.batch_first ? x[0] : x[1];
  PpuSequence result;
  bool complete = true;
  const auto add_kernel = [&](std::optional<PpuKernel> kernel) {
    complete = complete && kernel.has_value() && result.kernels.size() < kMaxKernels;
    if (complete) result.kernels.push_back(std::move(*kernel));
  };
  for (std::int64_t index = 0; index < w[0]; ++index) {
    const Direction d{graph, node, chip, attr, gates, index, w[0], steps, batch, x[2], attr.hidden_size};
    for (std::size_t buffer = 0; buffer < buffers; ++buffer) {
      complete = complete && d.bytes_of_buffer(buffer) <= kMaxScratch;
      result.scratch.push_back(static_cast<std::uint32_t>(d.bytes_of_buffer(buffer)));
    }
    add_kernel(states(d, false));
    add_kernel(input_products(d));
    for (std::int64_t i = 0; complete && i < steps; ++i) {
      for (const StepKernel kernel : step) add_kernel(kernel(d, i));
    }
    add_kernel(states(d, true));
  }
  if (!complete) return std::nullopt;
  return result;
}

}  // namespace

std::optional<PpuSequence> lstm_sequence(const Graph& graph, const Node& node, const Chip& chip) {
  return sequence(graph, node, chip, 4, {lstm_step});
}

std::optional<PpuSequence> gru_sequence(const Graph& graph, const Node& node, const Chip& chip) {
  if (attributes<RecurrentAttributes>(node).linear_before_reset)
    return sequence(graph, node, chip, 3, {gru_step});
  return sequence(graph, node, chip, 3, {gru_gates, gru_state});
}

std::optional<PpuSequence> rnn_sequence(const Graph& graph, const Node& node, const Chip& chip) {
  return sequence(graph, node, chip, 1, {rnn_step});
}

}  // namespace trireme

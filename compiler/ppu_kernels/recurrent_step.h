// SPDX-License-Identifier: Apache-2.0
// Inside recurrent*.cpp only: one direction of an LSTM, GRU or RNN, and one time step of it. A lane has one
// unit of one sequence.
#pragma once

#include <vector>

#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/sequence.h"
#include "model/graph/attributes.h"

namespace trireme::recurrent {

using namespace ppu;

constexpr std::int64_t kWord = 4;
constexpr std::size_t kX = 0, kW = 1, kR = 2, kBias = 3, kLengths = 4, kInitial = 5, kPeephole = 7;

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
       std::int64_t bytes = 0);
Reg load_at(PpuBuilder& b, const PpuOperand& operand, const Reg& address, std::int64_t element = 0);
void store_at(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address);

// sums[g] += the products of the operands' elements along a row of `count`, row g of the first `rows` rows
// apart.
void add_products(PpuBuilder& b, const PpuOperand& matrix, const Reg& row, std::int64_t rows,
                  const PpuOperand& vector, const Reg& from, std::int64_t count, std::vector<Reg>& sums);

// A gate: its sum clipped, then function `which` of the direction. The sum's register is free afterwards if
// the caller gave it up.
Reg gate(PpuBuilder& b, const Direction& d, std::size_t which, Reg sum);
// Function `which` of the direction alone.
Reg activated(PpuBuilder& b, const Direction& d, std::size_t which, const Reg& x);

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

}  // namespace trireme::recurrent

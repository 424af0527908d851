// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and the simple RNN as ONNX defines them. A lane has one unit of one sequence. For each direction:
// a program takes over the initial state, one multiplies all inputs by W, then one a step (two, if a GRU
// resets the state before its product) multiplies the state by R, and the last one gives the final state.
// The state is float32 in scratch memory and written to another place than it is read from.
#include <utility>

#include "compiler/ppu_kernels/recurrent_cells.h"

namespace trireme {

namespace {

using namespace recurrent;

constexpr std::size_t kMaxKernels = 8192;
constexpr std::int64_t kMaxScratch = 0x7FFFFFFF;  // bytes

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

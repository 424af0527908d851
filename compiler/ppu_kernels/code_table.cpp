// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/code_table.h"

#include <algorithm>
#include <set>

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/math.h"
#include "model/reference/tabulate.h"

namespace trireme {

using namespace ppu;

namespace {

bool is_function(const std::string& op) {
  static const std::set<std::string> ops = {
      "abs",   "acos", "acosh", "asin", "asinh",    "atan", "atanh",      "celu",
      "cos",   "cosh", "elu",   "erf",  "exp",      "gelu", "hard_swish", "leakyrelu",
      "log",   "mish", "rsqrt", "selu", "sigmoid",  "sin",  "sinh",       "softrelu",
      "swish", "tan",  "tanh",  "add",  "multiply", "pow",  "prelu",      "subtract"};  // with a number
  return ops.count(op) != 0;
}

// The position of the only input that is no constant, of the output's shape, beside constants of one element;
// the number of inputs if it is otherwise.
std::size_t argument_of(const Graph& graph, const Node& node) {
  std::size_t argument = node.inputs.size();
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) return node.inputs.size();
    const Value& value = graph.values[node.inputs[i]];
    const bool number = value.constant != nullptr && element_count(value.shape) == 1;
    if (number) continue;
    const bool first = argument == node.inputs.size();
    if (!first || value.constant != nullptr || value.shape != graph.values[node.outputs.at(0)].shape)
      return node.inputs.size();
    argument = i;
  }
  return argument;
}

bool are_codes(const PpuOperand& operand) {
  return operand.quantization.quantized() && bytes_of(operand.type) <= 2 && is_supported(operand);
}

}  // namespace

std::optional<PpuKernel> code_table_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                               RequantRule rule, Ties ties) {
  const std::size_t argument = argument_of(graph, node);
  if (!is_function(node.op) || argument == node.inputs.size()) return std::nullopt;
  const std::vector<PpuOperand> operands = {input_operand(graph, node, argument),
                                            output_operand(graph, node)};
  const PpuOperand &in = operands[0], &out = operands[1];
  if (!are_codes(in) || !are_codes(out)) return std::nullopt;
  // The code's bits, unsigned, count the table's entries.
  std::vector<PpuOperand> bits = operands;
  bits[0].type = bytes_of(in.type) == 1 ? DataType::uint8 : DataType::uint16;
  const Bytes entries = tabulate(graph, node, rule, ties);
  return element_kernel(chip, out.shape, [&](PpuBuilder& b) -> ElementWise {
    const std::size_t table = b.add_table(entries);
    return {bits, [&, table](ElementVector& vector) {
              const Reg code = vector.raw(0);
              const Reg offset = bytes_of(out.type) == 1 ? code : iadd(b, code, code);
              const Reg entry = iadd(b, b.address(PpuOperandKind::table, table), offset);
              vector.store_raw(1, load_raw(b, out, entry, b.whole(0)));
            }};
  });
}

}  // namespace trireme

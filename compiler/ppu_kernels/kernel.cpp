// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/kernel.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "compiler/ppu_kernels/families.h"

namespace trireme {

namespace {

std::unordered_map<std::string, PpuGenerator> make_table() {
  std::unordered_map<std::string, PpuGenerator> table;
  for (const auto& family :
       {unary_ppu_kernels(), binary_ppu_kernels(), conversion_ppu_kernels(), convolution_ppu_kernels(),
        dense_ppu_kernels(), reduction_ppu_kernels(), normalization_ppu_kernels(), pooling_ppu_kernels(),
        movement_ppu_kernels(), indexing_ppu_kernels(), resampling_ppu_kernels(), scatter_ppu_kernels()}) {
    for (const PpuKernelRow& row : family) table.emplace(row.op, row.generate);
  }
  return table;
}

struct IndexOperand {
  const char* op;
  PpuOperandKind kind;
  std::size_t position;
};

// Registers have 32 bits. Indices into a tensor fit, and so do integers of 32 bits that are stored in 64.
bool is_index(const Node& node, PpuOperandKind kind, std::size_t position) {
  constexpr PpuOperandKind input = PpuOperandKind::input, output = PpuOperandKind::output;
  static const IndexOperand rows[] = {{"gather", input, 1},           {"gather_elements", input, 1},
                                      {"gathernd", input, 1},         {"scatternd", input, 1},
                                      {"scatter_elements", input, 1}, {"argmax", output, 0},
                                      {"argmin", output, 0},          {"topk", output, 1},
                                      {"poolwithargmax", output, 1},  {"one_hot", input, 0}};
  return std::any_of(std::begin(rows), std::end(rows), [&](const IndexOperand& row) {
    return node.op == row.op && kind == row.kind && position == row.position;
  });
}

bool needs_64_bits(const Graph& graph, const Node& node) {
  const auto stored = [&](ValueId id) {
    return id == kNone ? DataType::boolean : graph.values[id].quantization.dtype;
  };
  const auto any = [&](const std::vector<ValueId>& ids, PpuOperandKind kind) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (stored(ids[i]) == DataType::int64 && !is_index(node, kind, i)) return true;
    }
    return false;
  };
  if (node.op == "where") return false;  // moves them
  const bool widens = node.op == "cast" && !is_float(stored(node.inputs[0]));
  return any(node.inputs, PpuOperandKind::input) || (!widens && any(node.outputs, PpuOperandKind::output));
}

}  // namespace

std::optional<PpuKernel> ppu_kernel(const Graph& graph, const Node& node, const Chip& chip) {
  static const std::unordered_map<std::string, PpuGenerator> table = make_table();
  const auto found = table.find(node.op);
  if (found == table.end() || needs_64_bits(graph, node)) return std::nullopt;
  return found->second(graph, node, chip);
}

}  // namespace trireme

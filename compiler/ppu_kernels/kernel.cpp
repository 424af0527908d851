// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/kernel.h"

#include <unordered_map>

#include "compiler/ppu_kernels/families.h"

namespace trireme {

namespace {

std::unordered_map<std::string, PpuGenerator> make_table() {
  std::unordered_map<std::string, PpuGenerator> table;
  for (const auto& family :
       {unary_ppu_kernels(), binary_ppu_kernels(), conversion_ppu_kernels(), convolution_ppu_kernels(),
        dense_ppu_kernels(), reduction_ppu_kernels(), normalization_ppu_kernels(), pooling_ppu_kernels(),
        movement_ppu_kernels(), indexing_ppu_kernels(), resampling_ppu_kernels()}) {
    for (const PpuKernelRow& row : family) table.emplace(row.op, row.generate);
  }
  return table;
}

}  // namespace

std::optional<PpuKernel> ppu_kernel(const Graph& graph, const Node& node, const Chip& chip) {
  static const std::unordered_map<std::string, PpuGenerator> table = make_table();
  const auto found = table.find(node.op);
  return found == table.end() ? std::nullopt : found->second(graph, node, chip);
}

}  // namespace trireme

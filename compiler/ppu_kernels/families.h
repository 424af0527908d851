// SPDX-License-Identifier: Apache-2.0
// Inside compiler/ppu_kernels only: the families of kernels, joined in kernel.cpp.
#pragma once

#include <string>
#include <vector>

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

using PpuGenerator = std::optional<PpuKernel> (*)(const Graph& graph, const Node& node, const Chip& chip);

struct PpuKernelRow {
  std::string op;
  PpuGenerator generate;
};

std::vector<PpuKernelRow> unary_ppu_kernels();
std::vector<PpuKernelRow> binary_ppu_kernels();
std::vector<PpuKernelRow> conversion_ppu_kernels();
std::vector<PpuKernelRow> convolution_ppu_kernels();
std::vector<PpuKernelRow> dense_ppu_kernels();
std::vector<PpuKernelRow> reduction_ppu_kernels();
std::vector<PpuKernelRow> normalization_ppu_kernels();
std::vector<PpuKernelRow> pooling_ppu_kernels();
std::vector<PpuKernelRow> movement_ppu_kernels();
std::vector<PpuKernelRow> indexing_ppu_kernels();
std::vector<PpuKernelRow> resampling_ppu_kernels();
std::vector<PpuKernelRow> scatter_ppu_kernels();

}  // namespace trireme

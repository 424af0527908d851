// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/weight_order.h"

#include <algorithm>
#include <numeric>

#include "timing/cycles.h"

namespace trireme {

namespace {

// Calls visit(superblock, first kernel, last kernel + 1), kernels counted over all cores.
template <typename Visit>
CoreWeights for_each_superblock(const NneWeights& weights, const Chip& chip, int core, Visit visit) {
  const int kernels = static_cast<int>(weights.kernels);
  const int first = first_kernel_of_core(kernels, chip.nne.cores, core);
  const int count = kernels_of_core(kernels, chip.nne.cores, core);
  CoreWeights all(static_cast<std::size_t>(weights.superblocks));
  for (int s = 0; s < weights.superblocks; ++s) {
    const int begin = std::min(s * weights.kernels_per_core, count);
    const int end = std::min((s + 1) * weights.kernels_per_core, count);
    Words& words = all[static_cast<std::size_t>(s)];
    words.reserve(static_cast<std::size_t>((end - begin) * weights.per_kernel()));
    visit(words, first + begin, first + end);
  }
  return all;
}

// A plane's positions: blocks of 2 rows x 3 columns, then the rest row by row.
std::vector<std::int64_t> plane_order(std::int64_t height, std::int64_t width) {
  const std::int64_t full_rows = height / kPlaneBlockRows * kPlaneBlockRows;
  const std::int64_t full_columns = width / kPlaneBlockColumns * kPlaneBlockColumns;
  std::vector<std::int64_t> order;
  for (std::int64_t y = 0; y < full_rows; y += kPlaneBlockRows) {
    for (std::int64_t x = 0; x < full_columns; x += kPlaneBlockColumns) {
      for (std::int64_t i = 0; i < kPlaneBlockRows * kPlaneBlockColumns; ++i)
        order.push_back((y + i / kPlaneBlockColumns) * width + x + i % kPlaneBlockColumns);
    }
  }
  for (std::int64_t i = 0; i < height * width; ++i) {
    if (i / width >= full_rows || i % width >= full_columns) order.push_back(i);
  }
  return order;
}

}  // namespace

CoreWeights in_huffman_order(const NneWeights& weights, const Chip& chip, int core) {
  const int block = chip.nne.coefficient_block;
  const std::int64_t plane = weights.plane(), per_kernel = weights.per_kernel(),
                     blocks = ceil_div(per_kernel, block);
  return for_each_superblock(weights, chip, core, [&](Words& words, int begin, int end) {
    const auto add_block = [&](int kernel, std::int64_t b) {
      for (std::int64_t i = b * block; i < (b + 1) * block; ++i) {
        words.push_back(i < per_kernel ? weights.word(kernel, i / plane, i % plane)
                                       : weights.codes.zero_point);
      }
    };
    if (weights.depthwise) {
      for (int k = begin; k < end; ++k) {
        for (std::int64_t b = 0; b < blocks; ++b) add_block(k, b);
      }
    } else {
      for (std::int64_t b = 0; b < blocks; ++b) {
        for (int k = begin; k < end; ++k) add_block(k, b);
      }
    }
  });
}

CoreWeights in_zero_run_order(const NneWeights& weights, const Chip& chip, int core) {
  const std::int64_t plane = weights.plane();
  const bool pointwise = plane == 1;
  std::int64_t channels_at_once = 1;
  std::vector<std::int64_t> order = plane_order(weights.kernel_h, weights.kernel_w);
  if (weights.depthwise || weights.channels == 1 || (pointwise && weights.kernels <= kFewKernels)) {
    channels_at_once = weights.channels;
    std::iota(order.begin(), order.end(), 0);
  } else if (pointwise) {
    channels_at_once = kChannelBlock;
  }
  return for_each_superblock(weights, chip, core, [&](Words& words, int begin, int end) {
    for (std::int64_t z = 0; z < weights.channels; z += channels_at_once) {
      const std::int64_t z_end = std::min(z + channels_at_once, weights.channels);
      for (int k = begin; k < end; ++k) {
        for (std::int64_t c = z; c < z_end; ++c) {
          for (const std::int64_t i : order) words.push_back(weights.word(k, c, i));
        }
      }
    }
  });
}

}  // namespace trireme

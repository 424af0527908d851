// SPDX-License-Identifier: Apache-2.0
#include "timing/nne.h"

#include <algorithm>

#include "isa/coefficients.h"

namespace trireme {

namespace {

int output_channels(const NneJob& job) { return static_cast<int>(job.output.channels); }

int extent(int results, int stride, int span) { return (results - 1) * stride + span; }

}  // namespace

std::vector<NneTile> tiles_of(const NneJob& job) {
  std::vector<NneTile> tiles;
  const int width = job.conv_width, height = job.conv_height;
  for (int y = 0; y < height; y += job.tile_h) {
    for (int x = 0; x < width; x += job.tile_w) {
      NneTile tile{};
      tile.x = x;
      tile.y = y;
      tile.width = std::min<int>(job.tile_w, width - x);
      tile.height = std::min<int>(job.tile_h, height - y);
      const int left = x * job.stride_w - job.pad_left;
      const int top = y * job.stride_h - job.pad_top;
      const int right = left + extent(tile.width, job.stride_w, span_w(job));
      const int bottom = top + extent(tile.height, job.stride_h, span_h(job));
      tile.in_x = std::max(left, 0);
      tile.in_y = std::max(top, 0);
      tile.in_width = std::max(0, std::min<int>(right, job.input.width) - tile.in_x);
      tile.in_height = std::max(0, std::min<int>(bottom, job.input.height) - tile.in_y);
      tiles.push_back(tile);
    }
  }
  return tiles;
}

int kernels_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock) {
  const int kernels = kernels_of_core(output_channels(job), chip.nne.cores, core);
  const int first = superblock * job.kernels_per_core;
  return std::clamp<int>(kernels - first, 0, job.kernels_per_core);
}

int kernels_in_superblock_all_cores(const NneJob& job, const Chip& chip, int superblock) {
  int sum = 0;
  for (int core = 0; core < chip.nne.cores; ++core) sum += kernels_in_superblock(job, chip, core, superblock);
  return sum;
}

Cycle post_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const std::int64_t results =
      std::int64_t{tile.width} * tile.height * kernels_in_superblock_all_cores(job, chip, superblock);
  // Tables have lanes of their own (LUT_ACT_LANES, hardware.md §1.5), slopes are part of the multiplier.
  const bool table = job.activation == static_cast<std::uint8_t>(NneActivation::table);
  const int lanes = table ? std::min(chip.nne.output_lanes, chip.nne.lut_lanes) : chip.nne.output_lanes;
  return static_cast<Cycle>(ceil_div(results, std::max(lanes, 1)));
}

std::int64_t input_bytes(const NneJob& job, const NneTile& tile) {
  const int element = bytes_of(static_cast<DataType>(job.input.dtype));
  return std::int64_t{tile.in_width} * tile.in_height * job.input.channels * element;
}

ChannelRange channels_of_kernels(const NneJob& job, std::int64_t first, std::int64_t count) {
  if (!is(job, NneOperation::depthwise)) return {0, job.input.channels};
  if (count <= 0) return {0, 0};
  const std::int64_t kernels = std::max<std::int64_t>(job.output.channels, 1);
  const std::int64_t begin = first * job.input.channels / kernels;
  return {begin, (first + count - 1) * job.input.channels / kernels - begin + 1};
}

std::int64_t input_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  if (!is(job, NneOperation::depthwise)) return input_bytes(job, tile);
  std::int64_t channels = 0;
  for (int core = 0; core < chip.nne.cores; ++core) {
    const int first = first_kernel_of_core(output_channels(job), chip.nne.cores, core);
    const int kernels = kernels_in_superblock(job, chip, core, superblock);
    channels += channels_of_kernels(job, first + superblock * job.kernels_per_core, kernels).count;
  }
  const int element = bytes_of(static_cast<DataType>(job.input.dtype));
  return std::int64_t{tile.in_width} * tile.in_height * channels * element;
}

std::int64_t output_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const int element = bytes_of(static_cast<DataType>(job.output.dtype));
  const TileOutput output = output_of_tile(job, tile);
  return std::int64_t{output.width} * output.height * kernels_in_superblock_all_cores(job, chip, superblock) *
         element;
}

TileOutput output_of_tile(const NneJob& job, const NneTile& tile) {
  const int stride = job.pool_type == 0 ? 1 : job.pool_stride;
  const int x = tile.x / stride, y = tile.y / stride;
  const int width = std::min(static_cast<int>(ceil_div(tile.width, stride)), job.output.width - x);
  const int height = std::min(static_cast<int>(ceil_div(tile.height, stride)), job.output.height - y);
  return {x, y, std::max(width, 0), std::max(height, 0)};
}

std::int64_t half_coefficient_buffers(const Chip& chip) {
  return std::max<std::int64_t>(std::int64_t{chip.nne.coefficient_buffer_bytes} * chip.nne.cores / 2, 1);
}

std::int64_t chunks_of_step(const NneJob& job, const Chip& chip, std::int64_t coded_bytes) {
  constexpr std::int64_t kMinChunks = 4, kMaxChunks = 4096;  // the latter bounds the events of one step
  const std::int64_t by_buffer = ceil_div(coded_bytes, half_coefficient_buffers(chip));
  const std::int64_t by_channels = std::clamp<std::int64_t>(job.input.channels, 1, kMinChunks);
  return std::clamp(by_buffer, by_channels, kMaxChunks);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "timing/nne.h"

#include <algorithm>
#include <iterator>

#include "isa/coefficients.h"
#include "timing/memory.h"
#include "timing/roofline.h"

namespace trireme {

namespace {

bool is_depthwise(const NneJob& job) {
  return job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
}

int channels_of_kernel(const NneJob& job) {
  return is_depthwise(job) ? 1 : static_cast<int>(job.input.channels) / std::max<int>(job.groups, 1);
}

int halves_of(std::uint8_t dtype) { return bytes_of(static_cast<DataType>(dtype)); }

// The array multiplies 8 bits by 8 (hardware.md §2.5 [PAT]: wide types are half-width passes, §3.1: int16
// takes 4 times as long).
int passes(const NneJob& job) { return halves_of(job.input.dtype) * halves_of(job.weight_dtype); }

int output_channels(const NneJob& job) { return static_cast<int>(job.output.channels); }

// Blocks of coefficients of one kernel; the last one is padded (hardware.md §2.4).
std::int64_t blocks_of_kernel(const NneJob& job, const Chip& chip) {
  const std::int64_t weights = std::int64_t{job.kernel_w} * job.kernel_h * channels_of_kernel(job);
  return ceil_div(weights, chip.nne.coefficient_block);
}

// A stride the array does not step by itself is computed at stride 1 and thinned out afterwards.
int thinning(const Chip& chip, int stride) {
  const bool native = stride == 1 || (stride == 2 && chip.nne.native_stride_two);
  return native ? 1 : stride;
}

int extent(int results, int stride, int kernel, int dilation) {
  return (results - 1) * stride + (kernel - 1) * dilation + 1;
}

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
      const int right = left + extent(tile.width, job.stride_w, job.kernel_w, job.dilation_w);
      const int bottom = top + extent(tile.height, job.stride_h, job.kernel_h, job.dilation_h);
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

Cycle mac_cycles_per_kernel(const NneJob& job, const Chip& chip, const NneTile& tile) {
  // Block of 9 coefficients at 3 a cycle, for every row group and every run of lanes along x (§3.1).
  const int cycles_per_block = chip.nne.coefficient_block / chip.nne.dot_product_length;
  const int computed_width = (tile.width - 1) * thinning(chip, job.stride_w) + 1;
  const int computed_height = (tile.height - 1) * thinning(chip, job.stride_h) + 1;
  const std::int64_t lanes = chip.nne.mads_per_core / job.interleave;
  const std::int64_t groups = ceil_div(computed_height, job.interleave) * ceil_div(computed_width, lanes);
  return static_cast<Cycle>(blocks_of_kernel(job, chip) * cycles_per_block * groups * passes(job));
}

Cycle mac_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  // Core 0 has the most kernels (isa/coefficients.h).
  const auto kernels = static_cast<Cycle>(kernels_in_superblock(job, chip, 0, superblock));
  return kernels * mac_cycles_per_kernel(job, chip, tile);
}

Cycle post_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const std::int64_t results =
      std::int64_t{tile.width} * tile.height * kernels_in_superblock_all_cores(job, chip, superblock);
  return static_cast<Cycle>(ceil_div(results, chip.nne.output_lanes));
}

std::int64_t weights_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock) {
  return blocks_of_kernel(job, chip) * chip.nne.coefficient_block *
         kernels_in_superblock(job, chip, core, superblock);
}

Cycle decode_cycles(const NneJob& job, const Chip& chip, int superblock) {
  const std::int64_t symbols = weights_in_superblock(job, chip, 0, superblock) * halves_of(job.weight_dtype);
  return static_cast<Cycle>(ceil_div(symbols, chip.nne.decoder_weights_per_cycle));
}

std::int64_t input_bytes(const NneJob& job, const NneTile& tile) {
  const int element = bytes_of(static_cast<DataType>(job.input.dtype));
  return std::int64_t{tile.in_width} * tile.in_height * job.input.channels * element;
}

std::int64_t output_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const int element = bytes_of(static_cast<DataType>(job.output.dtype));
  const int stride = job.pool_type == 0 ? 1 : job.pool_stride;
  // The compiler cuts tiles at pool strides, so a tile owns the pooling windows that start in it.
  const std::int64_t columns =
      std::min<std::int64_t>(ceil_div(tile.width, stride), job.output.width - tile.x / stride);
  const std::int64_t rows =
      std::min<std::int64_t>(ceil_div(tile.height, stride), job.output.height - tile.y / stride);
  return std::max<std::int64_t>(columns, 0) * std::max<std::int64_t>(rows, 0) *
         kernels_in_superblock_all_cores(job, chip, superblock) * element;
}

int interleave_of(const Chip& chip, int kernel, int tile_w) {
  (void)chip;  // the V8 rule; V7 has its own (hardware.md §2.2)
  if (kernel - 1 + tile_w > 36) return 1;
  const int m = tile_w <= 16 ? 4 : tile_w <= 32 ? 2 : 1;
  return kernel - 1 + tile_w > 18 ? std::min(m, 2) : m;
}

int max_tile_height(const Chip& chip, int kernel, int stride, int interleave, int height) {
  // Input lines of the tile must fit the input buffer; results the accumulator lines.
  const int by_input = (chip.nne.input_buffer_lines * interleave - kernel) / stride + 1;
  const int by_accumulator = interleave * chip.nne.accumulator_lines;
  int rows = std::min({by_input, by_accumulator, height});
  if (stride > 1 && rows > 1) rows -= rows % 2;
  return std::max(rows, 1);
}

int kernels_at_once(const Chip& chip, int kernel, int stride, int tile_w, int tile_h, int interleave,
                    int channels) {
  const int buffer = chip.nne.accumulator_lines;
  std::int64_t f = 0;
  if (kernel == 1) {
    f = buffer / ceil_div(tile_h, interleave);
  } else {
    const std::int64_t lines =
        ceil_div(ceil_div(std::int64_t{tile_h} * tile_w, stride), chip.nne.mads_per_core);
    f = buffer / (lines * stride);
  }
  f = std::min<std::int64_t>(f, buffer * 6 / 9);
  f = std::min<std::int64_t>(f, ceil_div(channels, chip.nne.cores));
  return static_cast<int>(std::clamp<std::int64_t>(f, 1, 127));
}

namespace {

std::int64_t bytes_per_cycle(Address address, const Chip& chip) {
  if (memory_of(address) == Memory::vip_sram) return chip.vip_sram.bytes_per_cycle;
  if (memory_of(address) == Memory::axi_sram)
    return std::min(chip.axi_sram.bytes_per_cycle, chip.axi.bytes_per_cycle);
  // Whole DRAM bytes an NPU cycle that its pins and the interconnect let through; at least one.
  const std::int64_t pins = peak_dram_bytes_per_second(chip) / chip.clock_hz;
  return std::clamp<std::int64_t>(pins, 1, chip.axi.bytes_per_cycle);
}

}  // namespace

Cycle estimate(const NneJob& job, const Chip& chip) {
  const std::vector<NneTile> tiles = tiles_of(job);
  Cycle array = 0, post = 0, first_fetch = 0;
  std::int64_t input = 0, output = 0;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (int s = 0; s < job.superblocks; ++s) {
      const Cycle decode = t == 0 || job.kernel_cache_bytes == 0 ? decode_cycles(job, chip, s) : 0;
      array += std::max(mac_cycles(job, chip, tiles[t], s), decode);
      post += post_cycles(job, chip, tiles[t], s);
      input += input_bytes(job, tiles[t]);
      output += output_bytes(job, chip, tiles[t], s);
    }
  }
  const std::int64_t coefficient_passes =
      job.kernel_cache_bytes > 0 ? 1 : static_cast<std::int64_t>(tiles.size());
  const auto input_time = static_cast<Cycle>(ceil_div(input, bytes_per_cycle(job.input.address, chip)));
  const auto output_time = static_cast<Cycle>(ceil_div(output, bytes_per_cycle(job.output.address, chip)));
  const auto coefficient_time = static_cast<Cycle>(ceil_div(
      std::int64_t{job.coefficient_bytes} * coefficient_passes, bytes_per_cycle(job.coefficients, chip)));
  if (!tiles.empty()) {
    first_fetch = static_cast<Cycle>(
        ceil_div(input_bytes(job, tiles.front()), bytes_per_cycle(job.input.address, chip)));
  }
  // Streams that share a memory add up; different memories and the array overlap.
  Cycle times[kMemories] = {};
  times[static_cast<int>(memory_of(job.input.address))] += input_time;
  times[static_cast<int>(memory_of(job.output.address))] += output_time;
  times[static_cast<int>(memory_of(job.coefficients))] += coefficient_time;
  const Cycle busiest = *std::max_element(std::begin(times), std::end(times));
  const auto fixed = static_cast<Cycle>(chip.nne.launch_cycles + chip.nne.job_start_cycles);
  return fixed + first_fetch + std::max({array, post, busiest});
}

}  // namespace trireme

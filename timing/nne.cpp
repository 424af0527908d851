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

int output_channels(const NneJob& job) { return static_cast<int>(job.output.channels); }

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
  if (!is_depthwise(job)) return {0, job.input.channels};
  if (count <= 0) return {0, 0};
  const std::int64_t kernels = std::max<std::int64_t>(job.output.channels, 1);
  const std::int64_t begin = first * job.input.channels / kernels;
  return {begin, (first + count - 1) * job.input.channels / kernels - begin + 1};
}

std::int64_t input_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  if (!is_depthwise(job)) return input_bytes(job, tile);
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
  const int stride = job.pool_type == 0 ? 1 : job.pool_stride;
  // The compiler cuts tiles at pool strides, so a tile owns the pooling windows that start in it.
  const std::int64_t columns =
      std::min<std::int64_t>(ceil_div(tile.width, stride), job.output.width - tile.x / stride);
  const std::int64_t rows =
      std::min<std::int64_t>(ceil_div(tile.height, stride), job.output.height - tile.y / stride);
  return std::max<std::int64_t>(columns, 0) * std::max<std::int64_t>(rows, 0) *
         kernels_in_superblock_all_cores(job, chip, superblock) * element;
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

// What one cycle of the path takes at least, however few of its bytes are wanted.
std::int64_t port_of(Address address, const Chip& chip) {
  if (memory_of(address) == Memory::vip_sram) return chip.vip_sram.bytes_per_cycle;
  return std::int64_t{chip.axi.bytes_per_cycle} * chip.axi.address_cycles;
}

// Rows, and then planes, whose gap is shorter than a beat of the bus come in one request.
std::int64_t requested_bytes(const TensorView& view, const NneTile& tile, std::int64_t channels,
                             const Chip& chip) {
  const std::int64_t port = port_of(view.address, chip), beat = chip.axi.bytes_per_cycle;
  const std::int64_t row = std::int64_t{tile.in_width} * bytes_of(static_cast<DataType>(view.dtype));
  if (view.row_stride - row >= beat) return port_bytes(view, tile.in_width, tile.in_height, channels, port);
  std::int64_t run = (tile.in_height - 1) * std::int64_t{view.row_stride} + row, runs = channels;
  if (view.plane_stride - run < beat) {
    run += (channels - 1) * std::int64_t{view.plane_stride};
    runs = 1;
  }
  return runs * ceil_div(run, port) * port;
}

std::int64_t fetched_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const std::int64_t plane =
      std::int64_t{tile.in_width} * tile.in_height * bytes_of(static_cast<DataType>(job.input.dtype));
  if (plane == 0) return 0;
  const std::int64_t channels = input_bytes(job, chip, tile, superblock) / plane;
  return requested_bytes(job.input, tile, channels, chip);
}

std::int64_t written_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const int stride = job.pool_type == 0 ? 1 : job.pool_stride;
  const std::int64_t columns =
      std::min<std::int64_t>(ceil_div(tile.width, stride), job.output.width - tile.x / stride);
  const std::int64_t rows =
      std::min<std::int64_t>(ceil_div(tile.height, stride), job.output.height - tile.y / stride);
  if (columns <= 0 || rows <= 0) return 0;
  return port_bytes(job.output, columns, rows, kernels_in_superblock_all_cores(job, chip, superblock),
                    port_of(job.output.address, chip));
}

}  // namespace

std::int64_t port_bytes(const TensorView& view, std::int64_t width, std::int64_t height,
                        std::int64_t channels, std::int64_t port) {
  std::int64_t run = width * bytes_of(static_cast<DataType>(view.dtype)), runs = height * channels;
  if (run == view.row_stride) {
    run *= height;
    runs = channels;
    if (run == view.plane_stride) {
      run *= channels;
      runs = 1;
    }
  }
  return runs * ceil_div(run, port) * port;
}

std::int64_t chunks_of_input(const NneJob& job) {
  constexpr std::int64_t kMinChunks = 4;
  return std::clamp<std::int64_t>(job.input.channels, 1, kMinChunks);
}

namespace {
// A piece of both maps comes and is added while the one before leaves (docs/timing.md).
Cycle estimate_of_add(const NneJob& job, const Chip& chip) {
  const auto moved = [&](const TensorView& view) {
    const std::int64_t bytes =
        port_bytes(view, view.width, view.height, view.channels, port_of(view.address, chip));
    return static_cast<Cycle>(ceil_div(bytes, bytes_per_cycle(view.address, chip)));
  };
  const Cycle read = moved(job.input) + moved(job.input2), written = moved(job.output);
  Cycle beside = written;  // what uses the same memory as the writes
  for (const TensorView* view : {&job.input, &job.input2}) {
    if (memory_of(view->address) == memory_of(job.output.address)) beside += moved(*view);
  }
  const std::int64_t results = std::int64_t{job.output.width} * job.output.height * job.output.channels;
  const auto fixed = static_cast<Cycle>(chip.nne.launch_cycles + chip.nne.job_start_cycles);
  return fixed + std::max(read + add_cycles(chip, results), beside);
}
}  // namespace

Cycle estimate(const NneJob& job, const Chip& chip) {
  if (static_cast<NneOperation>(job.header.operation) == NneOperation::add) return estimate_of_add(job, chip);
  const std::vector<NneTile> tiles = tiles_of(job);
  Cycle array = 0, post = 0, first_fetch = 0, drain = 0;
  std::int64_t input = 0, output = 0;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (int s = 0; s < job.superblocks; ++s) {
      const Cycle decode = t == 0 || job.kernel_cache_bytes == 0 ? decode_cycles(job, chip, s) : 0;
      array += std::max(mac_cycles(job, chip, tiles[t], s), decode);
      post += post_cycles(job, chip, tiles[t], s);
      input += fetched_bytes(job, chip, tiles[t], s);
      output += written_bytes(job, chip, tiles[t], s);
    }
  }
  const std::int64_t coefficient_passes =
      job.kernel_cache_bytes > 0 ? 1 : static_cast<std::int64_t>(tiles.size());
  const auto input_time = static_cast<Cycle>(ceil_div(input, bytes_per_cycle(job.input.address, chip)));
  const auto output_time = static_cast<Cycle>(ceil_div(output, bytes_per_cycle(job.output.address, chip)));
  const auto coefficient_time = static_cast<Cycle>(ceil_div(
      std::int64_t{job.coefficient_bytes} * coefficient_passes, bytes_per_cycle(job.coefficients, chip)));
  if (!tiles.empty()) {
    // The array starts with the first chunk of a tile's channels; the last step's results leave when it is
    // done.
    const std::int64_t chunk = ceil_div(fetched_bytes(job, chip, tiles.front(), 0), chunks_of_input(job));
    first_fetch = static_cast<Cycle>(ceil_div(chunk, bytes_per_cycle(job.input.address, chip)));
    const int last = job.superblocks - 1;
    drain = post_cycles(job, chip, tiles.back(), last) +
            static_cast<Cycle>(ceil_div(written_bytes(job, chip, tiles.back(), last),
                                        bytes_per_cycle(job.output.address, chip)));
  }
  // Streams that share a memory add up; different memories and the array overlap.
  Cycle times[kMemories] = {};
  times[static_cast<int>(memory_of(job.input.address))] += input_time;
  times[static_cast<int>(memory_of(job.output.address))] += output_time;
  times[static_cast<int>(memory_of(job.coefficients))] += coefficient_time;
  const Cycle busiest = *std::max_element(std::begin(times), std::end(times));
  const auto steps = static_cast<std::int64_t>(tiles.size()) * job.superblocks;
  const auto bubbles = static_cast<Cycle>(std::max<std::int64_t>(steps - 1, 0) * chip.nne.tile_bubble_cycles);
  const Cycle fixed = static_cast<Cycle>(chip.nne.launch_cycles + chip.nne.job_start_cycles) + bubbles;
  return fixed + first_fetch + std::max({array, post, busiest}) + drain;
}

}  // namespace trireme

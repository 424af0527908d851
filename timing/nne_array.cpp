// SPDX-License-Identifier: Apache-2.0
// What the array and its decoder take of a job, and what its buffers hold.
#include <algorithm>

#include "isa/coefficients.h"
#include "timing/nne.h"

namespace trireme {

namespace {

int groups_of(const NneJob& job) { return std::max<int>(job.groups, 1); }

// Of a kernel as it is coded: one of several groups has all input channels, zeros in those of the others.
std::int64_t coded_channels(const NneJob& job) {
  return is(job, NneOperation::depthwise) ? 1 : static_cast<std::int64_t>(job.input.channels);
}

int halves_of(std::uint8_t dtype) { return bytes_of(static_cast<DataType>(dtype)); }

bool is_wide(const NneJob& job) { return halves_of(job.input.dtype) * halves_of(job.weight_dtype) > 1; }

// The array multiplies 8 bits by 8 (hardware.md §2.5 [PAT]: wide types are half-width passes, §3.1: int16
// takes 4 times as long).
int passes(const NneJob& job) { return halves_of(job.input.dtype) * halves_of(job.weight_dtype); }

bool is_huffman(const Chip& chip) { return chip.nne.coefficient_coding == CoefficientCoding::huffman; }

// Huffman streams fill the last block of a kernel up (hardware.md §2.4).
std::int64_t coded_weights_of_kernel(const NneJob& job, const Chip& chip) {
  const std::int64_t weights = std::int64_t{job.kernel_w} * job.kernel_h * coded_channels(job);
  const std::int64_t block = is_huffman(chip) ? chip.nne.coefficient_block : 1;
  return ceil_div(weights, block) * block;
}

// While the coding is not known: no zeros but those of other groups, in runs as long as the field allows.
std::int64_t symbols_of_kernel(const NneJob& job, const Chip& chip) {
  const std::int64_t weights = coded_weights_of_kernel(job, chip);
  if (is_huffman(chip)) return weights;
  const std::int64_t values = ceil_div(weights, is(job, NneOperation::depthwise) ? 1 : groups_of(job));
  return values + ((weights - values) >> chip.nne.zrl_bits);
}

// Of something that all kernels of the busiest core have together: the superblock's share by kernels.
std::int64_t share_of_superblock(std::int64_t whole, const NneJob& job, const Chip& chip, int superblock) {
  const std::int64_t kernels = kernels_of_core(static_cast<int>(job.output.channels), chip.nne.cores, 0);
  const std::int64_t first = std::min<std::int64_t>(std::int64_t{superblock} * job.kernels_per_core, kernels);
  const std::int64_t last = std::min<std::int64_t>(first + job.kernels_per_core, kernels);
  if (kernels == 0) return 0;
  return whole * last / kernels - whole * first / kernels;
}

// 16-bit data runs on fewer cores where NNCoreCount_INT16 says so (hardware.md §1.5).
std::int64_t on_wide_cores(std::int64_t cycles, const NneJob& job, const Chip& chip) {
  const int cores = chip.nne.cores_int16;
  if (!is_wide(job) || cores == 0 || cores >= chip.nne.cores) return cycles;
  return ceil_div(cycles * chip.nne.cores, cores);
}

std::int64_t row_groups(const NneJob& job, const Chip& chip, const NneTile& tile) {
  const std::int64_t lanes = chip.nne.mads_per_core / job.interleave;
  return ceil_div(computed_extent(chip, tile.height, job.stride_h), job.interleave) *
         ceil_div(computed_extent(chip, tile.width, job.stride_w), lanes);
}

// Of one kernel over so many of its input channels.
std::int64_t dot_products_over(const NneJob& job, const Chip& chip, std::int64_t channels) {
  const std::int64_t plane = std::int64_t{job.kernel_w} * job.kernel_h;
  const std::int64_t cycles_per_block = chip.nne.coefficient_block / chip.nne.dot_product_length;
  if (!is_v7(chip)) return ceil_div(plane * channels, chip.nne.coefficient_block) * cycles_per_block;
  if (plane > 1 && chip.nne.plane_dot_product > 0) {
    const std::int64_t rows = std::max(chip.nne.plane_dot_product / kPlaneBlockColumns, 1);
    return ceil_div(job.kernel_h, rows) * ceil_div(job.kernel_w, kPlaneBlockColumns) * channels;
  }
  return plane * ceil_div(channels, chip.nne.coefficient_block) * cycles_per_block;
}

}  // namespace

bool thins_out(const Chip& chip, int stride) {
  return stride > 2 || (stride == 2 && !chip.nne.native_stride_two);
}

int computed_extent(const Chip& chip, int results, int stride) {
  return thins_out(chip, stride) ? (results - 1) * stride + 1 : results;
}

std::int64_t dot_products_of_kernel(const NneJob& job, const Chip& chip) {
  const bool skips_groups = chip.nne.zero_skip_group > 0 && !is(job, NneOperation::depthwise);
  return dot_products_over(job, chip, coded_channels(job) / (skips_groups ? groups_of(job) : 1));
}

Cycle mac_cycles_per_kernel(const NneJob& job, const Chip& chip, const NneTile& tile) {
  return static_cast<Cycle>(dot_products_of_kernel(job, chip) * row_groups(job, chip, tile) * passes(job));
}

Cycle mac_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  // Core 0 has the most kernels (isa/coefficients.h).
  const std::int64_t kernels = kernels_in_superblock(job, chip, 0, superblock);
  std::int64_t products = kernels * dot_products_of_kernel(job, chip);
  if (job.dot_products != 0) {
    products = std::min(products, share_of_superblock(job.dot_products, job, chip, superblock));
  }
  if (chip.nne.zero_skip_group > 0) {
    const std::int64_t all = kernels * dot_products_over(job, chip, coded_channels(job));
    products += ceil_div(all - products, chip.nne.skipped_dot_products_per_cycle);
  }
  return static_cast<Cycle>(on_wide_cores(products * row_groups(job, chip, tile) * passes(job), job, chip));
}

std::int64_t weights_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock) {
  return coded_weights_of_kernel(job, chip) * kernels_in_superblock(job, chip, core, superblock);
}

Cycle decode_cycles(const NneJob& job, const Chip& chip, int superblock) {
  const std::int64_t symbols =
      job.decoder_symbols != 0
          ? share_of_superblock(job.decoder_symbols, job, chip, superblock)
          : symbols_of_kernel(job, chip) * kernels_in_superblock(job, chip, 0, superblock);
  return static_cast<Cycle>(
      ceil_div(symbols * halves_of(job.weight_dtype), chip.nne.decoder_weights_per_cycle));
}

Cycle add_cycles(const Chip& chip, std::int64_t results) {
  const std::int64_t out = ceil_div(results, chip.nne.output_lanes);
  if (chip.nne.tensor_add) return static_cast<Cycle>(out);
  NneJob job{};
  const bool planes = is_v7(chip) && chip.nne.plane_dot_product > 0;
  const std::int64_t channels = planes ? 1 : chip.nne.cores;  // of each map, and a kernel a core for each
  job.input.channels = static_cast<std::uint32_t>(2 * channels);
  job.kernel_w = job.kernel_h = planes ? 2 : 1;
  const std::int64_t rows = ceil_div(results, channels * chip.nne.mads_per_core);
  return static_cast<Cycle>(std::max(out, rows * dot_products_of_kernel(job, chip)));
}

int interleave_of(const Chip& chip, int kernel, int tile_w) {
  (void)chip;  // one rule for both generations: NN_INTERLEVE8 is 0 wherever it is known
  if (kernel - 1 + tile_w > 36) return 1;
  const int m = tile_w <= 16 ? 4 : tile_w <= 32 ? 2 : 1;
  return kernel - 1 + tile_w > 18 ? std::min(m, 2) : m;
}

int max_tile_height(const Chip& chip, int kernel, int stride, int interleave, int height) {
  // Input lines of the tile must fit the input buffer; what is computed the accumulator lines.
  const int by_input = (chip.nne.input_buffer_lines * interleave - kernel) / stride + 1;
  int by_accumulator = interleave * chip.nne.accumulator_lines;
  if (thins_out(chip, stride)) by_accumulator = (by_accumulator - 1) / stride + 1;
  int rows = std::min({by_input, by_accumulator, height, chip.nne.max_tile_height});
  if (stride > 1 && rows > 1) rows -= rows % 2;
  return std::max(rows, 1);
}

int kernels_at_once(const Chip& chip, int kernel, int stride, int tile_w, int tile_h, int interleave,
                    int channels) {
  const int buffer = chip.nne.accumulator_lines;
  // Results that are thinned out are in the accumulators first.
  const std::int64_t width = computed_extent(chip, tile_w, stride);
  const std::int64_t height = computed_extent(chip, tile_h, stride);
  const std::int64_t step = thins_out(chip, stride) ? 1 : stride;
  const std::int64_t runs = ceil_div(width, chip.nne.mads_per_core / interleave);
  std::int64_t f = 0;
  if (is_v7(chip)) {
    f = std::int64_t{buffer} * interleave / (height * runs);
    if (kernel == 1) f = std::min<std::int64_t>(f, buffer / 3);
  } else if (kernel == 1) {
    f = buffer / ceil_div(height, interleave);
  } else {
    const std::int64_t lines = ceil_div(ceil_div(height * width, step), chip.nne.mads_per_core);
    f = buffer / (lines * step);
  }
  if (!is_v7(chip)) f = std::min<std::int64_t>(f, buffer * 6 / 9);
  f = std::min<std::int64_t>(f, ceil_div(channels, chip.nne.cores));
  return static_cast<int>(std::clamp<std::int64_t>(f, 1, 127));
}

}  // namespace trireme

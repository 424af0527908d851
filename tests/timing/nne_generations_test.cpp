// SPDX-License-Identifier: Apache-2.0
// What the V7 array and chips without the later modes take, against sums by hand (hardware.md §2.2, §3.1).
#include <gtest/gtest.h>

#include "tests/support_for_tests/test_chip.h"
#include "timing/nne.h"

namespace trireme {
namespace {

// 14x14x12 -> 14x14x16, 3x3, one tile, m = 4, two superblocks of four kernels on two cores.
NneJob small_job() {
  NneJob job{};
  job.header.engine = static_cast<std::uint8_t>(Engine::nne);
  const auto u8 = static_cast<std::uint8_t>(DataType::uint8);
  job.input = {0x1000, 14, 14, 12, 14, 196, u8, 0, 0};
  job.output = {0x8000, 14, 14, 16, 14, 196, u8, 0, 0};
  job.conv_width = job.conv_height = job.tile_w = job.tile_h = 14;
  job.weight_dtype = u8;
  job.kernel_w = job.kernel_h = 3;
  job.stride_w = job.stride_h = job.dilation_w = job.dilation_h = 1;
  job.pad_left = job.pad_top = 1;
  job.groups = 1;
  job.interleave = 4;
  job.kernels_per_core = 4;
  job.superblocks = 2;
  return job;
}

NneTile tile_of(const NneJob& job) { return tiles_of(job).at(0); }

TEST(NneGenerations, V7MultipliesPlanesByThreeColumnsAndTwoRows) {
  const Chip chip = test_chip_v7();
  NneJob job = small_job();
  // A plane of 3x3 is ceil(3/2) * ceil(3/3) = 2 cycles, 12 channels 24; ceil(14/4) = 4 row groups: 96.
  EXPECT_EQ(dot_products_of_kernel(job, chip), 24);
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tile_of(job)), 96U);
  // Four kernels of core 0 in a superblock: 384.
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 1), 384U);
  // 5x5: ceil(5/2) * ceil(5/3) = 3 * 2 = 6 a channel. 1 row x 7 columns: 1 * 3. 7 rows x 1 column: 4 * 1.
  job.kernel_w = job.kernel_h = 5;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 72);
  job.kernel_w = 7, job.kernel_h = 1;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 36);
  job.kernel_w = 1, job.kernel_h = 7;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 48);
}

TEST(NneGenerations, V7MultipliesChannelsOfPointwiseKernelsByThree) {
  Chip chip = test_chip_v7();
  NneJob job = small_job();
  job.kernel_w = job.kernel_h = 1;
  // ceil(12/6) * 2 = 4; 13 channels: ceil(13/6) * 2 = 6.
  EXPECT_EQ(dot_products_of_kernel(job, chip), 4);
  job.input.channels = 13;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 6);
  // Without dot products a coefficient is a cycle: blocks of 2, 14 for 13 channels.
  chip.nne.dot_product_length = 1;
  chip.nne.coefficient_block = 2;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 14);
}

TEST(NneGenerations, WithoutThePlaneDotProductEveryTapGoesByChannels) {
  Chip chip = test_chip_v7();
  chip.nne.plane_dot_product = 0;
  // Nine taps of ceil(12/6) * 2 = 4 cycles.
  EXPECT_EQ(dot_products_of_kernel(small_job(), chip), 36);
}

TEST(NneGenerations, V7HasItsOwnNumberOfKernelsAtOnce) {
  const Chip chip = test_chip_v7();  // 64 accumulator lines, 2 cores
  // f = floor(64 * 4 / 14) = 18, at most ceil(64/2) = 32.
  EXPECT_EQ(kernels_at_once(chip, 3, 1, 14, 14, 4, 64), 18);
  EXPECT_EQ(kernels_at_once(chip, 3, 1, 14, 14, 4, 20), 10);
  // 1x1 at most floor(64/3) = 21: a tile of 4 rows would hold 64.
  EXPECT_EQ(kernels_at_once(chip, 1, 1, 14, 4, 4, 200), 21);
  // Stride 2 is thinned out: a 7x7 result is 13x13 in the accumulators, floor(256 / 13) = 19.
  EXPECT_EQ(kernels_at_once(chip, 3, 2, 7, 7, 4, 200), 19);
}

TEST(NneGenerations, RowGroupsFitTheLineOfTheInputBuffer) {
  const Chip chip = test_chip_v7();
  // m groups of K-1+w pixels in 72: 4 * 18, 2 * 36.
  EXPECT_EQ(interleave_of(chip, 3, 16), 4);
  EXPECT_EQ(interleave_of(chip, 5, 16), 2);
  EXPECT_EQ(interleave_of(chip, 3, 7), 4);
  EXPECT_EQ(interleave_of(chip, 5, 32), 2);
  EXPECT_EQ(interleave_of(chip, 5, 33), 1);
}

TEST(NneGenerations, WhatIsThinnedOutIsComputedFirst) {
  const Chip chip = test_chip_v7();
  EXPECT_EQ(computed_extent(chip, 7, 1), 7);
  EXPECT_EQ(computed_extent(chip, 7, 2), 13);
  EXPECT_EQ(computed_extent(test_chip(), 7, 2), 7);
  EXPECT_EQ(computed_extent(test_chip(), 7, 4), 25);
  // The accumulators bound the height: (4 * 64 - 1) / 2 + 1 = 128 rows; the 12 * 4 input lines before that:
  // (48 - 3) / 2 + 1 = 23, made even.
  EXPECT_EQ(max_tile_height(chip, 3, 2, 4, 200), 22);
}

TEST(NneGenerations, KernelsOfAGroupHaveZerosForTheOthers) {
  Chip chip = test_chip_v7();
  NneJob job = small_job();
  job.groups = 12;  // depthwise as V7 computes it; all 12 planes: 24 cycles
  EXPECT_EQ(dot_products_of_kernel(job, chip), 24);
  // Nine values and 99 zeros, runs of up to 2^8: 9 + 0 pairs; four kernels of core 0 at 4 a cycle: 9.
  EXPECT_EQ(decode_cycles(job, chip, 0), 9U);
  // Skipped zeros leave one plane: 2 cycles.
  chip.nne.zero_skip_group = 6;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 2);
  // V8 in blocks of 9: 12 blocks of 3 cycles, or the kernel's own one.
  chip = test_chip();
  EXPECT_EQ(dot_products_of_kernel(job, chip), 36);
  chip.nne.zero_skip_group = 9;
  EXPECT_EQ(dot_products_of_kernel(job, chip), 3);
}

TEST(NneGenerations, WhatTheWeightsCostIsSharedByKernels) {
  const Chip chip = test_chip_v7();
  NneJob job = small_job();
  // 8 kernels of core 0 in superblocks of 5 and 3: of 40 dot products 25 and 15; 4 row groups.
  job.kernels_per_core = 5;
  job.dot_products = 40;
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 0), 100U);
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 1), 60U);
  // Of the 72 of three kernels 57 are zeros, passed over 8 at a time: 15 + 8 cycles, 4 row groups.
  Chip skipping = chip;
  skipping.nne.zero_skip_group = 6;
  EXPECT_EQ(mac_cycles(job, skipping, tile_of(job), 1), 92U);
  // More than the kernels have is not believed: 3 * 24 * 4.
  job.dot_products = 1'000'000'000;
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 1), 288U);
  // 80 pairs: 50 at 4 a cycle are 13 cycles, 30 are 8.
  job.decoder_symbols = 80;
  EXPECT_EQ(decode_cycles(job, chip, 0), 13U);
  EXPECT_EQ(decode_cycles(job, chip, 1), 8U);
  // Unknown: every weight a pair, 5 * 108 / 4 = 135.
  job.decoder_symbols = 0;
  EXPECT_EQ(decode_cycles(job, chip, 0), 135U);
}

TEST(NneGenerations, SixteenBitsOnHalfOfTheCores) {
  Chip chip = test_chip_v7();
  NneJob job = small_job();
  job.input.dtype = static_cast<std::uint8_t>(DataType::int16);
  // 4 kernels * 24 * 4 row groups * 2 passes = 768; on one of two cores twice that.
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 0), 768U);
  chip.nne.cores_int16 = 1;
  EXPECT_EQ(mac_cycles(job, chip, tile_of(job), 0), 1536U);
}

TEST(NneGenerations, DepthwiseSuperblocksReadTheirOwnChannels) {
  const Chip chip = test_chip();
  NneJob job = small_job();
  job.header.operation = static_cast<std::uint8_t>(NneOperation::depthwise);
  job.input.channels = job.output.channels = 12;
  // Cores have 6 channels each, superblocks of 4 and 2: 8 and 4 planes of 196 bytes.
  EXPECT_EQ(input_bytes(job, chip, tile_of(job), 0), 8 * 196);
  EXPECT_EQ(input_bytes(job, chip, tile_of(job), 1), 4 * 196);
  // Two kernels a channel: kernels 3 to 5 read channels 1 and 2.
  job.output.channels = 24;
  EXPECT_EQ(channels_of_kernels(job, 3, 3).first, 1);
  EXPECT_EQ(channels_of_kernels(job, 3, 3).count, 2);
  job.header.operation = static_cast<std::uint8_t>(NneOperation::convolution);
  EXPECT_EQ(input_bytes(job, chip, tile_of(job), 1), 12 * 196);
}

TEST(NneGenerations, BubblesLieBetweenSteps) {
  Chip chip = test_chip_v7();
  const NneJob job = small_job();  // one tile, two superblocks
  const Cycle before = estimate(job, chip);
  chip.nne.tile_bubble_cycles = 50;
  EXPECT_EQ(estimate(job, chip), before + 50);
}

// Five superblocks of a kernel a core each decode their share of 1,000,003 symbols, at one a cycle 200,000,
// 200,001, 200,000, 200,001 and 200,001: the sum is that of all. 1,000,005 are five times 200,001.
TEST(NneGenerations, AnEstimateTakesTheShareOfEachSuperblock) {
  Chip chip = test_chip();
  chip.nne.decoder_weights_per_cycle = 1;
  NneJob job = small_job();
  job.output.channels = static_cast<std::uint32_t>(5 * chip.nne.cores);
  job.kernels_per_core = 1;
  job.superblocks = 5;
  job.decoder_symbols = 1'000'003;
  const Cycle cycles = estimate(job, chip);
  EXPECT_GT(cycles, 1'000'003U);
  job.decoder_symbols = 1'000'005;
  EXPECT_EQ(estimate(job, chip), cycles + 2);
}

}  // namespace
}  // namespace trireme

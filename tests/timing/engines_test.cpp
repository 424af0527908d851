// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support_for_tests/test_chip.h"
#include "timing/nne.h"
#include "timing/ppu.h"
#include "timing/tp.h"

namespace trireme {
namespace {

// LeNet's second convolution: 14x14x6 -> 10x10x16, 5x5, uint8, one tile, 2x2 max pooling fused.
NneJob lenet_conv2() {
  NneJob job{};
  job.header.engine = static_cast<std::uint8_t>(Engine::nne);
  job.input = {kVipSramBase + 2048, 14, 14, 6, 14, 196, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = {kVipSramBase + 8192, 5, 5, 16, 5, 25, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.conv_width = job.conv_height = 10;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  job.kernel_w = job.kernel_h = 5;
  job.stride_w = job.stride_h = 1;
  job.dilation_w = job.dilation_h = 1;
  job.groups = 1;
  job.pool_type = 1;
  job.pool_kernel = job.pool_stride = 2;
  job.tile_w = 10;
  job.tile_h = 10;
  job.interleave = 2;
  job.kernels_per_core = 4;
  job.superblocks = 2;
  return job;
}

TEST(NneTiming, OneConvolutionTile) {
  const Chip chip = test_chip();  // 2 cores
  const NneJob job = lenet_conv2();
  const std::vector<NneTile> tiles = tiles_of(job);
  ASSERT_EQ(tiles.size(), 1U);
  // A kernel has 5*5*6 = 150 coefficients = ceil(150/9) = 17 blocks of 9; a block takes 3 cycles a row group.
  // Interleave 2: ceil(10/2) = 5 row groups of 32 lanes, one run of lanes along x (10 <= 32).
  // 17 * 3 * 5 = 255 cycles a kernel.
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles[0]), 255U);
  // 16 kernels on 2 cores: 8 each, 4 a superblock: 4 * 255 = 1020 cycles for each of the two superblocks.
  EXPECT_EQ(mac_cycles(job, chip, tiles[0], 0), 1020U);
  EXPECT_EQ(mac_cycles(job, chip, tiles[0], 1), 1020U);
  // Decoder: 4 kernels * 17 blocks * 9 = 612 weights a core at 4 a cycle = 153.
  EXPECT_EQ(decode_cycles(job, chip, 0), 153U);
  // Post-processing: 100 results * 8 kernels (both cores) at 8 lanes = 100.
  EXPECT_EQ(post_cycles(job, chip, tiles[0], 0), 100U);
  // Bytes: the whole 14x14x6 map; 8 kernels * 5x5 pooled codes.
  EXPECT_EQ(input_bytes(job, tiles[0]), 1176);
  EXPECT_EQ(output_bytes(job, chip, tiles[0], 0), 200);
}

// 100 results * 8 kernels = 800, looked up by 4 lanes: 200 cycles. 16 lanes are more than the 8 of the
// output; slopes need none.
TEST(NneTiming, ActivationTablesHaveTheirOwnLanes) {
  Chip chip = test_chip();
  NneJob job = lenet_conv2();
  job.activation = static_cast<std::uint8_t>(NneActivation::table);
  chip.nne.lut_lanes = 4;
  EXPECT_EQ(post_cycles(job, chip, tiles_of(job)[0], 0), 200U);
  chip.nne.lut_lanes = 16;
  EXPECT_EQ(post_cycles(job, chip, tiles_of(job)[0], 0), 100U);
  chip.nne.lut_lanes = 0;
  job.activation = static_cast<std::uint8_t>(NneActivation::slopes);
  EXPECT_EQ(post_cycles(job, chip, tiles_of(job)[0], 0), 100U);
}

TEST(NneTiming, WideTileNeedsSeveralRunsOfLanes) {
  const Chip chip = test_chip();
  NneJob job = lenet_conv2();
  job.interleave = 4;  // 16 lanes a row group
  job.conv_width = 20;
  job.tile_w = 20;
  // 10 rows / 4 = 3 groups; 20 columns / 16 lanes = 2 runs; 17 * 3 * 3 * 2 = 306.
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 306U);
}

TEST(NneTiming, StrideBeyondTheArrayIsThinnedOut) {
  const Chip chip = test_chip();
  NneJob job = lenet_conv2();
  job.stride_w = job.stride_h = 4;
  // Computed at stride 1: (10-1)*4+1 = 37 columns and rows; interleave 2: ceil(37/2) = 19 groups, ceil(37/32)
  // = 2 runs.
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 17U * 3 * 19 * 2);
  // Stride 2 is native: as the 10x10 result itself.
  job.stride_w = job.stride_h = 2;
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 255U);
}

TEST(NneTiming, DepthwiseTakesOneBlockRowAChannel) {
  const Chip chip = test_chip();
  NneJob job = lenet_conv2();
  job.header.operation = static_cast<std::uint8_t>(NneOperation::depthwise);
  job.groups = 6;
  // 5x5 = 25 coefficients = 3 blocks: 3 * 3 * 5 = 45 cycles a channel (hardware.md §3.1).
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 45U);
}

TEST(NneTiming, SixteenBitsArePassesOfEight) {
  const Chip chip = test_chip();
  NneJob job = lenet_conv2();
  // 255 cycles a kernel of 8-bit weights on 8-bit data (OneConvolutionTile). 16-bit data: both halves with
  // the weight, 2 * 255 = 510. 16-bit weights too: four products of halves, 4 * 255 = 1020.
  job.input.dtype = static_cast<std::uint8_t>(DataType::int16);
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 510U);
  EXPECT_EQ(decode_cycles(job, chip, 0), 153U);
  job.weight_dtype = static_cast<std::uint8_t>(DataType::int16);
  EXPECT_EQ(mac_cycles_per_kernel(job, chip, tiles_of(job)[0]), 1020U);
  // 612 weights a core are 1224 halves at 4 a cycle = 306.
  EXPECT_EQ(decode_cycles(job, chip, 0), 306U);
  // Results count, not bytes: 100 as before; 14 * 14 * 6 elements are 2352 bytes.
  EXPECT_EQ(post_cycles(job, chip, tiles_of(job)[0], 0), 100U);
  EXPECT_EQ(input_bytes(job, tiles_of(job)[0]), 2352);
}

TEST(NneTiming, TilesCoverTheMapOnce) {
  NneJob job = lenet_conv2();
  job.pad_left = job.pad_top = 2;
  job.conv_width = job.conv_height = 14;
  job.tile_w = 8;
  job.tile_h = 6;
  const std::vector<NneTile> tiles = tiles_of(job);
  // ceil(14/8) * ceil(14/6) = 2 * 3 tiles; the last is 6 wide and 2 high.
  ASSERT_EQ(tiles.size(), 6U);
  EXPECT_EQ(tiles[5].width, 6);
  EXPECT_EQ(tiles[5].height, 2);
  // First tile: results 0..7 need inputs -2..9, clipped to 0..9: 10 columns; rows 0..5 need -2..7: 8 rows.
  EXPECT_EQ(tiles[0].in_width, 10);
  EXPECT_EQ(tiles[0].in_height, 8);
  // Last tile: columns 8..13 need 6..15, clipped to 6..13: 8; rows 12..13 need 10..15, clipped to 10..13: 4.
  EXPECT_EQ(tiles[5].in_x, 6);
  EXPECT_EQ(tiles[5].in_width, 8);
  EXPECT_EQ(tiles[5].in_height, 4);
}

TEST(NneTiming, TilerLimitsFollowTheBuffers) {
  const Chip chip = test_chip();  // 9 input lines, 32 accumulator lines, 2 cores
  // hardware.md §2.2, V8: tw <= 16 -> m = 4 if K-1+tw <= 18, else 2; K-1+tw > 36 -> 1.
  EXPECT_EQ(interleave_of(chip, 3, 14), 4);
  EXPECT_EQ(interleave_of(chip, 5, 16), 2);
  EXPECT_EQ(interleave_of(chip, 5, 32), 2);
  EXPECT_EQ(interleave_of(chip, 5, 33), 1);
  // th = min(9*4 - 3 + 1, 4*32, H) = 34 for tall maps.
  EXPECT_EQ(max_tile_height(chip, 3, 1, 4, 100), 34);
  EXPECT_EQ(max_tile_height(chip, 3, 1, 4, 7), 7);
  // f: 3x3, 14x14 tile: t = ceil(196/64) = 4 lines a kernel; 32/4 = 8 <= 21, ceil(64/2) = 32 -> 8.
  EXPECT_EQ(kernels_at_once(chip, 3, 1, 14, 14, 4, 64), 8);
  // 1x1: 32 / ceil(14/4) = 8; few channels bound it: ceil(5/2) = 3.
  EXPECT_EQ(kernels_at_once(chip, 1, 1, 14, 14, 4, 64), 8);
  EXPECT_EQ(kernels_at_once(chip, 1, 1, 14, 14, 4, 5), 3);
}

TpJob tp_job(TpOperation operation) {
  TpJob job{};
  job.header.engine = static_cast<std::uint8_t>(Engine::tp);
  job.header.operation = static_cast<std::uint8_t>(operation);
  job.input = {0x1000, 28, 28, 6, 28, 784, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = {0x8000, 14, 14, 6, 14, 196, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = 2;
  return job;
}

TEST(TpTiming, Pooling) {
  Chip chip = test_chip();
  // 28*28*6 = 4704 elements enter, one a cycle and core.
  EXPECT_EQ(tp_compute_cycles(tp_job(TpOperation::max_pool), chip), 4704U);
  chip.tp.cores = 3;  // ceil(4704 / 3)
  EXPECT_EQ(tp_compute_cycles(tp_job(TpOperation::max_pool), chip), 1568U);
}

TEST(TpTiming, TransposeRunsOnOneCore) {
  Chip chip = test_chip();
  chip.tp.cores = 3;
  // 224*224*3 = 150,528 elements: 150,528 cycles; silicon took 153,811 (hardware.md §3.3).
  TpJob job = tp_job(TpOperation::transpose);
  job.input = {0x1000, 3, 224, 224, 3, 672, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = {0x100000, 224, 224, 3, 224, 50176, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  EXPECT_EQ(tp_compute_cycles(job, chip), 150528U);
}

TEST(TpTiming, FullyConnectedIsBoundByItsCodedBytes) {
  const Chip chip = test_chip();
  TpJob job = tp_job(TpOperation::fully_connected);
  job.table_bytes = 120720;
  job.output = {0x8000, 1, 1, 1000, 1, 1, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  // One coded byte a cycle, then 1000 results leave one a cycle: 121,720 (silicon: 125,706 for 120,720
  // bytes).
  EXPECT_EQ(tp_compute_cycles(job, chip), 121720U);
}

TEST(TpTiming, ReducedCoresMoveAndPool) {
  Chip chip = test_chip();
  chip.tp.lite_cores = 7;
  // 4704 elements on 1 + 7 cores; a table of 1176 (14*14*6) elements in and out on the full one alone.
  EXPECT_EQ(tp_compute_cycles(tp_job(TpOperation::max_pool), chip), 588U);
  EXPECT_EQ(tp_compute_cycles(tp_job(TpOperation::copy), chip), 588U);
  EXPECT_EQ(tp_compute_cycles(tp_job(TpOperation::lut), chip), 4704U);
  TpJob dense = tp_job(TpOperation::fully_connected);
  dense.table_bytes = 1000;
  dense.output = {0x8000, 1, 1, 10, 1, 1, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  EXPECT_EQ(tp_compute_cycles(dense, chip), 1010U);
}

TEST(TpTiming, LocalResponseNormalizationTakesAnElementACycleAndFullCore) {
  Chip chip = test_chip();
  chip.tp.cores = 3;
  chip.tp.lite_cores = 7;
  TpJob job = tp_job(TpOperation::lrn);
  job.input = {0x1000, 56, 56, 192, 56, 3136, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = job.input;
  // 56*56*192 = 602,112 elements on three full cores, whatever the window: 200,704.
  for (const std::uint32_t size : {1U, 5U, 9U}) {
    job.lrn = {1e-4F, 0.75F, 1, size};
    EXPECT_EQ(tp_compute_cycles(job, chip), 200704U);
  }
  chip.tp.elements_per_cycle_per_core = 2;
  EXPECT_EQ(tp_compute_cycles(job, chip), 100352U);
  EXPECT_EQ(estimate(job, chip), 100352U + static_cast<Cycle>(chip.tp.launch_cycles));
}

// 32x32 codes of 4 channels by a table from DRAM to DRAM: 4096 elements on one core. At 16 a cycle 256
// cycles, then 16 bytes a cycle are the same; addresses of 100 cycles for 16 bursts of 256 bytes take 1600.
TEST(TpTiming, AnEstimateReadsAndWritesSideBySideWithTheElements) {
  Chip chip = test_chip();
  chip.tp.launch_cycles = 0;
  TpJob job = tp_job(TpOperation::lut);
  job.input = {0x10000, 32, 32, 4, 32, 1024, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = job.input;
  job.output.address = 0x20000;
  EXPECT_EQ(estimate(job, chip), 4096U);
  chip.tp.elements_per_cycle_per_core = 16;
  chip.dram.address_cycles = 100;
  EXPECT_EQ(estimate(job, chip), 1600U);
  // From the VIP-SRAM one burst under way: 16 of 2 + 16 cycles.
  job.input.address = kVipSramBase;
  job.output.address = kVipSramBase + 0x2000;
  chip.tp.vip_sram_outstanding = 1;
  chip.vip_sram.ports = 2;
  EXPECT_EQ(estimate(job, chip), 16U * 18U);
}

// Loops outermost first; byte strides in and out.
TpJob reshuffle(const std::vector<CopyDimension>& loops) {
  TpJob job = tp_job(TpOperation::reshuffle);
  for (CopyDimension& d : job.dimensions) d = {1, 0, 0};
  std::copy(loops.begin(), loops.end(), job.dimensions + kCopyDimensions - loops.size());
  return job;
}

TEST(TpTiming, CoresShareWhatLoopsKeepApart) {
  Chip chip = test_chip();
  chip.tp.cores = 4;
  // A slice: 8 channels of 10 rows of 20: any of the cores takes any row. 1600 / 4.
  EXPECT_EQ(tp_compute_cycles(reshuffle({{8, 400, 200}, {10, 40, 20}, {20, 1, 1}}), chip), 400U);
  // HWC to CHW, three channels: the outermost loop of the output is the innermost of the input: one core.
  EXPECT_EQ(tp_compute_cycles(reshuffle({{3, 1, 200}, {10, 60, 20}, {20, 3, 1}}), chip), 600U);
  // Space to depth of three channels of 8x8: channels stay apart, so three cores: 192 / 3.
  EXPECT_EQ(tp_compute_cycles(reshuffle({{3, 64, 64}, {2, 8, 32}, {2, 1, 16}, {4, 16, 4}, {4, 2, 1}}), chip),
            64U);
}

TEST(TpTiming, FewReadsUnderWayAreBoundByTheLatency) {
  Chip chip = test_chip();  // bursts of 256 bytes, SRAM of 16 a cycle, latency 2
  // Four bursts: 2 + 16 cycles each, one after the other 72, two at a time 36.
  chip.tp.vip_sram_outstanding = 1;
  EXPECT_EQ(tp_sram_read_cycles(1024, chip), 72U);
  chip.tp.vip_sram_outstanding = 2;
  EXPECT_EQ(tp_sram_read_cycles(1024, chip), 36U);
}

TEST(PpuTiming, ThroughputOrLatency) {
  const Chip chip = test_chip();  // 8 lanes a cycle; latencies 4, 12, 20
  PpuCounts counts;
  counts.alu = 50;
  counts.special = 1;
  counts.memory = 6;
  counts.control = 3;
  // One thread: (50 + 3) * 4 + 1 * 12 + 6 * 20 = 344 cycles of latency against 60 * 4 / 8 = 30.
  EXPECT_EQ(ppu_compute_cycles(counts, 1, chip), 344U);
  // 256 threads hide it: 60 * 256 * 4 / 8 = 7680.
  EXPECT_EQ(ppu_compute_cycles(counts, 256, chip), 7680U);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Coefficients of the next job go to its kernel cache while a job runs (docs/timing.md).
#include <gtest/gtest.h>

#include "sim/simulate.h"
#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

constexpr Address kIn = kVipSramBase + 2048, kBetween = kVipSramBase + 8192, kOut = kVipSramBase + 12288;
constexpr Address kCache = kVipSramBase + 16384;
constexpr Address kFirst = 0x100000, kSecond = 0x100200, kBias = 0x101000;  // coefficients: in one row

// 3x3, pad 1, 8x8x4 -> 8x8x4: the convolution of engine_cycles_test.cpp.
NneJob convolution(int layer, Address in, Address out, Address coefficients) {
  NneJob job{};
  job.header = job_header(Engine::nne, static_cast<int>(NneOperation::convolution), layer);
  job.input = packed_view(in, 8, 8, 4);
  job.output = packed_view(out, 8, 8, 4);
  job.post = vipf_post(1.0F);
  job.conv_width = job.conv_height = job.tile_w = job.tile_h = 8;
  job.kernel_w = job.kernel_h = 3;
  job.stride_w = job.stride_h = job.dilation_w = job.dilation_h = job.pad_left = job.pad_top = 1;
  job.interleave = 4;
  job.kernels_per_core = 2;
  job.superblocks = job.groups = 1;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  job.coefficients = coefficients;
  job.bias = kBias;
  return job;
}

NetworkBinary two_convolutions(bool prefetch) {
  ProgramBuilder builder;
  NneJob first = convolution(builder.layer("first", "NN"), kIn, kBetween, kFirst);
  NneJob second = convolution(builder.layer("second", "NN"), kBetween, kOut, kSecond);
  const Bytes stream = raw_coefficients(first, 2, std::vector<std::uint8_t>(4 * 36, 1));
  first.coefficient_bytes = second.coefficient_bytes = static_cast<std::uint32_t>(stream.size());
  if (prefetch) {
    second.prefetch = 1;
    second.kernel_cache = kCache;
    second.kernel_cache_bytes = 384;
  }
  builder.segment(kFirst, stream);
  builder.segment(kSecond, stream);
  builder.segment(kBias, Bytes(16));
  builder.segment(kIn, Bytes(256, 1));
  builder.add(first);
  builder.add(second);
  return builder.binary();
}

Chip streaming_chip() {
  Chip chip = test_chip();
  chip.nne.kernel_streaming = true;
  return chip;
}

TEST(KernelStreaming, TwoJobsTakeTheCyclesDerivedByHand) {
  // The first job has its last coefficients in 346, writes 256 bytes to the SRAM in 395 .. 411 and is done in
  // 413 (EngineCycles.OneWholeConvolutionJob). From 346 on the 320 bytes of the second: row open, 10, bursts
  // of 256 and 64 bytes in 356 .. 376, path 20: 396. To the cache over the SRAM's one port, busy until 411:
  // 411 .. 431, + 2 = 433. The second job: launch 100: 513, the array's start: 523. Bias from DRAM: row open,
  // 513 + 10 + 1 + 20 = 544. Chunks of 80 bytes from the cache, 5 + 2 cycles each: 551, 558, 565, 572 (input
  // chunk 3 asks in 567, between its two bursts at a 256-byte boundary, and hides). Decoder 4, 5, 4, 5: 555,
  // 563, 569, 577. Array 12 a chunk: 555 .. 567, 579, 591, 603. Post-processing 32: 635. Write-back 16 + 2:
  // 653.
  const RunRecord record = simulate(two_convolutions(true), streaming_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 653U);
  EXPECT_TRUE(record.findings.empty());
  // Both streams and the bias twice from DRAM; maps, the cache's filling and reading over the SRAM.
  EXPECT_EQ(record.profile.traffic.ddr_read, 2U * (320 + 16));
  EXPECT_EQ(record.profile.traffic.sram_read, 2U * 256 + 320);
  EXPECT_EQ(record.profile.traffic.sram_write, 2U * 256 + 320);
}

TEST(KernelStreaming, GivesTheSameBytesSooner) {
  const RunRecord plain = simulate(two_convolutions(false), streaming_chip(), {});
  const RunRecord ahead = simulate(two_convolutions(true), streaming_chip(), {});
  EXPECT_LT(ahead.profile.total_cycles, plain.profile.total_cycles);
  EXPECT_EQ(plain.profile.traffic.ddr_read, ahead.profile.traffic.ddr_read);
}

// Nobody runs before the first job: its coefficients come when it starts, through its cache all the same.
TEST(KernelStreaming, TheFirstJobFetchesItsOwn) {
  NetworkBinary binary = two_convolutions(true);
  binary.jobs.erase(binary.jobs.begin());
  auto& job = std::get<NneJob>(binary.jobs[0]);
  job.header.job = 0;
  job.input.address = kIn;
  const RunRecord record = simulate(binary, streaming_chip(), {});
  EXPECT_EQ(record.profile.traffic.ddr_read, 320U + 16U);
  EXPECT_EQ(record.profile.traffic.sram_write, 256U + 320U);
}

}  // namespace
}  // namespace trireme

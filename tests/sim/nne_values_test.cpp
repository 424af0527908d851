// SPDX-License-Identifier: Apache-2.0
// Values of single NNE jobs against sums derived by hand.
#include <gtest/gtest.h>

#include "sim/nne/convolve.h"
#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

// 1x1 on a 3x3 map of one channel; weight code 1, zero points 0, multiplier 1: the identity.
NneJob identity() {
  NneJob job{};
  job.header = job_header(Engine::nne, static_cast<int>(NneOperation::convolution), 0);
  job.input = packed_view(0, 3, 3, 1);
  job.output = packed_view(0, 3, 3, 1);
  job.post = vipf_post(1.0F);
  job.conv_width = job.conv_height = 3;
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = 1;
  job.dilation_w = job.dilation_h = 1;
  job.tile_w = job.tile_h = 3;
  job.interleave = 4;
  job.kernels_per_core = job.superblocks = job.groups = 1;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  return job;
}

Bytes run(const NneJob& job, const Bytes& input, const std::vector<std::uint8_t>& weights,
          std::int32_t bias) {
  const NneOperands operands{input, {}, raw_coefficients(job, 2, weights), {bias}, {job.post.requantizer}};
  return compute(job, operands, test_chip().nne, "test");
}

const Bytes kCounting = {1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(NneValues, IdentityBiasAndClamp) {
  EXPECT_EQ(run(identity(), kCounting, {1}, 0), kCounting);
  // (x + 10), clamped to [12, 17].
  NneJob job = identity();
  job.post.clamp_low = 12;
  job.post.clamp_high = 17;
  EXPECT_EQ(run(job, kCounting, {1}, 10), (Bytes{12, 12, 13, 14, 15, 16, 17, 17, 17}));
}

TEST(NneValues, ZeroPointsAndPadding) {
  // 3x3 kernel of weight codes 3 with zero point 2 (weights 1), input zero point 1 (values 0..8), pad 1,
  // output zero point 5: corner 0+1+3+4 = 8, centre 0+..+8 = 36, both + 5; padding counts as the zero point.
  NneJob job = identity();
  job.kernel_w = job.kernel_h = 3;
  job.pad_left = job.pad_top = 1;
  job.weight_zero_point = 2;
  job.input.zero_point = 1;
  job.output.zero_point = 5;
  const Bytes result = run(job, kCounting, std::vector<std::uint8_t>(9, 3), 0);
  EXPECT_EQ(result[0], 8 + 5);
  EXPECT_EQ(result[4], 36 + 5);
}

TEST(NneValues, PoolingWindowsMayOverhangTheMap) {
  // 2x2, stride 2 on 3x3: windows {1 2 4 5}, {3 6}, {7 8}, {9}.
  NneJob job = identity();
  job.pool_type = 1;
  job.pool_kernel = job.pool_stride = 2;
  job.output = packed_view(0, 2, 2, 1);
  EXPECT_EQ(run(job, kCounting, {1}, 0), (Bytes{5, 6, 8, 9}));
}

TEST(NneValues, AStreamThatEndsEarlyIsAnError) {
  const NneJob job = identity();
  Bytes stream = raw_coefficients(job, 2, {1});
  stream.resize(sizeof(CoefficientHeader) + 2);
  const NneOperands operands{kCounting, {}, stream, {0}, {job.post.requantizer}};
  EXPECT_THROW(compute(job, operands, test_chip().nne, "test"), Error);
}

}  // namespace
}  // namespace trireme

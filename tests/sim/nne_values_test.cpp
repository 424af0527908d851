// SPDX-License-Identifier: Apache-2.0
// Values of single NNE jobs against sums derived by hand.
#include <gtest/gtest.h>

#include "sim/arithmetic/requantize.h"
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
  const NneOperands operands{input, {}, raw_coefficients(job, 2, weights), {bias}, {job.post.requantizer},
                             {}};
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

// 16-bit codes, low byte first.
Bytes words(const std::vector<int>& codes) {
  Bytes bytes;
  for (const int code : codes) {
    bytes.push_back(static_cast<std::uint8_t>(code & 255));
    bytes.push_back(static_cast<std::uint8_t>(code >> 8 & 255));
  }
  return bytes;
}

NneJob wide_identity(DataType type) {
  NneJob job = identity();
  job.input.dtype = job.output.dtype = static_cast<std::uint8_t>(type);
  job.input.row_stride = job.output.row_stride = 6;
  job.input.plane_stride = job.output.plane_stride = 18;
  job.post.clamp_low = -32768;
  job.post.clamp_high = 32767;
  return job;
}

TEST(NneValues, SumsOfSixteenBitsDoNotWrapAtThirtyTwo) {
  // 3x3 kernel of weight 127 on nine codes -32768, pad 0, one result: 9 * 127 * -32768 = -37453824, and a
  // bias of -2^40 = -1099511627776: -1099549081600, times 2^-26 = -16384.558 -> -16385. In 32 bits the bias
  // would be gone.
  NneJob job = wide_identity(DataType::int16);
  job.weight_dtype = static_cast<std::uint8_t>(DataType::int8);
  job.kernel_w = job.kernel_h = 3;
  job.conv_width = job.conv_height = job.output.width = job.output.height = 1;
  job.post = vipf_post(0x1p-26F);
  job.post.clamp_low = -32768;
  job.post.clamp_high = 32767;
  const NneOperands operands{words(std::vector<int>(9, -32768)),
                             {},
                             raw_coefficients(job, 2, std::vector<std::uint8_t>(9, 127)),
                             {-(std::int64_t{1} << 40)},
                             {job.post.requantizer},
                             {}};
  EXPECT_EQ(compute(job, operands, test_chip().nne, "test"), words({-16385}));
}

TEST(NneValues, ZeroPointsOfUint16LieAboveTheSign) {
  // Zero point 40000 in and 50000 out, weight 1: y = x - 40000 + 50000, clamped to 0..65535.
  NneJob job = wide_identity(DataType::uint16);
  job.input.zero_point = static_cast<std::int16_t>(static_cast<std::uint16_t>(40000));
  job.output.zero_point = static_cast<std::int16_t>(static_cast<std::uint16_t>(50000));
  job.post.clamp_low = 0;
  job.post.clamp_high = 65535;
  const Bytes input = words({0, 1, 30000, 40000, 40001, 55535, 55536, 65535, 12345});
  const NneOperands operands{input, {}, raw_coefficients(job, 2, {1}), {0}, {job.post.requantizer}, {}};
  EXPECT_EQ(compute(job, operands, test_chip().nne, "test"),
            words({10000, 10001, 40000, 50000, 50001, 65535, 65535, 65535, 22345}));
}

// Sums under TensorFlow Lite's rules by hand, and from tables: x = 50 at scale 2, y = 20 at scale 1, sum 120
// at scale 4 is 30. Shares: 50 * 2^20 * (2 / 4) and 20 * 2^20 * (1 / 4), together 30 * 2^20; times 4 / (2^20
// * 4): 30.
TEST(NneValues, SumsOfTensorFlowLite) {
  NneJob job{};
  job.header = job_header(Engine::nne, static_cast<int>(NneOperation::add), 0);
  job.input = job.input2 = job.output = packed_view(0, 2, 1, 1);
  job.input.zero_point = 10;
  job.output.zero_point = 7;
  job.post.rule = static_cast<std::uint8_t>(RequantRule::tflite);
  job.post.clamp_high = 255;
  NneOperands operands;
  for (const float factor : {0.5F, 0.25F, 0x1p-20F})
    operands.requantizers.push_back(requantizer_of(factor, RequantRule::tflite));
  operands.input = {60, 10};
  operands.input2 = {20, 0};
  EXPECT_EQ(compute(job, operands, test_chip().nne, "test"), (Bytes{37, 7}));
  job.subtract = 1;  // (50 * 2 - 20) / 4
  EXPECT_EQ(compute(job, operands, test_chip().nne, "test"), (Bytes{27, 7}));
}

// A map of more than 2^16 pairs of codes is looked up, a smaller one computed: every pair gives the same.
TEST(NneValues, LargeSumsAreThoseOfSmallOnes) {
  const auto i8 = static_cast<std::uint8_t>(DataType::int8);
  for (const RequantRule rule : {RequantRule::vipf, RequantRule::onnx}) {
    NneJob job{};
    job.header = job_header(Engine::nne, static_cast<int>(NneOperation::add), 0);
    job.input = job.output = packed_view(0, 256, 257, 1);
    job.input2 = packed_view(0, 256, 257, 1);
    job.input2.dtype = i8;
    job.input.zero_point = 100;
    job.input2.zero_point = -7;
    job.output.zero_point = 90;
    job.post.rule = static_cast<std::uint8_t>(rule);
    job.post.clamp_high = 255;
    NneOperands operands;
    for (const float factor : {0.31F, 0.5F, 0.77F})
      operands.requantizers.push_back(requantizer_of(factor, rule));
    for (int i = 0; i < 256 * 257; ++i) {
      operands.input.push_back(static_cast<std::uint8_t>(i / 256));
      operands.input2.push_back(static_cast<std::uint8_t>(i));
    }
    const Bytes large = compute(job, operands, test_chip().nne, "test");
    ASSERT_EQ(large.size(), 256U * 257U);
    operands.input.resize(256 * 256);
    operands.input2.resize(256 * 256);
    const Bytes small = compute(job, operands, test_chip().nne, "test");
    EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin())) << name_of(rule);
    EXPECT_NE(small.front(), small.back());
  }
}

TEST(NneValues, AStreamThatEndsEarlyIsAnError) {
  const NneJob job = identity();
  Bytes stream = raw_coefficients(job, 2, {1});
  stream.resize(header_bytes(2) + 2);
  const NneOperands operands{kCounting, {}, stream, {0}, {job.post.requantizer}, {}};
  EXPECT_THROW(compute(job, operands, test_chip().nne, "test"), Error);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "isa/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "support/error.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

// A descriptor of random bits whose enumerations and reserved fields are set right.
class RandomJobs {
 public:
  template <typename Descriptor>
  Descriptor next(Engine engine, int operations) {
    Descriptor job;
    std::uint8_t bytes[sizeof job];
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    std::memcpy(&job, bytes, sizeof job);
    job.header.engine = static_cast<std::uint8_t>(engine);
    job.header.operation = below(operations);
    std::memset(job.header.reserved, 0, sizeof job.header.reserved);
    return job;
  }
  void fix(TensorView& view) {
    view.dtype = below(13);
    view.reserved = 0;
  }
  void fix(OperandRange (&operands)[kOperandRanges]) {
    for (OperandRange& operand : operands) operand.access = below(3);
  }
  void fix(PostProcessing& post) {
    post.rule = below(7);
    post.ties = below(3);
    post.per_channel = below(2);
    post.reserved = 0;
  }
  std::uint8_t below(int limit) {
    return static_cast<std::uint8_t>(random_() % static_cast<unsigned>(limit));
  }

 private:
  std::mt19937 random_{1};
};

TEST(Job, RandomDescriptorsSurviveEncodeAndDecode) {
  RandomJobs random;
  for (int i = 0; i < 300; ++i) {
    auto nne = random.next<NneJob>(Engine::nne, 4);
    random.fix(nne.post);
    for (TensorView* view : {&nne.input, &nne.output, &nne.input2}) random.fix(*view);
    nne.weight_dtype = random.below(13);
    nne.subtract = random.below(2);
    nne.activation = random.below(3);
    nne.prefetch = random.below(2);
    nne.pool_type = random.below(2);
    auto tp = random.next<TpJob>(Engine::tp, 8);
    random.fix(tp.post);
    for (TensorView* view : {&tp.input, &tp.output}) random.fix(*view);
    tp.weight_dtype = random.below(13);
    tp.fills = random.below(2);
    tp.reserved_byte = 0;
    tp.reserved = 0;
    tp.count_include_pad = random.below(2);
    for (std::uint8_t& axis : tp.perm) axis = random.below(3);
    auto ppu = random.next<PpuJob>(Engine::ppu, 1);
    ppu.reserved = 0;
    random.fix(ppu.operands);
    auto host = random.next<HostJob>(Engine::host, 1);
    std::fill(std::begin(host.reserved), std::end(host.reserved), 0U);
    random.fix(host.operands);
    for (const Job& job : {Job(nne), Job(tp), Job(ppu), Job(host)}) {
      const Bytes bytes = encode(job);
      const Job again = decode_job(bytes, "test");
      EXPECT_EQ(encode(again), bytes);
      EXPECT_EQ(print(again), print(job));
      EXPECT_EQ(engine_of(again), engine_of(job));
      EXPECT_EQ(header_of(again).layer, header_of(job).layer);
    }
  }
}

// The layout is a contract: offsets as in docs/isa.md, little-endian.
TEST(Job, FieldsAreWhereTheTableSays) {
  NneJob job{};
  job.header.layer = 0x1234;
  job.input.address = 0xA1B2C3D4;
  job.coefficients = 0x01020304;
  job.superblocks = 0x0506;
  job.image_cache_bytes = 0x0708090A;
  const Bytes bytes = encode(Job(job));
  ASSERT_EQ(bytes.size(), 200u);
  EXPECT_EQ(Bytes(bytes.begin() + 4, bytes.begin() + 6), (Bytes{0x34, 0x12}));
  EXPECT_EQ(Bytes(bytes.begin() + 32, bytes.begin() + 36), (Bytes{0xD4, 0xC3, 0xB2, 0xA1}));
  EXPECT_EQ(Bytes(bytes.begin() + 104, bytes.begin() + 108), (Bytes{0x04, 0x03, 0x02, 0x01}));
  EXPECT_EQ(Bytes(bytes.begin() + 138, bytes.begin() + 140), (Bytes{0x06, 0x05}));
  EXPECT_EQ(Bytes(bytes.begin() + 156, bytes.begin() + 160), (Bytes{0x0A, 0x09, 0x08, 0x07}));
}

std::string decode_message(const Bytes& bytes) {
  try {
    decode_job(bytes, "net.tnb: job 3");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Job, DecodeRejectsWhatItDoesNotKnow) {
  const Bytes good = encode(Job(NneJob{}));
  EXPECT_EQ(decode_message(good), "no error");
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return decode_message(bytes);
  };
  EXPECT_THAT(with(0, 4), HasSubstr("net.tnb: job 3: unknown engine 4"));
  EXPECT_THAT(with(0, 1), HasSubstr("TP jobs have 224"));
  EXPECT_THAT(with(1, 4), HasSubstr("operation is 4"));
  EXPECT_THAT(with(24, 1), HasSubstr("reserved"));
  EXPECT_THAT(with(52, 13), HasSubstr("data type of the input is 13"));
  EXPECT_THAT(with(80, 7), HasSubstr("requantization rule is 7"));
  EXPECT_THAT(with(81, 3), HasSubstr("ties is 3"));
  EXPECT_THAT(with(128, 2), HasSubstr("pool_type is 2"));
  EXPECT_THAT(with(162, 3), HasSubstr("activation is 3"));
  EXPECT_THAT(with(163, 2), HasSubstr("prefetch is 2"));
  TpJob tp{};
  tp.header.engine = static_cast<std::uint8_t>(Engine::tp);
  for (const unsigned operation : {7U, 8U}) {  // the last there is, one more
    tp.header.operation = static_cast<std::uint8_t>(operation);
    EXPECT_THAT(decode_message(encode(Job(tp))), HasSubstr(operation == 7 ? "no error" : "operation is 8"));
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(decode_message(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))),
              "no error")
        << size;
  }
}

TEST(Job, PrintShowsEveryFieldThatMatters) {
  TpJob job{};
  job.header = {1, 2, 4, 3, 7, {5, 6, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent}, {}};
  job.input = {0x1000, 4, 3, 2, 4, 12, static_cast<std::uint8_t>(DataType::uint8), 0, 128};
  job.output = {0x2000, 2, 4, 3, 2, 8, static_cast<std::uint8_t>(DataType::uint8), 0, 128};
  job.perm[0] = 1, job.perm[1] = 2, job.perm[2] = 0;
  job.post = {static_cast<std::uint8_t>(RequantRule::vipf), 0, 0, 0, 0, {0x3F800000, 0}, 0, 255};
  EXPECT_EQ(
      print(Job(job)),
      "job 4 TP transpose layer 3 wait 5,6 signal 7 in u8[4x3x2]@0x00001000/4/12 zp 128 "
      "out u8[2x4x3]@0x00002000/2/8 zp 128 perm 1,2,0 requantize vipf/half_up 0x3f800000>>0 clamp 0..255");
}

TEST(Job, PrintsANormalization) {
  TpJob job{};
  job.header = {
      1, 7, 0, 0, 1, {kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent}, {}};
  job.input = job.output = {0x1000, 4, 3, 2, 4, 12, static_cast<std::uint8_t>(DataType::uint8), 0, 128};
  job.input_scale = 0.5F, job.output_scale = 0.25F;
  job.lrn = {0.125F, 0.75F, 2, 5};
  job.post.clamp_high = 255;
  EXPECT_EQ(print(Job(job)),
            "job 0 TP lrn layer 0 signal 1 in u8[4x3x2]@0x00001000/4/12 zp 128 "
            "out u8[4x3x2]@0x00001000/4/12 zp 128 scales 0.5 0.25 size 5 alpha 0.125 beta 0.75 bias 2 "
            "requantize vip7/half_up 0x00000000>>0 clamp 0..255");
}

TEST(Job, PrintsAConvolution) {
  NneJob job{};
  job.header = {
      0, 0, 0, 0, 1, {kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent, kNoEvent}, {}};
  job.input = {0x100, 28, 28, 1, 28, 784, static_cast<std::uint8_t>(DataType::uint8), 0, 0};
  job.output = {0x800, 12, 12, 20, 12, 144, static_cast<std::uint8_t>(DataType::uint8), 0, 3};
  job.post = {static_cast<std::uint8_t>(RequantRule::vipf), 0, 1, 0, 0x4000, {}, 3, 255};
  job.coefficients = 0x2000, job.coefficient_bytes = 640, job.bias = 0x3000;
  job.conv_width = job.conv_height = 24;
  job.kernel_w = job.kernel_h = 5;
  job.stride_w = job.stride_h = job.dilation_w = job.dilation_h = 1;
  job.pool_type = 1, job.pool_kernel = 2, job.pool_stride = 2;
  job.interleave = 2, job.tile_w = 24, job.tile_h = 12;
  job.kernels_per_core = 7, job.superblocks = 1, job.weight_zero_point = 130, job.groups = 1;
  job.kernel_cache = 0xFF000800, job.kernel_cache_bytes = 640;
  EXPECT_EQ(
      print(Job(job)),
      "job 0 NN convolution layer 0 signal 1 in u8[28x28x1]@0x00000100/28/784 zp 0 "
      "out u8[12x12x20]@0x00000800/12/144 zp 3 conv 24x24 kernel 5x5 stride 1x1 dilation 1x1 pad 0,0 "
      "pool max 2/2 tile 24x12 m 2 kernels 7 x 1 groups 1 weights 0x00002000+640 zp 130 bias 0x00003000 "
      "requantize vipf/half_up table@0x00004000 clamp 3..255 kernel cache 0xff000800+640");
}

TEST(Job, EncodingAHeaderOfAnotherEngineIsOurOwnMistake) {
  EXPECT_THROW(encode(Job(TpJob{})), std::logic_error);  // header.engine is 0, NNE
}

}  // namespace
}  // namespace trireme

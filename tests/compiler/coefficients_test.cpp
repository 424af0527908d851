// SPDX-License-Identifier: Apache-2.0
// Both codings of the coefficient streams: the exact bits, and round trips through two decoders.
#include "compiler/pack/coefficients.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "sim/coding/coefficient_decoder.h"
#include "tensor/half.h"
#include "tests/compiler/decoder.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::NneShape;
using Codes = test::Words;

constexpr CoefficientCoding kCodings[] = {CoefficientCoding::huffman, CoefficientCoding::zero_run};

// 4-bit weights are stored as int8.
struct WeightType {
  const char* name;
  DataType stored;
  int low, high;
  int bytes_each() const { return bytes_of(stored); }
  std::uint16_t mask() const { return bytes_each() == 1 ? 0xFF : 0xFFFF; }
};
const WeightType kWeightTypes[] = {{"uint8", DataType::uint8, 0, 255},
                                   {"int8", DataType::int8, -128, 127},
                                   {"int4", DataType::int8, -8, 7},
                                   {"int16", DataType::int16, -32768, 32767},
                                   {"float16", DataType::float16, 0, 0xFFFF}};  // bit patterns

Codes random_codes(std::size_t count, test::Random& random, int spread) {
  Codes codes(count);
  for (auto& code : codes) code = static_cast<std::uint8_t>(128 + random.below(2 * spread + 1) - spread);
  return codes;
}

constexpr std::size_t kPatternsWithoutRuns = 7;

// The adversaries every coder must survive, in the type's own range.
std::vector<Codes> awkward(std::size_t count, const WeightType& type, std::uint16_t zero_point) {
  const auto of = [&](int value) { return static_cast<std::uint16_t>(value & type.mask()); };
  const int span = type.high - type.low + 1;
  test::Random random(count + static_cast<std::size_t>(span));
  Codes zeros(count, zero_point), same(count, of(type.high)), extremes(count), all(count), sparse(count),
      alternating(count), anything(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int number = static_cast<int>(i);
    extremes[i] = of(i % 2 != 0 ? type.high : type.low);
    all[i] = of(type.low + number % span);
    alternating[i] = i % 2 != 0 ? zero_point : of(type.low);
    anything[i] = of(type.low + random.below(span));
    sparse[i] = random.below(20) != 0 ? zero_point : anything[i];
  }
  std::vector<Codes> list = {zeros, same, extremes, all, alternating, anything, sparse};
  // Runs of zeros around the longest one of each width of the run field, then a value; and the same at the
  // end.
  for (int width = 0; width <= kMaxRunBits; ++width) {
    for (int more = -1; more <= 1; ++more) {
      const auto run = static_cast<std::size_t>(std::max((1 << width) - 1 + more, 0));
      Codes runs(count, zero_point);
      for (std::size_t i = run; i < count; i += run + 1) runs[i] = of(zero_point + 1);
      list.push_back(runs);
      std::reverse(runs.begin(), runs.end());
      list.push_back(runs);
    }
  }
  return list;
}

Bytes bytes_of_codes(const Codes& codes, int bytes_each) {
  Bytes bytes;
  for (const std::uint16_t code : codes) {
    bytes.push_back(static_cast<std::uint8_t>(code));
    if (bytes_each == 2) bytes.push_back(static_cast<std::uint8_t>(code >> 8));
  }
  return bytes;
}

Bytes encode_dense(const Codes& codes, const NneShape& shape, bool depthwise, const Chip& chip,
                   int bytes_each = 1) {
  const Bytes bytes = bytes_of_codes(codes, bytes_each);
  const WeightCodes words{bytes.data(), static_cast<std::uint16_t>(shape.zero_point), bytes_each};
  return encode_nne_coefficients({words, shape.kernels, shape.channels, shape.height, shape.width, depthwise,
                                  shape.kernels_per_core, shape.superblocks},
                                 chip);
}

NneJob job_of(const NneShape& shape, bool depthwise, DataType type) {
  NneJob job{};
  job.header.operation =
      static_cast<std::uint8_t>(depthwise ? NneOperation::depthwise : NneOperation::convolution);
  job.input.channels = static_cast<std::uint16_t>(depthwise ? shape.kernels : shape.channels);
  job.output.channels = static_cast<std::uint16_t>(shape.kernels);
  job.kernel_h = static_cast<std::uint8_t>(shape.height);
  job.kernel_w = static_cast<std::uint8_t>(shape.width);
  job.kernels_per_core = static_cast<std::uint16_t>(shape.kernels_per_core);
  job.superblocks = static_cast<std::uint16_t>(shape.superblocks);
  job.weight_zero_point = static_cast<std::int16_t>(shape.zero_point);
  job.weight_dtype = static_cast<std::uint8_t>(type);
  job.groups = 1;
  return job;
}

Chip chip_with(int cores, CoefficientCoding coding, int zrl_bits = 8) {
  Chip chip = test::test_chip();
  chip.nne.cores = cores;
  chip.nne.coefficient_coding = coding;
  chip.nne.zrl_bits = zrl_bits;
  return chip;
}

void expect_round_trip(const Codes& codes, const NneShape& shape, bool depthwise, const Chip& chip,
                       DataType type = DataType::uint8) {
  const Bytes stream = encode_dense(codes, shape, depthwise, chip, bytes_of(type));
  ASSERT_EQ(test::decode_nne(stream, shape), codes)
      << shape.kernels << " kernels of " << shape.per_kernel() << " on " << chip.nne.cores << " cores, "
      << name_of(chip.nne.coefficient_coding) << ' ' << name_of(type);
  ASSERT_EQ(decode_nne_coefficients(stream, job_of(shape, depthwise, type), chip.nne, "test"),
            bytes_of_codes(codes, bytes_of(type)))
      << "the simulator's decoder";
}

TEST(NneCoefficients, ATinyStreamBitByBit) {
  // One kernel of ten weights on one core, zero point 100: differences 0,0,0,0,0,1,-1,2,-3,100.
  // Two blocks of nine: ten weights and eight zeros. Categories: 0: 13, 1: 2, 2: 2, 7: 1.
  // Ranks: 0 -> 0 "00", 1 -> 1 "10", 2 -> 2 "111", 7 -> 3 "110"; unused 3,4,5,6 -> 4,5,6,7.
  //   0 five times  00 00 00 00 00          10 bits
  //   1             10 0                     3
  //  -1             10 1                     3
  //   2             111 0 0                  5
  //  -3             111 1 1                  5
  // 100             110 01100100            11
  //   0 eight times 00 ...                  16      together 53 bits
  const Codes codes = {100, 100, 100, 100, 100, 101, 99, 102, 97, 200};
  const Chip chip = chip_with(1, CoefficientCoding::huffman);
  const Bytes bytes = encode_dense(codes, {1, 10, 1, 1, 1, 1, 100}, false, chip);
  ASSERT_EQ(bytes.size(), 128U);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 4), (Bytes{1, 1, 8, 0}));
  EXPECT_EQ(Bytes(bytes.begin() + 4, bytes.begin() + 12), (Bytes{0, 1, 2, 4, 5, 6, 7, 3}));
  EXPECT_EQ(Bytes(bytes.begin() + 12, bytes.begin() + 16), (Bytes{53, 0, 0, 0}));
  // 00000000 00100101 11100111 11110011 00100000 ...
  EXPECT_EQ(Bytes(bytes.begin() + 64, bytes.begin() + 69), (Bytes{0x00, 0x25, 0xE7, 0xF3, 0x20}));
}

TEST(NneCoefficients, RankTiesGoByCategory) {
  // Nine weights, differences 4 (category 3) and 16 (category 5), four each, and one 0: 3 before 5 before 0.
  const Codes codes = {4, 16, 4, 16, 0, 16, 4, 16, 4};
  const Chip chip = chip_with(1, CoefficientCoding::huffman);
  const Bytes bytes = encode_dense(codes, {1, 9, 1, 1, 1, 1, 0}, false, chip);
  EXPECT_EQ(Bytes(bytes.begin() + 4, bytes.begin() + 12), (Bytes{2, 3, 4, 0, 5, 1, 6, 7}));
}

TEST(NneCoefficients, AWideWeightIsRawInSixteenBits) {
  // int16, zero point 0: 0x0000, 0x0001, 0x8000 and six zeros more. Categories: 0: 7, 1: 1, 7: 1; ranks
  // 0 -> "00", 1 -> "10", 7 -> "111". 00 | 10 0 | 111 1000 0000 0000 0000 | 00 six times:
  // 00100111 10000000 00000000 00000000 0000: 36 bits.
  const Chip chip = chip_with(1, CoefficientCoding::huffman);
  const Bytes bytes = encode_dense({0, 1, 0x8000, 0, 0, 0, 0, 0, 0}, {1, 1, 3, 3, 1, 1, 0}, false, chip, 2);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 4), (Bytes{1, 1, 16, 0}));
  EXPECT_EQ(bytes[12], 36);
  EXPECT_EQ(Bytes(bytes.begin() + 64, bytes.begin() + 69), (Bytes{0x27, 0x80, 0, 0, 0}));
}

TEST(NneZeroRuns, ATinyStreamBitByBit) {
  // Two kernels of two 1x1 channels on one core, zero point 7: one input channel at a time would need more
  // than 8 kernels, so kernel by kernel: 7 7 7 9. Width 0: four pairs of 8 bits, 32. Width 1: (1,7)
  // (1,9): 18. Width 2: (3,9): 10. Width 3: 11. So 2: 00000010 0000000000000010 11 00001001: 34 bits.
  const Bytes bytes =
      encode_dense({7, 7, 7, 9}, {2, 2, 1, 1, 2, 1, 7}, false, chip_with(1, CoefficientCoding::zero_run));
  ASSERT_EQ(bytes.size(), 128U);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 16),
            (Bytes{1, 1, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 34, 0, 0, 0}));
  EXPECT_EQ(Bytes(bytes.begin() + 64, bytes.begin() + 69), (Bytes{0x02, 0x00, 0x02, 0xC2, 0x40}));
}

// The values of a stream without run fields, in its order.
std::vector<int> order_of(const NneShape& shape, bool depthwise) {
  Codes codes(static_cast<std::size_t>(shape.kernels * shape.per_kernel()));
  std::iota(codes.begin(), codes.end(), std::uint16_t{1});
  const Bytes bytes = encode_dense(codes, shape, depthwise, chip_with(1, CoefficientCoding::zero_run));
  EXPECT_EQ(bytes[64], 0) << "no zeros, no run field";
  return {bytes.begin() + 67, bytes.begin() + 67 + static_cast<std::ptrdiff_t>(codes.size())};
}

TEST(NneZeroRuns, PlanesComeInBlocksOfTwoRowsAndThreeColumns) {
  // Two kernels of two channels of 3x4, numbered from 1: a plane's block 1 2 3 / 5 6 7, then the column to
  // its right and the row below as they come: 4 8 9 10 11 12. Planes: channel 0 of kernel 0 and 1, then
  // channel 1.
  const std::vector<int> plane = {1, 2, 3, 5, 6, 7, 4, 8, 9, 10, 11, 12};
  std::vector<int> expected;
  for (const int first : {0, 24, 12, 36}) {
    for (const int i : plane) expected.push_back(first + i);
  }
  EXPECT_EQ(order_of({2, 2, 3, 4, 2, 1, 0}, false), expected);
}

TEST(NneZeroRuns, PointwiseKernelsComeInBlocksOfSixChannels) {
  // Nine kernels of eight channels: channels 0-5 of all kernels, then 6-7 of all.
  std::vector<int> expected;
  for (int k = 0; k < 9; ++k)
    for (int c = 0; c < 6; ++c) expected.push_back(8 * k + c + 1);
  for (int k = 0; k < 9; ++k)
    for (int c = 6; c < 8; ++c) expected.push_back(8 * k + c + 1);
  EXPECT_EQ(order_of({9, 8, 1, 1, 9, 1, 0}, false), expected);
}

TEST(NneZeroRuns, OneChannelAndFewKernelsAreSequential) {
  std::vector<int> expected(64);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(order_of({4, 1, 4, 4, 4, 1, 0}, false), expected);
  EXPECT_EQ(order_of({4, 1, 4, 4, 4, 1, 0}, true), expected);
  EXPECT_EQ(order_of({8, 8, 1, 1, 8, 1, 0}, false), expected);
}

TEST(NneZeroRuns, EachCoreHasItsCheapestWidth) {
  // Core 0: 40 zeros, core 1: 40 values. Width 0 costs core 0 320 bits; 5: two pairs of 13 = 26; 6: one pair,
  // 14.
  Codes codes(80, 0);
  std::fill(codes.begin() + 40, codes.end(), std::uint16_t{1});
  const Bytes bytes =
      encode_dense(codes, {2, 40, 1, 1, 1, 1, 0}, false, chip_with(2, CoefficientCoding::zero_run));
  EXPECT_EQ(bytes[64], 6);
  EXPECT_EQ(bytes[128], 0);
  const Bytes narrow =
      encode_dense(codes, {2, 40, 1, 1, 1, 1, 0}, false, chip_with(2, CoefficientCoding::zero_run, 5));
  EXPECT_EQ(narrow[64], 5);
}

TEST(NneCoefficients, RoundTripOfAwkwardWeightsOfEveryType) {
  for (const CoefficientCoding coding : kCodings) {
    for (const WeightType& type : kWeightTypes) {
      for (const int zero : {type.low, 1, type.high}) {
        const int zero_point = zero & type.mask();
        const auto patterns = awkward(7 * 54, type, static_cast<std::uint16_t>(zero_point));
        for (const Codes& codes : patterns)  // one superblock, so that long runs stay whole
          expect_round_trip(codes, {7, 54, 1, 1, 7, 1, zero_point}, false, chip_with(1, coding), type.stored);
        for (std::size_t i = 0; i < kPatternsWithoutRuns; ++i) {
          expect_round_trip(patterns[i], {7, 6, 3, 3, 3, 1, zero_point}, false, chip_with(3, coding),
                            type.stored);
          expect_round_trip(patterns[i], {7, 1, 6, 9, 2, 2, zero_point}, true, chip_with(3, coding),
                            type.stored);
        }
      }
    }
  }
}

TEST(NneCoefficients, RoundTripOfEveryShape) {
  test::Random random(3);
  for (int round = 0; round < 600; ++round) {
    const Chip chip = chip_with(1 + random.below(10), kCodings[round % 2], 1 + random.below(8));
    const int kernels = 1 + random.below(40), longest = (kernels + chip.nne.cores - 1) / chip.nne.cores;
    const int f = 1 + random.below(longest), superblocks = (longest + f - 1) / f;
    const NneShape shape{kernels, 1 + random.below(14), 1 + random.below(5), 1 + random.below(7),
                         f,       superblocks,          random.below(256)};
    const Codes codes =
        random_codes(static_cast<std::size_t>(kernels * shape.per_kernel()), random, 1 << random.below(8));
    expect_round_trip(codes, shape, shape.channels == 1 && random.below(2) != 0, chip);
  }
}

TEST(NneCoefficients, NoOtherRunWidthIsShorter) {
  test::Random random(6);
  Codes codes(4000, 9);
  for (int i = 0; i < 300; ++i)
    codes[static_cast<std::size_t>(random.below(4000))] = static_cast<std::uint8_t>(random.below(256));
  const NneShape shape{4, 1000, 1, 1, 4, 1, 9};
  const auto size = [&](int bits) {
    return encode_dense(codes, shape, false, chip_with(1, CoefficientCoding::zero_run, bits)).size();
  };
  for (int bits = 1; bits < 8; ++bits) EXPECT_LE(size(8), size(bits));
}

// What a stream may not do, with words of the message.
void expect_refused(Bytes stream, const NneShape& shape, const Chip& chip, const std::string& why) {
  try {
    decode_nne_coefficients(stream, job_of(shape, false, DataType::uint8), chip.nne, "conv1");
    ADD_FAILURE() << "accepted; expected: " << why;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("conv1"), std::string::npos) << error.what();
  }
}

TEST(NneCoefficients, TheDecoderRefusesDamagedStreams) {
  const NneShape shape{3, 4, 3, 3, 3, 1, 0};
  test::Random random(9);
  const Codes codes = random_codes(3 * 36, random, 100);
  const auto with_byte = [](Bytes stream, std::size_t at, int value) {
    stream.at(at) = static_cast<std::uint8_t>(value);
    return stream;
  };
  for (const CoefficientCoding coding : kCodings) {
    const Chip chip = chip_with(1, coding);
    const Bytes stream = encode_dense(codes, shape, false, chip);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &stream[12], sizeof bits);
    const auto with_bits = [&](std::uint32_t other) {
      Bytes changed = stream;
      std::memcpy(&changed[12], &other, sizeof other);
      return changed;
    };
    expect_refused({}, shape, chip, "shorter than its header");
    expect_refused(Bytes(stream.begin(), stream.begin() + 70), shape, chip, "ends inside a core's part");
    expect_refused(with_bits(0xFFFFFFFF), shape, chip, "ends inside a core's part");
    expect_refused(with_bits(bits - 8), shape, chip, "ends inside its weights");
    expect_refused(with_bits(bits - 1), shape, chip, "ends inside its weights");
    expect_refused(with_bits(0), shape, chip, "too short for its weights");
    Bytes longer = with_bits(bits + 8);
    longer.resize(longer.size() + 64);
    expect_refused(longer, shape, chip, "has a wrong length");
    expect_refused(with_byte(stream, 2, 16), shape, chip, "does not fit the job");
    expect_refused(with_byte(stream, 3, stream[3] ^ 2), shape, chip, "does not fit the job");
    expect_refused(with_byte(stream, 1, 2), shape, chip, "does not fit the job");
  }
  const Chip v7 = chip_with(1, CoefficientCoding::zero_run), v8 = chip_with(1, CoefficientCoding::huffman);
  const Bytes runs = encode_dense(codes, shape, false, v7), prefixes = encode_dense(codes, shape, false, v8);
  expect_refused(with_byte(runs, 64, 9), shape, v7, "run fields of 9 bits");
  expect_refused(with_byte(runs, 66, 4), shape, v7, "of 4 kernels for 3");
  expect_refused(with_byte(prefixes, 4, 8), shape, v8, "beyond the last");
  expect_refused(with_byte(prefixes, 4, prefixes[5]), shape, v8, "the same rank");
  // The last pair's run, 4 zeros where 3 are left: width 3 of 00000111 of the pair that ends the stream.
  Codes zeros(108, 0);
  Bytes run = encode_dense(zeros, shape, false, v7);
  ASSERT_EQ(run[64], 7);  // one pair of run 107: 24 bits of beginning, 1101011
  ASSERT_EQ(run[67], 107 << 1);
  expect_refused(with_byte(run, 67, 108 << 1), shape, v7, "leaves the weights");
}

TEST(NneCoefficients, DamageNeverCrashesTheDecoder) {
  test::Random random(12);
  const NneShape shape{5, 3, 3, 3, 2, 2, 128};
  const Codes codes = random_codes(5 * 27, random, 30);
  for (const CoefficientCoding coding : kCodings) {
    const Chip chip = chip_with(2, coding);
    const Bytes stream = encode_dense(codes, shape, false, chip);
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
      Bytes damaged = stream;
      damaged[static_cast<std::size_t>(random.below(static_cast<int>(stream.size())))] ^=
          static_cast<std::uint8_t>(1 << random.below(8));
      if (random.below(4) == 0)  // most of these 750 end inside a core's part
        damaged.resize(static_cast<std::size_t>(random.below(static_cast<int>(stream.size()))));
      try {
        const auto weights =
            decode_nne_coefficients(damaged, job_of(shape, false, DataType::uint8), chip.nne, "test");
        EXPECT_EQ(weights.size(), codes.size());
      } catch (const Error&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, 500) << name_of(coding);
  }
}

Bytes encode_rows(const Codes& codes, std::int64_t outputs, std::int64_t inputs, std::uint16_t zero_point,
                  int max_bits = 8, int bytes_each = 1) {
  const Bytes bytes = bytes_of_codes(codes, bytes_each);
  return encode_tp_coefficients({{bytes.data(), zero_point, bytes_each}, outputs, inputs}, max_bits);
}

TpJob dense_job(int outputs, int inputs, int zero_point, DataType type) {
  TpJob job{};
  job.input.width = static_cast<std::uint16_t>(inputs);
  job.input.height = job.input.channels = 1;
  job.output.channels = static_cast<std::uint16_t>(outputs);
  job.weight_zero_point = static_cast<std::int16_t>(zero_point);
  job.weight_dtype = static_cast<std::uint8_t>(type);
  return job;
}

TEST(TpCoefficients, ATinyStreamBitByBit) {
  // One row 5 5 5 9 5 with zero point 5. Run widths: 0 bits: 5 pairs of 8 = 40. 1 bit: pairs (1,5) (1,9)
  // (0,5):
  // 27. 2 bits: (3,9) (0,5): 20. 3 bits: 22. So 2 bits: 11 00001001 00 00000101.
  const Bytes bytes = encode_rows({5, 5, 5, 9, 5}, 1, 5, 5);
  EXPECT_EQ(bytes, (Bytes{1, 2, 8, 0, 5, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0, 0xC2, 0x40, 0x50}));
}

TEST(TpCoefficients, DenseWeightsGetNoRunField) {
  Codes codes(100);
  std::iota(codes.begin(), codes.end(), std::uint16_t{1});
  const Bytes bytes = encode_rows(codes, 10, 10, 0);
  EXPECT_EQ(bytes[1], 0);
  EXPECT_EQ(bytes.size(), 16U + 100U);
}

TEST(TpCoefficients, RoundTripOfAwkwardWeightsOfEveryType) {
  test::Random random(5);
  for (int round = 0; round < 60; ++round) {
    for (const WeightType& type : kWeightTypes) {
      const int outputs = 1 + random.below(8), inputs = 1 + random.below(700);
      const auto zero_point =
          static_cast<std::uint16_t>((type.low + random.below(type.high - type.low + 1)) & type.mask());
      for (const Codes& codes : awkward(static_cast<std::size_t>(outputs * inputs), type, zero_point)) {
        const int max_bits = random.below(9);
        const Bytes bytes = encode_rows(codes, outputs, inputs, zero_point, max_bits, type.bytes_each());
        EXPECT_LE(bytes[1], max_bits);
        ASSERT_EQ(test::decode_tp(bytes, zero_point), codes) << type.name;
        ASSERT_EQ(decode_tp_coefficients(bytes, dense_job(outputs, inputs, zero_point, type.stored), "test"),
                  bytes_of_codes(codes, type.bytes_each()))
            << type.name;
      }
    }
  }
}

TEST(TpCoefficients, NoOtherRunWidthIsShorter) {
  test::Random random(6);
  Codes codes(4000, 9);
  for (int i = 0; i < 300; ++i)
    codes[static_cast<std::size_t>(random.below(4000))] = static_cast<std::uint8_t>(random.below(256));
  const std::size_t best = encode_rows(codes, 4, 1000, 9).size();
  for (int bits = 0; bits <= 8; ++bits) EXPECT_GE(encode_rows(codes, 4, 1000, 9, bits).size(), best);
  EXPECT_LT(best, 2000U);  // 92 % zeros
}

TEST(TpCoefficients, TheDecoderRefusesDamagedStreams) {
  // The stream of ATinyStreamBitByBit.
  const Bytes good = encode_rows({5, 5, 5, 9, 5}, 1, 5, 5);
  const TpJob job = dense_job(1, 5, 5, DataType::uint8);
  const auto refused = [&](std::size_t at, int value) {
    Bytes bytes = good;
    bytes.at(at) = static_cast<std::uint8_t>(value);
    EXPECT_THROW(decode_tp_coefficients(bytes, job, "test"), Error) << "byte " << at << " = " << value;
  };
  EXPECT_NO_THROW(decode_tp_coefficients(good, job, "test"));
  EXPECT_THROW(decode_tp_coefficients({}, job, "test"), Error);
  EXPECT_THROW(decode_tp_coefficients(Bytes(good.begin(), good.end() - 1), job, "test"), Error);
  refused(0, 2);      // version
  refused(1, 9);      // run fields wider than any
  refused(2, 16);     // weights of another width than the job's
  refused(4, 6);      // inputs
  refused(12, 19);    // one bit short
  refused(12, 21);    // one bit long
  refused(17, 0x70);  // 11 00001001 11 ...: a run of 3 with one weight left
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Both codings of the array's coefficient streams: the exact bits, the order of the weights, round trips.
#include "tests/compiler/coefficients_support.h"

namespace trireme {
namespace {

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
        // One superblock on one core, so that long runs stay whole.
        const bool runs = coding == CoefficientCoding::zero_run;
        for (std::size_t i = 0; i < (runs ? patterns.size() : kPatternsWithoutRuns); ++i) {
          expect_round_trip(patterns[i], {7, 54, 1, 1, 7, 1, zero_point}, false, chip_with(1, coding),
                            type.stored);
        }
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
  for (int round = 0; round < 300; ++round) {
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

}  // namespace
}  // namespace trireme

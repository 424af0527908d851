// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/coefficients.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/compiler/decoder.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using Codes = std::vector<std::uint8_t>;

Codes random_codes(std::size_t count, test::Random& random, int spread) {
  Codes codes(count);
  for (auto& code : codes) code = static_cast<std::uint8_t>(128 + random.below(2 * spread + 1) - spread);
  return codes;
}

// The adversaries every coder must survive.
std::vector<Codes> awkward(std::size_t count, std::uint8_t zero_point) {
  Codes zeros(count, zero_point), extremes(count), all(count);
  for (std::size_t i = 0; i < count; ++i) {
    extremes[i] = i % 2 != 0 ? 255 : 0;
    all[i] = static_cast<std::uint8_t>(i);
  }
  return {zeros, extremes, all};
}

Bytes encode_dense(const Codes& codes, const test::NneShape& shape, bool depthwise, const Chip& chip) {
  return encode_nne_coefficients(
      {codes.data(), shape.kernels, shape.per_kernel, static_cast<std::uint8_t>(shape.zero_point), depthwise,
       shape.kernels_per_core, shape.superblocks},
      chip);
}

void expect_round_trip(const Codes& codes, const test::NneShape& shape, bool depthwise, int cores) {
  Chip chip = test::test_chip();
  chip.nne.cores = cores;
  EXPECT_EQ(test::decode_nne(encode_dense(codes, shape, depthwise, chip), shape), codes)
      << shape.kernels << " kernels of " << shape.per_kernel << " on " << cores << " cores";
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
  Chip chip = test::test_chip();
  chip.nne.cores = 1;
  const Bytes bytes = encode_dense(codes, {1, 10, 1, 1, 100}, false, chip);
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
  Chip chip = test::test_chip();
  chip.nne.cores = 1;
  const Bytes bytes = encode_dense(codes, {1, 9, 1, 1, 0}, false, chip);
  EXPECT_EQ(Bytes(bytes.begin() + 4, bytes.begin() + 12), (Bytes{2, 3, 4, 0, 5, 1, 6, 7}));
}

TEST(NneCoefficients, RoundTripOfAwkwardWeights) {
  for (const int zero_point : {0, 1, 127, 128, 255}) {
    for (const Codes& codes : awkward(7 * 27, static_cast<std::uint8_t>(zero_point))) {
      expect_round_trip(codes, {7, 27, 3, 1, zero_point}, false, 3);
      expect_round_trip(codes, {7, 27, 2, 2, zero_point}, true, 3);
    }
  }
}

TEST(NneCoefficients, RoundTripOfEveryShape) {
  test::Random random(3);
  for (int round = 0; round < 300; ++round) {
    const int cores = 1 + random.below(10), kernels = 1 + random.below(40), per_kernel = 1 + random.below(60);
    const int longest = (kernels + cores - 1) / cores, f = 1 + random.below(longest);
    const test::NneShape shape{kernels, per_kernel, f, (longest + f - 1) / f, random.below(256)};
    const Codes codes =
        random_codes(static_cast<std::size_t>(kernels * per_kernel), random, 1 << random.below(8));
    expect_round_trip(codes, shape, random.below(2) != 0, cores);
  }
}

Bytes encode_rows(const Codes& codes, std::int64_t outputs, std::int64_t inputs, std::uint8_t zero_point,
                  int max_bits = 8) {
  return encode_tp_coefficients({codes.data(), outputs, inputs, zero_point}, max_bits);
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
  std::iota(codes.begin(), codes.end(), std::uint8_t{1});
  const Bytes bytes = encode_rows(codes, 10, 10, 0);
  EXPECT_EQ(bytes[1], 0);
  EXPECT_EQ(bytes.size(), 16U + 100U);
}

TEST(TpCoefficients, RoundTripOfAwkwardAndRandomWeights) {
  test::Random random(5);
  for (int round = 0; round < 300; ++round) {
    const int outputs = 1 + random.below(8), inputs = 1 + random.below(700);
    const auto zero_point = static_cast<std::uint8_t>(random.below(256));
    const auto count = static_cast<std::size_t>(outputs * inputs);
    std::vector<Codes> cases = awkward(count, zero_point);
    Codes sparse(count, zero_point);
    for (int i = 0; i < 20; ++i)
      sparse[static_cast<std::size_t>(random.below(outputs * inputs))] =
          static_cast<std::uint8_t>(random.below(256));
    cases.push_back(sparse);
    for (const Codes& codes : cases) {
      const int max_bits = random.below(9);
      const Bytes bytes = encode_rows(codes, outputs, inputs, zero_point, max_bits);
      EXPECT_LE(bytes[1], max_bits);
      ASSERT_EQ(test::decode_tp(bytes, zero_point), codes);
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

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The coefficient streams of dense layers on the TP: the exact bits, round trips, damage.
#include "tests/compiler/coefficients_support.h"

namespace trireme {
namespace {

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
  for (int round = 0; round < 20; ++round) {
    for (const WeightType& type : kWeightTypes) {
      const int outputs = 1 + random.below(8), inputs = 1 + random.below(700);
      const auto zero_point =
          static_cast<std::uint16_t>((type.low + random.below(type.high - type.low + 1)) & type.mask());
      for (const Codes& codes : awkward(static_cast<std::size_t>(outputs * inputs), type, zero_point)) {
        const int max_bits = random.below(9);
        const Bytes bytes = encode_rows(codes, outputs, inputs, zero_point, max_bits, type.bytes_each());
        EXPECT_LE(bytes[1], max_bits);
        ASSERT_EQ(test::decode_tp(bytes, zero_point), codes) << type.name;
        ASSERT_EQ(decode_coefficients(
                      bytes, weight_layout_of(dense_job(outputs, inputs, zero_point, type.stored)), "test"),
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
  const TpWeightLayout layout = weight_layout_of(dense_job(1, 5, 5, DataType::uint8));
  const auto refused = [&](std::size_t at, int value) {
    Bytes bytes = good;
    bytes.at(at) = static_cast<std::uint8_t>(value);
    EXPECT_THROW(decode_coefficients(bytes, layout, "test"), Error) << "byte " << at << " = " << value;
  };
  EXPECT_NO_THROW(decode_coefficients(good, layout, "test"));
  EXPECT_THROW(decode_coefficients({}, layout, "test"), Error);
  EXPECT_THROW(decode_coefficients(Bytes(good.begin(), good.end() - 1), layout, "test"), Error);
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

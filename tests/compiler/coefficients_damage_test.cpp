// SPDX-License-Identifier: Apache-2.0
// What the simulator's decoder says to damaged streams of the array.
#include "tests/compiler/coefficients_support.h"

namespace trireme {
namespace {

// What a stream may not do, with words of the message.
void expect_refused(Bytes stream, const NneShape& shape, const Chip& chip, const std::string& why) {
  try {
    decode_coefficients(stream, weight_layout_of(job_of(shape, false, DataType::uint8), chip.nne), "conv1");
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
        const auto weights = decode_coefficients(
            damaged, weight_layout_of(job_of(shape, false, DataType::uint8), chip.nne), "test");
        EXPECT_EQ(weights.size(), codes.size());
      } catch (const Error&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, 500) << name_of(coding);
  }
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Streams that were decoded before: the same weights for the same bytes and layout, and for no others.
#include "sim/coding/weights.h"
#include "tests/compiler/coefficients_support.h"

namespace trireme {
namespace {

using Streams = DecodedStreams<NneWeightLayout, float>;

const NneShape kShape{3, 4, 3, 3, 3, 1, 5};
constexpr std::uint64_t kWeightBytes = 3 * 36 * sizeof(float);

struct Coded {
  Bytes stream;
  NneWeightLayout layout;
};

Coded coded(std::uint64_t seed, DataType type = DataType::uint8) {
  test::Random random(seed);
  const Chip chip = chip_with(2, CoefficientCoding::huffman);
  return {encode_dense(random_codes(3 * 36, random, 100), kShape, false, chip),
          weight_layout_of(job_of(kShape, false, type), chip.nne)};
}

void expect_decoded(const Weights<float>& weights, const Coded& c) {
  const Bytes codes = decode_coefficients(c.stream, c.layout, "test");
  ASSERT_EQ(weights.distances.size(), codes.size());
  for (std::size_t k = 0; k < 3; ++k) {
    std::int64_t sum = 0;
    for (std::size_t i = 36 * k; i < 36 * (k + 1); ++i) {
      const int code = c.layout.dtype == static_cast<std::uint8_t>(DataType::int8)
                           ? static_cast<std::int8_t>(codes[i])
                           : codes[i];
      EXPECT_EQ(weights.distances[i], static_cast<float>(code - c.layout.zero_point));
      EXPECT_LE(std::abs(code - c.layout.zero_point), weights.largest);
      sum += code - c.layout.zero_point;
    }
    EXPECT_EQ(weights.sums[k], sum);
  }
}

TEST(DecodedStreams, KnowsAStreamByItsBytesAndLayout) {
  Streams streams(1 << 20);
  const Coded first = coded(1);
  const auto weights = streams.weights_of(first.stream, first.layout, "test");
  expect_decoded(*weights, first);
  EXPECT_EQ(streams.weights_of(first.stream, first.layout, "test"), weights);
  // One weight more than before, in a stream of the same length: the raw code that ends the first core's
  // part.
  bool found = false;
  for (std::uint64_t seed = 2; seed < 200 && !found; ++seed) {
    Coded other = coded(seed);
    found = other.stream.size() == first.stream.size();
    const auto others = streams.weights_of(other.stream, other.layout, "test");
    EXPECT_NE(others, weights);
    expect_decoded(*others, other);
  }
  EXPECT_TRUE(found) << "no stream of the same length: the comparison of bytes was not needed";
  // The same bytes, read as other codes and around another zero point.
  Coded other = coded(1, DataType::int8);
  expect_decoded(*streams.weights_of(other.stream, other.layout, "test"), other);
  other = coded(1);
  other.layout.zero_point = 6;
  expect_decoded(*streams.weights_of(other.stream, other.layout, "test"), other);
  // Refused with the first layout's stream known: not what the header says.
  other.layout.kernels = 4;
  EXPECT_THROW(streams.weights_of(other.stream, other.layout, "test"), Error);
  EXPECT_EQ(streams.weights_of(first.stream, first.layout, "test"), weights);
}

TEST(DecodedStreams, BeginsAgainWhenItIsFull) {
  const Coded a = coded(1), b = coded(2);
  const std::uint64_t size_a = a.stream.size() + kWeightBytes;
  Streams streams(size_a + b.stream.size() + kWeightBytes - 1);  // a byte less than both
  const auto weights = streams.weights_of(a.stream, a.layout, "test");
  EXPECT_EQ(streams.weights_of(a.stream, a.layout, "test"), weights);
  streams.weights_of(b.stream, b.layout, "test");
  const auto again = streams.weights_of(a.stream, a.layout, "test");
  EXPECT_NE(again, weights);
  expect_decoded(*again, a);
  Streams none(size_a - 1);
  EXPECT_NE(none.weights_of(a.stream, a.layout, "test"), none.weights_of(a.stream, a.layout, "test"));
}

}  // namespace
}  // namespace trireme

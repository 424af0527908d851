// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/random_weights.h"

#include <fmt/format.h>

#include "support/error.h"

namespace trireme {
namespace {

// The output function of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

// SplitMix64 by position: its state advances by a constant.
class Stream {
 public:
  Stream(std::uint64_t seed, std::uint64_t number) : state_(mix(2 * seed + number)) {}
  std::uint64_t bits(std::int64_t n) const {
    return mix(state_ + (static_cast<std::uint64_t>(n) + 1) * 0x9E3779B97F4A7C15U);
  }

 private:
  std::uint64_t state_;
};
constexpr std::uint64_t kElements = 0, kChannels = 1;

// An exponential variable in steps of 2^-10: the leading zeros of 22 random bits halve in frequency from one
// to the next, 10 further bits fill the steps between.
std::int32_t exponential(std::uint32_t bits) {
  constexpr std::uint32_t kFractionBits = 10;
  std::int32_t zeros = 0;
  for (std::uint32_t left = bits >> kFractionBits; zeros < 22 && (left & 0x200000U) == 0; left <<= 1) ++zeros;
  return zeros * 1024 + static_cast<std::int32_t>(bits & 0x3FFU);
}

// The difference of two exponential variables has Laplace's distribution. Below 23 · 1024.
std::int32_t laplace(std::uint64_t bits) {
  return exponential(static_cast<std::uint32_t>(bits >> 32)) - exponential(static_cast<std::uint32_t>(bits));
}

// 256 to 1022, in units of 1/512: two octaves, each evenly filled.
std::int32_t factor(std::uint64_t bits) {
  const auto mantissa = static_cast<std::int32_t>(256 + (bits & 0xFFU));
  return (bits & 0x100U) != 0 ? 2 * mantissa : mantissa;
}

}  // namespace

RandomWeights::Distribution parse_distribution(const std::string& name) {
  if (name == "laplace") return RandomWeights::Distribution::laplace;
  if (name == "positive") return RandomWeights::Distribution::positive;
  throw Error({}, "there is no distribution '" + name + "'", "laplace, positive");
}

const char* name_of(RandomWeights::Distribution distribution) {
  return distribution == RandomWeights::Distribution::laplace ? "laplace" : "positive";
}

// The products of integers have at most 24 significant bits (factors above 511 are even), so float32 holds
// them exactly and the multiplication by the scale rounds once; the power of two is exact again.
Tensor draw(const RandomWeights& weights) {
  if (!(weights.scale >= 0x1p-64F && weights.scale <= 0x1p64F))
    throw Error({}, fmt::format("scale is {}", weights.scale), "2^-64 to 2^64");
  Tensor tensor(DataType::float32, weights.shape);
  float* to = tensor.data<float>();
  const Stream elements(weights.seed, kElements), channels(weights.seed, kChannels);
  if (weights.distribution == RandomWeights::Distribution::positive) {
    for (std::int64_t n = 0; n < tensor.size(); ++n)
      to[n] = static_cast<float>(factor(elements.bits(n))) * weights.scale * 0x1p-9F;
    return tensor;
  }
  const std::int64_t of_channel =
      weights.shape.empty() || tensor.size() == 0 ? 1 : tensor.size() / weights.shape[0];
  for (std::int64_t first = 0; first < tensor.size(); first += of_channel) {
    const std::int32_t channel = factor(channels.bits(first / of_channel));
    for (std::int64_t n = first; n < first + of_channel; ++n)
      to[n] = static_cast<float>(channel * laplace(elements.bits(n))) * weights.scale * 0x1p-20F;
  }
  return tensor;
}

}  // namespace trireme

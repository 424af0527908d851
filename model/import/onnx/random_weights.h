// SPDX-License-Identifier: Apache-2.0
// Operator RandomWeights of domain `trireme`: a constant that a file names by a seed instead of storing it
// (formats.md §11). Integers up to one float32 multiplication, so every machine draws the same bits.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/tensor.h"

namespace trireme {

struct RandomWeights {
  // laplace: symmetric with heavy tails, a scale of its own for each index of the first axis, as trained
  // weights have it; positive: in [scale / 2, 2 scale).
  enum class Distribution : std::uint8_t { laplace, positive };
  Shape shape;
  std::uint64_t seed = 0;
  float scale = 1;
  Distribution distribution = Distribution::laplace;
};

RandomWeights::Distribution parse_distribution(const std::string& name);  // Error without a place
const char* name_of(RandomWeights::Distribution distribution);

// Error without a place for a scale that is not in [2^-64, 2^64]. The caller has checked the shape's size.
Tensor draw(const RandomWeights& weights);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/preprocess/input_meta.h"

namespace trireme {

namespace {

// splitmix64 (Steele, Lea and Flood, OOPSLA 2014): the distributions of <random> differ between libraries.
std::uint64_t next(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace

Tensor random_input(const Value& input, std::uint64_t seed) {
  Tensor tensor(DataType::float32, input.shape);
  float* x = tensor.data<float>();
  std::uint64_t state = seed;
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    x[i] = static_cast<float>(next(state) >> 40) * 0x1p-24F;  // exact
  return convert(tensor, input.dtype);
}

}  // namespace trireme

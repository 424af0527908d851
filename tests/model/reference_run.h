// SPDX-License-Identifier: Apache-2.0
// Quantized execution in one line, for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "model/reference/execute.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme::test {

inline std::vector<std::uint8_t> run(const Graph& graph, const Tensor& in,
                                     RequantRule rule = RequantRule::vipf) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  return codes(execute(graph, {in}, options).at(0));
}

inline Tensor random_codes(Random& random, const Shape& shape, bool extreme) {
  Tensor tensor(DataType::uint8, shape);
  for (std::uint8_t& code : tensor.bytes) {
    code = static_cast<std::uint8_t>(extreme ? random.between(0, 1) * 255 : random.between(0, 255));
  }
  return tensor;
}

}  // namespace trireme::test

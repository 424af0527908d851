// SPDX-License-Identifier: Apache-2.0
// How far two tensors are apart (formats.md §6, §16 no. 5).
#pragma once

#include <cstdint>
#include <optional>

#include "tensor/tensor.h"

namespace trireme {

struct Difference {
  std::int64_t elements = 0;
  std::int64_t differing = 0;
  std::int64_t first = -1;  // index of the first differing element; -1: none
  double first_a = 0, first_b = 0;
  double max_abs = 0;
  double euclidean = 0;          // sqrt(sum (a - b)^2)
  double cosine = 1;             // 1 for two zero vectors, 0 if only one is zero
  std::optional<double> snr_db;  // 10 log10(sum a^2 / sum (a - b)^2); none when equal
  int top = 0;                   // entries compared
  bool top_matches = true;       // the same indices in the same order
};

// Same element count. NaN equals NaN, and differs from everything else by infinity.
Difference difference(const Tensor& a, const Tensor& b);

}  // namespace trireme

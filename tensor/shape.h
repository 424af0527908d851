// SPDX-License-Identifier: Apache-2.0
// Shapes are lists of dimensions, outermost first (N,C,H,W for images): row-major, last dimension contiguous.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trireme {

using Shape = std::vector<std::int64_t>;

// Product of the dimensions; 1 for a scalar. Error if a dimension is negative or the product exceeds 2^40.
std::int64_t element_count(const Shape& shape);
std::string to_string(const Shape& shape);                  // "[1,1,28,28]"
std::string join_dims(const Shape& shape, char separator);  // "1_1_28_28"
// W-first spelling of board files (formats.md §6): reversed, "10_1" for [1,10].
std::string w_first(const Shape& shape, char separator = '_');
Shape row_major_strides(const Shape& shape);  // in elements

}  // namespace trireme

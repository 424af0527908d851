// SPDX-License-Identifier: Apache-2.0
// Operators of one 8-bit input and one 8-bit output are tables of 256 entries, by the bits of the code.
#pragma once

#include <array>
#include <cstdint>

#include "model/graph/graph.h"

namespace trireme {

using UnaryTable = std::array<std::uint8_t, 256>;

// Of sigmoid, tanh and leakyrelu: q_out = quantize(float32(f((q - z_in) * s_in))), f in double by
// exact_math.h. Both are 8-bit codes with one scale.
bool is_unary_table_operator(const std::string& op);
double unary_function(const Node& node, double x);
UnaryTable unary_table(const Node& node, const Quantization& in, const Quantization& out);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Sums of products of integers, one output at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace trireme {

// As an accumulator of 32 bits has it, modulo 2^32.
std::int32_t dot_product_modulo(const std::int32_t* a, const std::int32_t* b, std::size_t count);
// Exact for operands of up to 17 bits.
std::int64_t dot_product(const std::int32_t* a, const std::int32_t* b, std::size_t count);

}  // namespace trireme

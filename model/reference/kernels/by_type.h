// SPDX-License-Identifier: Apache-2.0
// Kernels that calculate with numbers of several types.
#pragma once

#include <fmt/format.h>

#include <type_traits>

#include "model/reference/kernels.h"

namespace trireme {

// visit(T{}) with the C++ type of the elements; booleans are std::uint8_t.
template <typename Visit>
auto by_type(const KernelCall& call, DataType dtype, Visit visit) {
  switch (dtype) {
    case DataType::float32:
      return visit(float{});
    case DataType::float64:
      return visit(double{});
    case DataType::int8:
      return visit(std::int8_t{});
    case DataType::boolean:
    case DataType::uint8:
      return visit(std::uint8_t{});
    case DataType::int16:
      return visit(std::int16_t{});
    case DataType::uint16:
      return visit(std::uint16_t{});
    case DataType::int32:
      return visit(std::int32_t{});
    case DataType::uint32:
      return visit(std::uint32_t{});
    case DataType::int64:
      return visit(std::int64_t{});
    case DataType::uint64:
      return visit(std::uint64_t{});
    default:
      throw Error(place_of(call.node), fmt::format("of {} is not supported", name_of(dtype)));
  }
}

// What sums of T are made in: double for floats, integers modulo 2^64 (wrapping as two's complement does).
template <typename T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// From a data type to the C++ types that hold an element and compute with it.
#pragma once

#include <cstdint>
#include <type_traits>

#include "tensor/tensor.h"

namespace trireme {

// Floats compute in double and round once; integers in 64 bits and wrap, which is what their own width gives
// as well.
template <typename Stored>
struct Element {
  using Storage = Stored;
  using Wide = std::conditional_t<std::is_floating_point_v<Stored>, double,
                                  std::conditional_t<std::is_signed_v<Stored>, std::int64_t, std::uint64_t>>;
};

// Calls visit(Element<T>()); booleans are bytes of 0 and 1. Halves are widened before kernels see them.
template <typename Visit>
auto with_element_type(DataType type, const std::string& where, Visit visit) {
  switch (type) {
    case DataType::float32:
      return visit(Element<float>());
    case DataType::int8:
      return visit(Element<std::int8_t>());
    case DataType::uint8:
    case DataType::boolean:
      return visit(Element<std::uint8_t>());
    case DataType::int16:
      return visit(Element<std::int16_t>());
    case DataType::uint16:
      return visit(Element<std::uint16_t>());
    case DataType::int32:
      return visit(Element<std::int32_t>());
    case DataType::uint32:
      return visit(Element<std::uint32_t>());
    case DataType::int64:
      return visit(Element<std::int64_t>());
    case DataType::uint64:
      return visit(Element<std::uint64_t>());
    default:
      throw Error(where, std::string("of ") + name_of(type) + " is not part of this version",
                  "float32, integers and booleans");
  }
}

}  // namespace trireme

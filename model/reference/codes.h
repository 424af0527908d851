// SPDX-License-Identifier: Apache-2.0
// Inside model/reference only: tensors of codes with one scale, of 8, 16 or 32 bits, read as integers.
#pragma once

#include <cstdint>
#include <vector>

#include "model/reference/kernels.h"

namespace trireme {

// The codes between which a result is kept.
struct CodeRange {
  std::int32_t low, high;
};
CodeRange range_of(DataType type);  // internal error for types that store no codes

inline std::int32_t clamped(std::int64_t code, const CodeRange& range) {
  return static_cast<std::int32_t>(code < range.low ? range.low : code > range.high ? range.high : code);
}

// Parameters of a tensor whose codes share one scale.
struct Affine {
  float scale;
  std::int32_t zero_point;
  DataType dtype;

  bool operator==(const Affine& other) const {
    return scale == other.scale && zero_point == other.zero_point && dtype == other.dtype;
  }
  CodeRange range() const { return range_of(dtype); }
};
// One scale, codes of 8, 16 or 32 bits; fixed point is the scale 2^-fl.
bool is_affine(const Quantization& q);
// Error naming node and value if it is stored otherwise.
Affine affine_parameters(const KernelCall& call, const Value& value);
Affine input_parameters(const KernelCall& call, std::size_t index);
Affine output_parameters(const KernelCall& call);

// The elements of a tensor of codes; and back, where every code must be in the range of the type.
std::vector<std::int32_t> codes_of(const Tensor& tensor);
Tensor tensor_of_codes(const Affine& parameters, Shape shape, const std::vector<std::int32_t>& codes);

// Calls visit with a value of the type that stores `type`.
template <typename Visit>
void with_code_type(DataType type, Visit visit) {
  switch (type) {
    case DataType::uint8:
      return visit(std::uint8_t{});
    case DataType::int8:
      return visit(std::int8_t{});
    case DataType::int16:
      return visit(std::int16_t{});
    case DataType::uint16:
      return visit(std::uint16_t{});
    case DataType::int32:
      return visit(std::int32_t{});
    default:
      internal_error(std::string(name_of(type)) + " stores no codes");
  }
}

}  // namespace trireme

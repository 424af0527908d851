// SPDX-License-Identifier: Apache-2.0
// Element types as values: a conversion is a loop over one codec that loads and one that stores.
#include <cmath>
#include <cstddef>
#include <limits>

#include "tensor/half.h"
#include "tensor/tensor.h"

namespace trireme {

namespace {

// Holds every element type exactly: all 64 bit integers, and float64.
using Wide = long double;
static_assert(std::numeric_limits<Wide>::digits >= 64, "int64 and uint64 must fit exactly");

// To a float, rounded to odd: a second rounding to a narrower format is then as exact as a direct one
// (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Trans. Computers 2008, theorem
// 1).
float round_to_odd(Wide value) {
  const auto nearest = static_cast<float>(value);
  if (std::isnan(nearest) || std::isinf(value) || static_cast<Wide>(nearest) == value) return nearest;
  std::uint32_t bits;
  std::memcpy(&bits, &nearest, sizeof bits);
  // The sign apart, smaller bits are a smaller magnitude; from infinity down to the largest float too.
  if (std::fabs(static_cast<Wide>(nearest)) > std::fabs(value)) --bits;
  bits |= 1;
  float odd;
  std::memcpy(&odd, &bits, sizeof odd);
  return odd;
}

template <typename T>
struct Plain {
  using Storage = T;
  static Wide load(T value) { return static_cast<Wide>(value); }
  static T store(Wide value) {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(value);
    } else {
      using Limits = std::numeric_limits<T>;
      if (std::isnan(value)) return 0;
      const Wide rounded = std::nearbyint(value);  // half to even: nobody changes the rounding mode
      if (rounded <= static_cast<Wide>(Limits::min())) return Limits::min();
      if (rounded >= static_cast<Wide>(Limits::max())) return Limits::max();
      return static_cast<T>(rounded);
    }
  }
};

struct Half {
  using Storage = std::uint16_t;
  static Wide load(Storage bits) { return static_cast<Wide>(half_to_float(bits)); }
  static Storage store(Wide value) { return float_to_half(round_to_odd(value)); }
};

struct Bfloat16 {
  using Storage = std::uint16_t;
  static Wide load(Storage bits) { return static_cast<Wide>(bfloat16_to_float(bits)); }
  static Storage store(Wide value) { return float_to_bfloat16(round_to_odd(value)); }
};

struct Boolean {
  using Storage = std::uint8_t;
  static Wide load(Storage value) { return value != 0 ? 1 : 0; }
  static Storage store(Wide value) { return value != 0 ? 1 : 0; }
};

// Calls visit with the codec of the type.
template <typename Visit>
auto with_codec(DataType type, Visit visit) {
  switch (type) {
    case DataType::float32:
      return visit(Plain<float>());
    case DataType::float16:
      return visit(Half());
    case DataType::bfloat16:
      return visit(Bfloat16());
    case DataType::float64:
      return visit(Plain<double>());
    case DataType::int8:
      return visit(Plain<std::int8_t>());
    case DataType::uint8:
      return visit(Plain<std::uint8_t>());
    case DataType::int16:
      return visit(Plain<std::int16_t>());
    case DataType::uint16:
      return visit(Plain<std::uint16_t>());
    case DataType::int32:
      return visit(Plain<std::int32_t>());
    case DataType::uint32:
      return visit(Plain<std::uint32_t>());
    case DataType::int64:
      return visit(Plain<std::int64_t>());
    case DataType::uint64:
      return visit(Plain<std::uint64_t>());
    case DataType::boolean:
      return visit(Boolean());
  }
  internal_error("a data type without a codec");
}

template <typename From, typename To>
void convert_elements(const Tensor& source, Tensor& target) {
  const std::size_t count = source.bytes.size() / sizeof(typename From::Storage);
  for (std::size_t i = 0; i < count; ++i) {
    typename From::Storage value;
    std::memcpy(&value, &source.bytes[i * sizeof value], sizeof value);
    const typename To::Storage result = To::store(From::load(value));
    std::memcpy(&target.bytes[i * sizeof result], &result, sizeof result);
  }
}

}  // namespace

double element(const Tensor& tensor, std::int64_t i) {
  const auto size = static_cast<std::size_t>(bytes_of(tensor.dtype));
  const auto index = static_cast<std::size_t>(i);
  if (i < 0 || index >= tensor.bytes.size() / size) internal_error("a tensor element out of range");
  return with_codec(tensor.dtype, [&](auto codec) {
    typename decltype(codec)::Storage value;
    std::memcpy(&value, &tensor.bytes[index * size], sizeof value);
    return static_cast<double>(codec.load(value));
  });
}

Tensor convert(const Tensor& tensor, DataType dtype) {
  if (tensor.dtype == dtype) return tensor;
  Tensor target(dtype, tensor.shape);
  const auto expected =
      static_cast<std::size_t>(tensor.size()) * static_cast<std::size_t>(bytes_of(tensor.dtype));
  if (tensor.bytes.size() != expected) internal_error("a tensor whose bytes do not match its shape");
  with_codec(tensor.dtype, [&](auto from) {
    with_codec(dtype, [&](auto to) { convert_elements<decltype(from), decltype(to)>(tensor, target); });
  });
  return target;
}

Tensor to_float32(const Tensor& tensor) { return convert(tensor, DataType::float32); }

}  // namespace trireme

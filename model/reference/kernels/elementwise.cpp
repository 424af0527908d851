// SPDX-License-Identifier: Apache-2.0
// Operators of two inputs, element by element: one row of a table each, for floats and integers alike.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

#include "model/reference/exact_math.h"
#include "model/reference/kernels/broadcast.h"
#include "model/reference/kernels/element_type.h"

namespace trireme {

Shape broadcast_strides(const Shape& in, const Shape& out) {
  const Shape own = row_major_strides(in);
  Shape strides(out.size(), 0);
  if (in.size() > out.size()) internal_error("broadcast to fewer dimensions");
  const std::size_t skipped = out.size() - in.size();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != 1 && in[i] != out[i + skipped]) internal_error("shapes that cannot be broadcast");
    strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  }
  return strides;
}

namespace kernels {

namespace {

using Signed = std::int64_t;
using Unsigned = std::uint64_t;

// One operator on numbers as wide as they are computed. The function of signed integers gets by without
// undefined overflow: sums and products wrap.
struct Binary {
  double (*real)(double, double);
  Signed (*whole)(Signed, Signed);
  Unsigned (*positive)(Unsigned, Unsigned);
  bool predicate = false;  // the result is a boolean

  template <typename Wide>
  auto function() const {
    if constexpr (std::is_same_v<Wide, double>) {
      return real;
    } else if constexpr (std::is_same_v<Wide, Signed>) {
      return whole;
    } else {
      return positive;
    }
  }
};

template <typename Function>
constexpr Binary alike(Function) {  // for any type in the same way
  return {[](double a, double b) { return Function()(a, b); },
          [](Signed a, Signed b) { return Function()(a, b); },
          [](Unsigned a, Unsigned b) { return Function()(a, b); }};
}

struct Maximum {  // NaN wins, as in NumPy
  template <typename T>
  T operator()(T a, T b) const {
    return a < b || b != b ? b : a;
  }
};
struct Minimum {
  template <typename T>
  T operator()(T a, T b) const {
    return b < a || b != b ? b : a;
  }
};

template <Unsigned (*Operation)(Unsigned, Unsigned)>
Signed wrapping(Signed a, Signed b) {
  return static_cast<Signed>(Operation(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
}
Unsigned sum(Unsigned a, Unsigned b) { return a + b; }
Unsigned difference(Unsigned a, Unsigned b) { return a - b; }
Unsigned product(Unsigned a, Unsigned b) { return a * b; }

// Integer division truncates. ONNX leaves a division by zero open; here it gives 0, as an Arm processor does.
Unsigned quotient(Unsigned a, Unsigned b) { return b == 0 ? 0 : a / b; }
Unsigned remainder(Unsigned a, Unsigned b) { return b == 0 ? 0 : a % b; }
Signed signed_quotient(Signed a, Signed b) {
  return b == 0 ? 0 : b == -1 ? wrapping<difference>(0, a) : a / b;  // the most negative number over -1
}
Signed truncated_remainder(Signed a, Signed b) { return b == 0 || b == -1 ? 0 : a % b; }
// With the sign of the divisor.
Signed floored_remainder(Signed a, Signed b) {
  const Signed rest = truncated_remainder(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
double real_remainder(double a, double b) { return std::fmod(a, b); }  // exact, as C defines it
double real_floored_remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Unsigned power(Unsigned base, Unsigned exponent) {
  Unsigned result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) {
    if (exponent % 2 != 0) result *= base;
  }
  return result;
}
// A negative exponent truncates 1 / x^n.
Signed signed_power(Signed base, Signed exponent) {
  if (exponent >= 0) return wrapping<power>(base, exponent);
  return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
}

// Both steps round to float32, as operators of their own would.
double real_squared_difference(double a, double b) {
  const double step = static_cast<double>(static_cast<float>(a - b));
  return step * step;
}
Signed whole_squared_difference(Signed a, Signed b) {
  const Signed step = wrapping<difference>(a, b);
  return wrapping<product>(step, step);
}
Unsigned squared_difference(Unsigned a, Unsigned b) { return (a - b) * (a - b); }

double real_prelu(double x, double slope) { return x < 0 ? x * slope : x; }
Signed whole_prelu(Signed x, Signed slope) { return x < 0 ? wrapping<product>(x, slope) : x; }

template <typename Compare>
struct Truth {
  template <typename T>
  T operator()(T a, T b) const {
    return Compare()(a, b) ? T{1} : T{0};
  }
};
template <typename Compare>
constexpr Binary predicate() {
  Binary row = alike(Truth<Compare>());
  row.predicate = true;
  return row;
}
struct Xor {
  template <typename T>
  bool operator()(T a, T b) const {
    return (a != T{0}) != (b != T{0});
  }
};

const std::map<std::string, Binary>& table() {
  static const std::map<std::string, Binary> rows = {
      {"add", {[](double a, double b) { return a + b; }, wrapping<sum>, sum}},
      {"subtract", {[](double a, double b) { return a - b; }, wrapping<difference>, difference}},
      {"multiply", {[](double a, double b) { return a * b; }, wrapping<product>, product}},
      {"squared_difference", {real_squared_difference, whole_squared_difference, squared_difference}},
      {"divide", {[](double a, double b) { return a / b; }, signed_quotient, quotient}},
      {"pow", {exact_pow, signed_power, power}},
      {"maximum", alike(Maximum())},
      {"minimum", alike(Minimum())},
      {"mod", {real_floored_remainder, floored_remainder, remainder}},
      {"fmod", {real_remainder, truncated_remainder, remainder}},
      {"prelu", {real_prelu, whole_prelu, [](Unsigned x, Unsigned) { return x; }}},
      {"equal", predicate<std::equal_to<>>()},
      {"not_equal", predicate<std::not_equal_to<>>()},
      {"greater", predicate<std::greater<>>()},
      {"greater_equal", predicate<std::greater_equal<>>()},
      {"less", predicate<std::less<>>()},
      {"less_equal", predicate<std::less_equal<>>()},
      {"logical_and", predicate<std::logical_and<>>()},
      {"logical_or", predicate<std::logical_or<>>()},
      {"logical_xor", predicate<Xor>()},
  };
  return rows;
}

template <typename Type, typename Result>
void combine(const Tensor& a, const Tensor& b, const Binary& row, Tensor& result) {
  using Wide = typename Type::Wide;
  const auto* x = a.data<typename Type::Storage>();
  const auto* y = b.data<typename Type::Storage>();
  auto* out = result.data<Result>();
  const auto function = row.function<Wide>();
  for_each_broadcast<2>({&a, &b}, result.shape, [&](std::int64_t i, const std::array<std::int64_t, 2>& at) {
    out[i] = static_cast<Result>(function(static_cast<Wide>(x[at[0]]), static_cast<Wide>(y[at[1]])));
  });
}

}  // namespace

std::vector<Tensor> binary(const KernelCall& call) {
  const Binary& row = table().at(call.node.op);
  const Tensor& a = input(call, 0);
  const Tensor& b = input(call, 1);
  if (a.dtype != b.dtype) {
    throw Error(place_of(call.node), fmt::format("of {} and {}", name_of(a.dtype), name_of(b.dtype)),
                "one data type");
  }
  Tensor result(row.predicate ? DataType::boolean : a.dtype, output_value(call).shape);
  with_element_type(a.dtype, place_of(call.node), [&](auto type) {
    using Type = decltype(type);
    if (row.predicate) {
      combine<Type, std::uint8_t>(a, b, row, result);
    } else {
      combine<Type, typename Type::Storage>(a, b, row, result);
    }
  });
  return {std::move(result)};
}

// condition ? a : b, of any type, bit for bit.
std::vector<Tensor> where(const KernelCall& call) {
  const Tensor& condition = input(call, 0);
  const Tensor& a = input(call, 1);
  const Tensor& b = input(call, 2);
  if (a.dtype != b.dtype) internal_error(place_of(call.node) + " selects from different types");
  const auto* chosen = condition.data<std::uint8_t>();
  const auto size = static_cast<std::size_t>(bytes_of(a.dtype));
  Tensor result(a.dtype, output_value(call).shape);
  for_each_broadcast<3>({&condition, &a, &b}, result.shape,
                        [&](std::int64_t i, const std::array<std::int64_t, 3>& at) {
                          const bool first = chosen[at[0]] != 0;
                          const auto from = static_cast<std::size_t>(first ? at[1] : at[2]);
                          std::memcpy(&result.bytes[static_cast<std::size_t>(i) * size],
                                      &(first ? a : b).bytes[from * size], size);
                        });
  return {std::move(result)};
}

}  // namespace kernels

}  // namespace trireme

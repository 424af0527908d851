// SPDX-License-Identifier: Apache-2.0
// Operators of one input, element by element: functions of a real number, the few that integers have, casts.
#include <cmath>
#include <limits>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/element_type.h"
#include "model/reference/unary_function.h"

namespace trireme::kernels {

namespace {

// Integer bounds of a clip that is given by floats: the integers between them.
template <typename Wide>
Wide clipped(Wide x, const ClipAttributes& a) {
  const auto real = static_cast<double>(x);
  if (real < static_cast<double>(a.min)) return static_cast<Wide>(std::ceil(static_cast<double>(a.min)));
  if (real > static_cast<double>(a.max)) return static_cast<Wide>(std::floor(static_cast<double>(a.max)));
  return x;
}

// Wraps as the type does: the magnitude of the most negative number is itself.
template <typename Wide>
Wide negated(Wide x) {
  return static_cast<Wide>(0 - static_cast<std::uint64_t>(x));
}

template <typename Wide>
Wide of_integer(const Node& node, Wide x) {
  const bool negative = std::is_signed_v<Wide> && x < Wide{0};
  if (node.op == "abs") return negative ? negated(x) : x;
  if (node.op == "neg") return negated(x);
  if (node.op == "sign") return negative ? static_cast<Wide>(-1) : x > 0 ? Wide{1} : Wide{0};
  if (node.op == "square") {
    return static_cast<Wide>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(x));
  }
  if (node.op == "relu") return negative ? Wide{0} : x;
  if (node.op == "relun") return clipped(x, attributes<ClipAttributes>(node));
  if (node.op == "logical_not") return x == 0 ? Wide{1} : Wide{0};
  internal_error(place_of(node) + " on integers");
}

// Round towards zero, saturated; NaN gives 0 (ONNX leaves both open).
template <typename Target>
Target truncated(double x) {
  if (x != x) return 0;
  const double whole = std::trunc(x);
  using Limits = std::numeric_limits<Target>;
  if (whole <= static_cast<double>(Limits::min())) return Limits::min();
  if (whole >= static_cast<double>(Limits::max())) return Limits::max();
  return static_cast<Target>(whole);
}

Tensor to_boolean(const Tensor& in) {
  Tensor result(DataType::boolean, in.shape);
  for (std::int64_t i = 0; i < in.size(); ++i) result.data<std::uint8_t>()[i] = element(in, i) != 0 ? 1 : 0;
  return result;
}

Tensor float_to_integer(const Tensor& in, DataType dtype, const std::string& where) {
  Tensor result(dtype, in.shape);
  with_element_type(dtype, where, [&](auto type) {
    using T = typename decltype(type)::Storage;
    for (std::int64_t i = 0; i < in.size(); ++i) {
      if constexpr (std::is_integral_v<T>) result.data<T>()[i] = truncated<T>(element(in, i));
    }
  });
  return result;
}

// The low bits, as two's complement.
Tensor integer_to_integer(const Tensor& in, DataType dtype, const std::string& where) {
  Tensor result(dtype, in.shape);
  with_element_type(in.dtype, where, [&](auto from) {
    with_element_type(dtype, where, [&](auto to) {
      using To = typename decltype(to)::Storage;
      const auto* x = in.data<typename decltype(from)::Storage>();
      for (std::int64_t i = 0; i < in.size(); ++i) result.data<To>()[i] = static_cast<To>(x[i]);
    });
  });
  return result;
}

template <typename Test>
std::vector<Tensor> classified(const KernelCall& call, Test test) {
  const Tensor& in = input(call, 0);
  Tensor result(DataType::boolean, in.shape);
  for (std::int64_t i = 0; i < in.size(); ++i) {
    result.data<std::uint8_t>()[i] = test(in.data<float>()[i]) ? 1 : 0;
  }
  return {std::move(result)};
}

}  // namespace

std::vector<Tensor> unary(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  Tensor result(in.dtype, in.shape);
  const UnaryFunction function = unary_function_of(call.node);
  with_element_type(in.dtype, place_of(call.node), [&](auto type) {
    using T = typename decltype(type)::Storage;
    using Wide = typename decltype(type)::Wide;
    const T* x = in.data<T>();
    T* y = result.data<T>();
    for (std::int64_t i = 0; i < in.size(); ++i) {
      if constexpr (std::is_floating_point_v<T>) {
        y[i] = static_cast<T>(function(static_cast<Wide>(x[i])));
      } else {
        y[i] = static_cast<T>(of_integer(call.node, static_cast<Wide>(x[i])));
      }
    }
  });
  return {std::move(result)};
}

std::vector<Tensor> cast(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const DataType dtype = attributes<CastAttributes>(call.node).dtype;
  const auto whole = [](DataType type) { return is_integer(type) || type == DataType::boolean; };
  if (dtype == DataType::boolean) return {to_boolean(in)};
  if (!whole(dtype)) return {convert(in, dtype)};
  if (whole(in.dtype)) return {integer_to_integer(in, dtype, place_of(call.node))};
  return {float_to_integer(in, dtype, place_of(call.node))};
}

std::vector<Tensor> is_nan(const KernelCall& call) {
  return classified(call, [](float x) { return x != x; });
}

std::vector<Tensor> is_inf(const KernelCall& call) {
  return classified(call, [](float x) { return std::isinf(x); });
}

}  // namespace trireme::kernels

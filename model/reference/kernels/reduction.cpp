// SPDX-License-Identifier: Apache-2.0
// Reductions over any axes, running sums, and the places of extreme elements.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/graph/attributes.h"
#include "model/reference/exact_math.h"
#include "model/reference/kernels/by_type.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

namespace {

using Type = ReduceAttributes::Type;

// The elements that one output element is made of, at first + every offset.
struct Reduction {
  std::vector<std::int64_t> firsts, offsets;
};

Reduction reduction_of(const Shape& shape, const std::vector<std::int64_t>& axes) {
  const Shape strides = row_major_strides(shape);
  Shape kept, kept_strides, gone, gone_strides;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool reduced = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    (reduced ? gone : kept).push_back(shape[i]);
    (reduced ? gone_strides : kept_strides).push_back(strides[i]);
  }
  Reduction r;
  for_each_offset(kept, kept_strides, 0, [&](std::int64_t, std::int64_t at) { r.firsts.push_back(at); });
  for_each_offset(gone, gone_strides, 0, [&](std::int64_t, std::int64_t at) { r.offsets.push_back(at); });
  return r;
}

// log sum e^x = m + log sum e^(x - m) with the largest x as m, so that nothing overflows.
template <typename T>
double log_sum_exp(const T* x, const std::vector<std::int64_t>& offsets) {
  if (offsets.empty()) return -std::numeric_limits<double>::infinity();  // log 0
  double largest = static_cast<double>(x[offsets[0]]);
  for (const std::int64_t at : offsets) largest = std::max(largest, static_cast<double>(x[at]));
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (const std::int64_t at : offsets) sum += exact_exp(static_cast<double>(x[at]) - largest);
  return largest + exact_log(sum);
}

// The extreme of no elements: what any element beats.
template <typename T>
T weakest(bool largest) {
  using Limits = std::numeric_limits<T>;
  if (Limits::has_infinity) return largest ? -Limits::infinity() : Limits::infinity();
  return largest ? Limits::lowest() : Limits::max();
}

// A NaN among floats is the result, as NumPy and ONNX Runtime have it.
template <typename T>
T extreme(const T* x, const std::vector<std::int64_t>& offsets, bool largest) {
  if (offsets.empty()) return weakest<T>(largest);
  T best = x[offsets[0]];
  for (const std::int64_t at : offsets) {
    if (x[at] != x[at]) return x[at];
    if (largest ? x[at] > best : x[at] < best) best = x[at];
  }
  return best;
}

// sum f(x)
template <typename T, typename Function>
Accumulator<T> sum_of(const T* x, const std::vector<std::int64_t>& offsets, Function function) {
  Accumulator<T> sum = 0;
  for (const std::int64_t at : offsets) sum += function(static_cast<Accumulator<T>>(x[at]));
  return sum;
}

// The integer that wrapped around modulo 2^64, as a number.
template <typename T>
double as_real(Accumulator<T> sum) {
  if constexpr (std::is_signed_v<T> && std::is_integral_v<T>)
    return static_cast<double>(static_cast<std::int64_t>(sum));
  return static_cast<double>(sum);
}

template <typename T>
T reduce_elements(Type type, const T* x, const std::vector<std::int64_t>& offsets) {
  using Sum = Accumulator<T>;
  const auto count = static_cast<std::int64_t>(offsets.size());
  const auto sum = [&] { return sum_of<T>(x, offsets, [](Sum value) { return value; }); };
  const auto squares = [&] { return sum_of<T>(x, offsets, [](Sum value) { return value * value; }); };
  switch (type) {
    case Type::sum:
      return static_cast<T>(sum());
    case Type::mean:
      if constexpr (std::is_floating_point_v<T>) return static_cast<T>(sum() / static_cast<double>(count));
      if constexpr (std::is_signed_v<T>) return static_cast<T>(static_cast<std::int64_t>(sum()) / count);
      return static_cast<T>(sum() / static_cast<Sum>(count));
    case Type::max:
      return extreme(x, offsets, true);
    case Type::min:
      return extreme(x, offsets, false);
    case Type::prod: {
      Sum product = 1;
      for (const std::int64_t at : offsets) product *= static_cast<Sum>(x[at]);
      return static_cast<T>(product);
    }
    case Type::l1: {
      Sum total = 0;
      for (const std::int64_t at : offsets)
        total += x[at] < T{0} ? Sum{0} - static_cast<Sum>(x[at]) : static_cast<Sum>(x[at]);
      return static_cast<T>(total);
    }
    case Type::l2:
      return static_cast<T>(std::sqrt(as_real<T>(squares())));
    case Type::log_sum:
      return static_cast<T>(exact_log(as_real<T>(sum())));
    case Type::log_sum_exp:
      return static_cast<T>(log_sum_exp(x, offsets));
    case Type::sum_square:
      return static_cast<T>(squares());
  }
  return T{};
}

// Index of the extreme element of a row: the first, or the last, of equal ones; a NaN counts as extreme.
template <typename T>
std::int64_t extreme_index(const T* x, const AxisSpan& span, bool largest, bool last) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < span.count; ++i) {
    const T a = x[i * span.inner], b = x[best * span.inner];
    const bool beats = b == b && (a != a || (largest ? a > b : a < b));
    if (beats || (last && a == b)) best = i;
  }
  return best;
}

std::vector<Tensor> arg_extreme(const KernelCall& call, bool largest) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<ArgAttributes>(call.node);
  const AxisSpan span = span_of(in.shape, a.axis);
  Tensor result(DataType::int64, output_value(call).shape);
  by_type(call, in.dtype, [&](auto zero) {
    using T = decltype(zero);
    std::int64_t row = 0;
    for_each_row(span, [&](std::int64_t first) {
      result.data<std::int64_t>()[row++] =
          extreme_index(in.data<T>() + first, span, largest, a.select_last_index);
    });
  });
  return {a.dtype == DataType::int64 ? std::move(result) : convert(result, a.dtype)};
}

}  // namespace

std::vector<Tensor> reduce(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<ReduceAttributes>(call.node);
  const Reduction r = reduction_of(in.shape, a.axes);
  if (r.offsets.empty() && a.type == Type::mean && !is_float(in.dtype))
    throw Error(place_of(call.node), "the mean of no integers");
  Tensor result(in.dtype, output_value(call).shape);
  by_type(call, in.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::size_t i = 0; i < r.firsts.size(); ++i)
      result.data<T>()[i] = reduce_elements<T>(a.type, in.data<T>() + r.firsts[i], r.offsets);
  });
  return {std::move(result)};
}

std::vector<Tensor> argmax(const KernelCall& call) { return arg_extreme(call, true); }
std::vector<Tensor> argmin(const KernelCall& call) { return arg_extreme(call, false); }

std::vector<Tensor> cumsum(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<CumsumAttributes>(call.node);
  const AxisSpan span = span_of(in.shape, a.axis);
  Tensor result(in.dtype, in.shape);
  by_type(call, in.dtype, [&](auto zero) {
    using T = decltype(zero);
    for_each_row(span, [&](std::int64_t first) {
      Accumulator<T> sum = 0;
      for (std::int64_t i = 0; i < span.count; ++i) {
        const std::int64_t at = first + (a.reverse ? span.count - 1 - i : i) * span.inner;
        const Accumulator<T> before = sum;
        sum += static_cast<Accumulator<T>>(in.data<T>()[at]);
        result.data<T>()[at] = static_cast<T>(a.exclusive ? before : sum);
      }
    });
  });
  return {std::move(result)};
}

// Rows are sorted whole, also where the order does not matter; a NaN is larger than any number.
std::vector<Tensor> topk(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<TopkAttributes>(call.node);
  const AxisSpan span = span_of(in.shape, a.axis);
  Tensor values(in.dtype, output_value(call).shape);
  Tensor indices(DataType::int64, values.shape);
  by_type(call, in.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto below = [](T x, T y) { return y != y ? x == x : x < y; };
    std::vector<std::int64_t> order(static_cast<std::size_t>(span.count));
    std::int64_t row = 0;
    for_each_row(span, [&](std::int64_t first) {
      const T* x = in.data<T>() + first;
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
        const T left = x[i * span.inner], right = x[j * span.inner];
        return a.largest ? below(right, left) : below(left, right);
      });
      const std::int64_t to = row / span.inner * a.k * span.inner + row % span.inner;
      for (std::int64_t k = 0; k < a.k; ++k) {
        const std::int64_t index = order[static_cast<std::size_t>(k)];
        values.data<T>()[to + k * span.inner] = x[index * span.inner];
        indices.data<std::int64_t>()[to + k * span.inner] = index;
      }
      ++row;
    });
  });
  if (a.index_dtype != DataType::int64) indices = convert(indices, a.index_dtype);
  return {std::move(values), std::move(indices)};
}

}  // namespace trireme::kernels

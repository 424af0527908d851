// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "tensor/half.h"

namespace trireme::kernels {

namespace {

// Calls visit(first element, elements, distance of neighbours) for every row along the axis.
template <typename Visit>
void for_each_row(const KernelCall& call, Visit visit) {
  const std::int64_t axis = attributes<SoftmaxAttributes>(call.node).axis;
  const Shape& shape = input(call, 0).shape;
  if (axis < 0 || axis >= static_cast<std::int64_t>(shape.size())) {
    internal_error(place_of(call.node) + " has no such axis");
  }
  const std::int64_t count = shape[static_cast<std::size_t>(axis)];
  const std::int64_t inner = row_major_strides(shape)[static_cast<std::size_t>(axis)];
  const std::int64_t outer = element_count(Shape(shape.begin(), shape.begin() + axis));
  for (std::int64_t block = 0; block < outer; ++block) {
    for (std::int64_t i = 0; i < inner; ++i) visit(block * count * inner + i, count, inner);
  }
}

// Nearest integer, ties to even, as float. Exact for |t| < 2^22: the sum has no bits left below one.
float nearest_even(float t) {
  constexpr float magic = 0x1.8p23F;
  const volatile float shifted = t + magic;  // volatile: no compiler may cancel the two sums
  return shifted - magic;
}

// 2^(d log2 e) for d <= 0: 2^k by the exponent field, 2^f with |f| <= 1/2 by the Taylor series of e^(f ln 2).
// float32 throughout, multiplication and addition rounded separately; the PPU program does the same
// (docs/isa.md).
float exp2_poly(float d) {
  constexpr std::array<float, 6> c = {0x1.62e430p-1F, 0x1.ebfbe0p-3F,  0x1.c6b08ep-5F,
                                      0x1.3b2ab6p-7F, 0x1.5d87fep-10F, 0x1.430912p-13F};
  float t = d * 0x1.715476p+0F;
  if (t < -126.0F) t = -126.0F;  // the result never leaves the normal range
  const float k = nearest_even(t);
  const float f = t - k;
  float p = c[5];
  for (std::size_t i = 5; i-- > 0;) {
    p = p * f;
    p = p + c[i];
  }
  p = p * f;
  p = p + 1.0F;
  std::uint32_t bits;
  std::memcpy(&bits, &p, sizeof bits);
  bits += static_cast<std::uint32_t>(static_cast<std::int32_t>(k)) << 23;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// One row: x -> e^(x - max) / sum, the sum in four lanes as the PPU adds them.
void softmax_row(std::vector<float>& x) {
  float maximum = x[0];
  for (const float value : x) maximum = value > maximum ? value : maximum;
  std::array<float, 4> lanes{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = exp2_poly(x[i] - maximum);
    lanes[i % 4] = lanes[i % 4] + x[i];
  }
  const float low = lanes[0] + lanes[1];
  const float high = lanes[2] + lanes[3];
  const float reciprocal = 1.0F / (low + high);
  for (float& value : x) value = value * reciprocal;
}

}  // namespace

std::vector<Tensor> softmax(const KernelCall& call) {
  const float* x = input(call, 0).data<float>();
  Tensor result(DataType::float32, input(call, 0).shape);
  float* y = result.data<float>();
  for_each_row(call, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
    float maximum = x[first];
    for (std::int64_t i = 0; i < count; ++i)
      maximum = x[first + i * step] > maximum ? x[first + i * step] : maximum;
    std::vector<double> e;
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      e.push_back(exact_exp(static_cast<double>(x[first + i * step]) - static_cast<double>(maximum)));
      sum += e.back();
    }
    for (std::int64_t i = 0; i < count; ++i) {
      y[first + i * step] = static_cast<float>(e[static_cast<std::size_t>(i)] / sum);
    }
  });
  return {std::move(result)};
}

// x - max - log sum e^(x - max)
std::vector<Tensor> log_softmax(const KernelCall& call) {
  const float* x = input(call, 0).data<float>();
  Tensor result(DataType::float32, input(call, 0).shape);
  for_each_row(call, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
    float maximum = x[first];
    for (std::int64_t i = 0; i < count; ++i) maximum = std::max(maximum, x[first + i * step]);
    const auto distance = [&](std::int64_t i) {
      return static_cast<double>(x[first + i * step]) - static_cast<double>(maximum);
    };
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += exact_exp(distance(i));
    for (std::int64_t i = 0; i < count; ++i)
      result.data<float>()[first + i * step] = static_cast<float>(distance(i) - exact_log(sum));
  });
  return {std::move(result)};
}

// Codes in, float16 out: the chips' own softmax on the PPU.
std::vector<Tensor> softmax_quantized(const KernelCall& call) {
  const Affine from = input_parameters(call, 0);
  const std::vector<std::int32_t> q = codes_of(input(call, 0));
  Tensor result(DataType::float16, input(call, 0).shape);
  auto* y = result.data<std::uint16_t>();
  std::vector<float> row;
  for_each_row(call, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
    row.clear();
    for (std::int64_t i = 0; i < count; ++i) {
      row.push_back(static_cast<float>(q[static_cast<std::size_t>(first + i * step)] - from.zero_point) *
                    from.scale);
    }
    softmax_row(row);
    for (std::int64_t i = 0; i < count; ++i)
      y[first + i * step] = float_to_half(row[static_cast<std::size_t>(i)]);
  });
  return {std::move(result)};
}

}  // namespace trireme::kernels

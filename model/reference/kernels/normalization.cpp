// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/graph/attributes.h"
#include "model/reference/exact_math.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

// y = gamma (x - mean) / sqrt(variance + eps) + beta a channel (axis 1). The square root is exact by IEEE
// 754.
std::vector<Tensor> batchnormalize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  if (in.shape.size() < 2) internal_error(place_of(call.node) + " has no channel axis");
  const double eps = static_cast<double>(attributes<BatchNormAttributes>(call.node).eps);
  const std::int64_t channels = in.shape[1];
  const std::int64_t inner = row_major_strides(in.shape)[1];
  for (std::size_t i = 1; i <= 4; ++i) {
    if (input(call, i).size() != channels)
      internal_error(place_of(call.node) + " has parameters that do not fit");
  }
  Tensor result(DataType::float32, in.shape);
  for (std::int64_t block = 0; block < in.shape[0] * channels; ++block) {
    const std::int64_t c = block % channels;
    const auto parameter = [&](std::size_t i) {
      return static_cast<double>(input(call, i).data<float>()[c]);
    };
    const double factor = parameter(1) / std::sqrt(parameter(4) + eps);
    const double shift = parameter(2) - parameter(3) * factor;
    for (std::int64_t i = block * inner; i < (block + 1) * inner; ++i) {
      result.data<float>()[i] = static_cast<float>(static_cast<double>(in.data<float>()[i]) * factor + shift);
    }
  }
  return {std::move(result)};
}

namespace {

struct Moments {
  double mean, variance;
};

// Over `count` elements in a row: the mean first, then the mean square of what is left (no cancellation).
Moments moments_of(const float* x, std::int64_t count) {
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]);
  const double mean = sum / static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(x[i]) - mean;
    squares += difference * difference;
  }
  return {mean, squares / static_cast<double>(count)};
}

double epsilon(const KernelCall& call) {
  return static_cast<double>(attributes<NormAttributes>(call.node).eps);
}

// `groups` equal parts of the channels of each image are normalized; gamma and beta are per channel.
std::vector<Tensor> normalize_groups(const KernelCall& call, std::int64_t groups) {
  const Tensor& in = input(call, 0);
  const std::int64_t channels = in.shape[1], inner = row_major_strides(in.shape)[1];
  const std::int64_t count = channels / groups * inner;
  Tensor result(DataType::float32, in.shape);
  for (std::int64_t block = 0; block < in.shape[0] * groups; ++block) {
    const Moments m = moments_of(in.data<float>() + block * count, count);
    const double factor = 1 / std::sqrt(m.variance + epsilon(call));
    for (std::int64_t i = block * count; i < (block + 1) * count; ++i) {
      const std::int64_t c = i / inner % channels;
      const double normal = (static_cast<double>(in.data<float>()[i]) - m.mean) * factor;
      result.data<float>()[i] =
          static_cast<float>(normal * static_cast<double>(input(call, 1).data<float>()[c]) +
                             static_cast<double>(input(call, 2).data<float>()[c]));
    }
  }
  return {std::move(result)};
}

// All axes from `axis` on are normalized together, around their mean or, `centred` false, around 0; gamma and
// beta are broadcast to the data.
std::vector<Tensor> normalize_from_axis(const KernelCall& call, bool centred) {
  const Tensor& in = input(call, 0);
  const Shape& shape = in.shape;
  const std::int64_t axis = attributes<NormAttributes>(call.node).axis;
  const std::int64_t count = element_count(Shape(shape.begin() + axis, shape.end()));
  std::vector<double> normal;
  for (std::int64_t first = 0; first < in.size(); first += count) {
    const float* x = in.data<float>() + first;
    Moments m = moments_of(x, count);
    if (!centred) m = {0, m.variance + m.mean * m.mean};
    const double factor = 1 / std::sqrt(m.variance + epsilon(call));
    for (std::int64_t i = 0; i < count; ++i) normal.push_back((static_cast<double>(x[i]) - m.mean) * factor);
  }
  const auto apply = [&](std::size_t index, bool adds) {
    const Tensor* parameter = optional_input(call, index);
    if (parameter == nullptr) return;
    for_each_offset(shape, repeated_strides(parameter->shape, shape), 0,
                    [&](std::int64_t i, std::int64_t from) {
                      double& value = normal[static_cast<std::size_t>(i)];
                      const auto by = static_cast<double>(parameter->data<float>()[from]);
                      value = adds ? value + by : value * by;
                    });
  };
  apply(1, false);
  apply(2, true);
  Tensor result(DataType::float32, shape);
  for (std::int64_t i = 0; i < in.size(); ++i)
    result.data<float>()[i] = static_cast<float>(normal[static_cast<std::size_t>(i)]);
  return {std::move(result)};
}

}  // namespace

std::vector<Tensor> instancenormalize(const KernelCall& call) {
  return normalize_groups(call, input(call, 0).shape[1]);
}

std::vector<Tensor> groupnormalize(const KernelCall& call) {
  return normalize_groups(call, attributes<NormAttributes>(call.node).groups);
}

std::vector<Tensor> layernormalize(const KernelCall& call) { return normalize_from_axis(call, true); }
std::vector<Tensor> rmsnormalize(const KernelCall& call) { return normalize_from_axis(call, false); }

// x / |x|_p along the axis; a row of zeros stays zero.
std::vector<Tensor> l2normalize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<NormAttributes>(call.node);
  const AxisSpan span = span_of(in.shape, a.axis);
  Tensor result(DataType::float32, in.shape);
  for_each_row(span, [&](std::int64_t first) {
    double sum = 0;
    for (std::int64_t i = 0; i < span.count; ++i) {
      const auto x = static_cast<double>(in.data<float>()[first + i * span.inner]);
      sum += a.p == 1 ? std::abs(x) : x * x;
    }
    const double norm = a.p == 1 ? sum : std::sqrt(sum);
    for (std::int64_t i = 0; i < span.count; ++i) {
      const std::int64_t at = first + i * span.inner;
      const auto x = static_cast<double>(in.data<float>()[at]);
      result.data<float>()[at] = norm == 0 ? 0.0F : static_cast<float>(x / norm);
    }
  });
  return {std::move(result)};
}

// The window has floor((size - 1) / 2) channels before and ceil((size - 1) / 2) behind (ONNX's LRN).
std::vector<Tensor> localresponsenormalization(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<LrnAttributes>(call.node);
  const AxisSpan span = span_of(in.shape, 1);
  const double factor = static_cast<double>(a.alpha) / static_cast<double>(a.size);
  Tensor result(DataType::float32, in.shape);
  for_each_row(span, [&](std::int64_t first) {
    const auto x = [&](std::int64_t c) {
      return static_cast<double>(in.data<float>()[first + c * span.inner]);
    };
    for (std::int64_t c = 0; c < span.count; ++c) {
      const std::int64_t begin = std::max<std::int64_t>(0, c - (a.size - 1) / 2);
      const std::int64_t end = std::min(span.count - 1, c + a.size / 2);
      double squares = 0;
      for (std::int64_t i = begin; i <= end; ++i) squares += x(i) * x(i);
      const double base = static_cast<double>(a.bias) + factor * squares;
      result.data<float>()[first + c * span.inner] =
          static_cast<float>(x(c) / exact_pow(base, static_cast<double>(a.beta)));
    }
  });
  return {std::move(result)};
}

}  // namespace trireme::kernels

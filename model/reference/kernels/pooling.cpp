// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "model/graph/attributes.h"
#include "model/graph/average_order.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/element_type.h"
#include "model/reference/qlinear.h"
#include "model/reference/requantize.h"

namespace trireme::kernels {

namespace {

using Type = PoolingAttributes::Type;

// The elements of the map that one output looks at, by row and column with the window's dilation.
struct Field {
  std::int64_t y_begin, y_end, x_begin, x_end;  // end: beyond the last, still a multiple of the dilation
  std::int64_t y_step, x_step;

  static std::int64_t count(std::int64_t begin, std::int64_t end, std::int64_t step) {
    return begin < end ? (end - begin + step - 1) / step : 0;
  }
  std::int64_t elements() const { return count(y_begin, y_end, y_step) * count(x_begin, x_end, x_step); }
};

// First and end of the positions start, start + step, … (taps of them) that lie inside [0, limit).
std::pair<std::int64_t, std::int64_t> inside(std::int64_t start, std::int64_t taps, std::int64_t step,
                                             std::int64_t limit) {
  const std::int64_t skipped = start < 0 ? (-start + step - 1) / step : 0;
  return {start + skipped * step, std::min(start + taps * step, limit)};
}

Field field_of(const Window& w, std::int64_t oy, std::int64_t ox, std::int64_t in_h, std::int64_t in_w) {
  const auto rows = inside(oy * w.stride_h - w.pad_top, w.kernel_h, w.dilation_h, in_h);
  const auto columns = inside(ox * w.stride_w - w.pad_left, w.kernel_w, w.dilation_w, in_w);
  return {rows.first, rows.second, columns.first, columns.second, w.dilation_h, w.dilation_w};
}

// Calls visit(plane, field, output index) for every output element.
template <typename Visit>
void for_each_window(const KernelCall& call, Visit visit) {
  const Window& w = attributes<PoolingAttributes>(call.node).window;
  const Shape& in = input(call, 0).shape;
  const Shape& out = output_value(call).shape;
  if (in.size() != 4 || out.size() != 4) internal_error("pooling: not four dimensions");
  std::int64_t index = 0;
  for (std::int64_t plane = 0; plane < out[0] * out[1]; ++plane) {
    for (std::int64_t oy = 0; oy < out[2]; ++oy) {
      for (std::int64_t ox = 0; ox < out[3]; ++ox) {
        const Field field = field_of(w, oy, ox, in[2], in[3]);
        if (field.elements() == 0) {
          throw Error(place_of(call.node),
                      fmt::format("output row {} column {} sees nothing but padding", oy, ox),
                      "the pads must be smaller than the window");
        }
        visit(plane, field, index++);
      }
    }
  }
}

template <typename T, typename Visit>
void for_each_element(const T* plane, std::int64_t width, const Field& field, Visit visit) {
  for (std::int64_t y = field.y_begin; y < field.y_end; y += field.y_step) {
    for (std::int64_t x = field.x_begin; x < field.x_end; x += field.x_step) visit(plane[y * width + x]);
  }
}

template <typename T>
T maximum(const T* plane, std::int64_t width, const Field& field) {
  T best = plane[field.y_begin * width + field.x_begin];
  for_each_element(plane, width, field, [&](T value) { best = value > best ? value : best; });
  return best;
}

struct WindowAxis {
  std::int64_t input, taps, stride, step, pad_begin, pad_end;
};

// Taps of one axis in the map or its padding. Rounding the size up may let the last window reach beyond both;
// what lies there is never counted (ONNX, AveragePool).
std::int64_t padded_taps(const WindowAxis& axis, std::int64_t output) {
  const std::int64_t room = axis.input + axis.pad_begin + axis.pad_end - output * axis.stride;
  return std::min(axis.taps, (room + axis.step - 1) / axis.step);
}

// What the sum for output element `index` is divided by: elements inside the map, or in its padding, too.
std::int64_t divisor(const KernelCall& call, const Field& field, std::int64_t index) {
  const auto& attr = attributes<PoolingAttributes>(call.node);
  if (!attr.count_include_pad) return field.elements();
  const Window& w = attr.window;
  const Shape& in = input(call, 0).shape;
  const Shape& out = output_value(call).shape;
  const WindowAxis rows{in[2], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom};
  const WindowAxis columns{in[3], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right};
  return padded_taps(rows, index / out[3] % out[2]) * padded_taps(columns, index % out[3]);
}

float sum_by_rows(const float* map, std::int64_t width, const Field& field) {
  float sum = 0;
  for_each_element(map, width, field, [&](float value) { sum += value; });
  return sum;
}

float sum_by_columns(const float* map, std::int64_t width, const Field& field) {
  float sum = 0;
  for (std::int64_t x = field.x_begin; x < field.x_end; x += field.x_step) {
    float column = 0;
    for (std::int64_t y = field.y_begin; y < field.y_end; y += field.y_step) column += map[y * width + x];
    sum += column;
  }
  return sum;
}

float sum_by_lanes(const float* map, std::int64_t elements) {
  constexpr std::int64_t kLanes = 4;
  float lanes[kLanes] = {};
  const std::int64_t whole = elements / kLanes * kLanes;
  for (std::int64_t i = 0; i < whole; ++i) lanes[i % kLanes] += map[i];
  float sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
  for (std::int64_t i = whole; i < elements; ++i) sum += map[i];
  return sum;
}

// In float32, in the order that decides ties (model/graph/average_order.h).
float sum_of(const float* map, const Shape& in, const Window& window, const Field& field) {
  switch (average_order(window, in)) {
    case AverageOrder::rows:
      return sum_by_rows(map, in[3], field);
    case AverageOrder::columns:
      return sum_by_columns(map, in[3], field);
    case AverageOrder::lanes:
      return sum_by_lanes(map, in[2] * in[3]);
  }
  internal_error("unknown order of an average");
}

// (sum |x|^p)^(1/p)
double norm(const PoolingAttributes& attr, const float* map, std::int64_t width, const Field& field) {
  const auto p = static_cast<double>(attr.p);
  double sum = 0;
  for_each_element(map, width, field,
                   [&](float value) { sum += exact_pow(std::fabs(static_cast<double>(value)), p); });
  return exact_pow(sum, 1 / p);
}

Tensor maxima(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  Tensor result(in.dtype, output_value(call).shape);
  with_element_type(in.dtype, place_of(call.node), [&](auto type) {
    using T = typename decltype(type)::Storage;
    for_each_window(call, [&](std::int64_t plane, const Field& field, std::int64_t index) {
      const T* map = in.data<T>() + plane * in.shape[2] * in.shape[3];
      result.data<T>()[index] = maximum(map, in.shape[3], field);
    });
  });
  return result;
}

// Where the first of the largest elements lies: flat in the whole input, rows or columns one after the other.
Tensor indices_of_maxima(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const bool columns = attributes<PoolingAttributes>(call.node).index_column_major;
  const std::int64_t height = in.shape[2], width = in.shape[3];
  Tensor result(DataType::int64, output_value(call).shape);
  with_element_type(in.dtype, place_of(call.node), [&](auto type) {
    using T = typename decltype(type)::Storage;
    for_each_window(call, [&](std::int64_t plane, const Field& field, std::int64_t index) {
      const T* map = in.data<T>() + plane * height * width;
      std::int64_t best_y = field.y_begin, best_x = field.x_begin;
      for (std::int64_t y = field.y_begin; y < field.y_end; y += field.y_step) {
        for (std::int64_t x = field.x_begin; x < field.x_end; x += field.x_step) {
          if (map[y * width + x] > map[best_y * width + best_x]) best_y = y, best_x = x;
        }
      }
      result.data<std::int64_t>()[index] =
          plane * height * width + (columns ? best_x * height + best_y : best_y * width + best_x);
    });
  });
  return result;
}

}  // namespace

std::vector<Tensor> pooling(const KernelCall& call) {
  const auto& attr = attributes<PoolingAttributes>(call.node);
  if (attr.type == Type::max) return {maxima(call)};
  const Shape& in = input(call, 0).shape;
  const float* x = input(call, 0).data<float>();
  Tensor result(DataType::float32, output_value(call).shape);
  for_each_window(call, [&](std::int64_t plane, const Field& field, std::int64_t index) {
    const float* map = x + plane * in[2] * in[3];
    result.data<float>()[index] = attr.type == Type::avg ? sum_of(map, in, attr.window, field) /
                                                               static_cast<float>(divisor(call, field, index))
                                                         : static_cast<float>(norm(attr, map, in[3], field));
  });
  return {std::move(result)};
}

std::vector<Tensor> poolwithargmax(const KernelCall& call) { return {maxima(call), indices_of_maxima(call)}; }

namespace {

// TensorFlow Lite averages the codes themselves, half away from zero.
std::int32_t average_of_codes(std::int64_t sum, std::int64_t count) {
  return static_cast<std::int32_t>((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
}

// (sum - count zx) s_in / float32(s_out * count) + zy, by the rule. Windows at the border may have fewer
// elements: one requantizer a divisor.
class Averages {
 public:
  explicit Averages(const KernelCall& call)
      : call_(call), from_(input_parameters(call, 0)), to_(output_parameters(call)) {}

  std::int32_t operator()(std::int64_t centred_sum, std::int64_t divisor) {
    auto found = requantizers_.find(divisor);
    if (found == requantizers_.end()) {
      const ReferenceRequantizer made(call_.options.rule, call_.options.ties, RequantKernel::other,
                                      from_.scale, to_.scale * static_cast<float>(divisor),
                                      place_of(call_.node));
      found = requantizers_.emplace(divisor, made).first;
    }
    return clamped(std::int64_t{found->second(centred_sum)} + to_.zero_point, to_.range());
  }

 private:
  const KernelCall& call_;
  Affine from_, to_;
  std::map<std::int64_t, ReferenceRequantizer> requantizers_;
};

}  // namespace

// Maximum: of the codes; requantized only if the output has other parameters than the input. Average: acc =
// sum (x - zx), padding adds 0.
std::vector<Tensor> pooling_quantized(const KernelCall& call) {
  const auto& attr = attributes<PoolingAttributes>(call.node);
  const Affine from = input_parameters(call, 0), to = output_parameters(call);
  const bool same = from == to;
  const bool of_codes = same && is_tflite(call.options.rule) && !attr.count_include_pad;
  const Shape& in = input(call, 0).shape;
  const std::vector<std::int32_t> x = codes_of(input(call, 0));
  std::vector<std::int32_t> out(static_cast<std::size_t>(element_count(output_value(call).shape)));
  Averages average(call);
  for_each_window(call, [&](std::int64_t plane, const Field& field, std::int64_t index) {
    const std::int32_t* map = x.data() + plane * in[2] * in[3];
    std::int32_t& code = out[static_cast<std::size_t>(index)];
    if (attr.type == Type::max) {
      const std::int32_t best = maximum(map, in[3], field);
      code = same ? best : average(best - from.zero_point, 1);
      return;
    }
    std::int64_t sum = 0;
    for_each_element(map, in[3], field, [&](std::int32_t element) { sum += element; });
    const std::int64_t count = field.elements();
    code = of_codes ? average_of_codes(sum, count)
                    : average(sum - count * from.zero_point, divisor(call, field, index));
  });
  return {tensor_of_codes(to, output_value(call).shape, out)};
}

}  // namespace trireme::kernels

namespace trireme::qlinear {

// QLinearAveragePool. A window that is the whole map runs QLinearGlobalAveragePool: the sum of codes in
// integers, requantized. Others: float32 numbers row by row, and the zero point added before the result is
// rounded, which is another neighbour for ties. 104 pools of both types and layouts, padded or not: 0 of
// 1201384 differ.
std::vector<Tensor> average_pool(const KernelCall& call) {
  const auto& attr = attributes<PoolingAttributes>(call.node);
  const Affine from = input_parameters(call, 0), to = output_parameters(call);
  const Shape& in = input(call, 0).shape;
  const bool whole = covers_map(attr.window, in);
  const std::vector<std::int32_t> x = codes_of(input(call, 0));
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(output_value(call).shape)));
  kernels::Averages average(call);
  kernels::for_each_window(call, [&](std::int64_t plane, const kernels::Field& field, std::int64_t index) {
    const std::int32_t* map = x.data() + plane * in[2] * in[3];
    std::int64_t centred = 0;
    float sum = 0;
    kernels::for_each_element(map, in[3], field, [&](std::int32_t code) {
      centred += code - from.zero_point;
      sum += static_cast<float>(code - from.zero_point) * from.scale;
    });
    const float steps = sum / static_cast<float>(kernels::divisor(call, field, index)) / to.scale;
    codes[static_cast<std::size_t>(index)] =
        whole ? average(centred, field.elements())
              : clamped(nearest(steps + static_cast<float>(to.zero_point)), to.range());
  });
  return {tensor_of_codes(to, output_value(call).shape, codes)};
}

}  // namespace trireme::qlinear

// SPDX-License-Identifier: Apache-2.0
// Bilinear resizing of [N,C,H,W] maps of codes.
#include <algorithm>
#include <array>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

using Coordinates = ResizeAttributes::Coordinates;

// Between which two rows (or columns) an output lies, and how far beyond the first.
template <typename Real>
struct Between {
  std::int64_t low, high;
  Real distance;
};

// Positions with 10 bits after the point.
Between<std::int64_t> between_integers(std::int64_t i, std::int64_t in, std::int64_t out, Coordinates mode) {
  const bool corners = mode == Coordinates::align_corners && out > 1;
  const std::int64_t step =
      corners ? (1024 * (in - 1) + (out - 1) / 2) / (out - 1) : (1024 * in + out / 2) / out;
  const std::int64_t position = mode == Coordinates::half_pixel ? i * step + step / 2 - 512 : i * step;
  const std::int64_t low = std::min(std::max<std::int64_t>(position / 1024, 0), in - 1);
  const std::int64_t high = std::min((position + 1023) / 1024, in - 1);
  return {low, high, position - 1024 * low};
}

Between<float> between_reals(std::int64_t i, std::int64_t in, std::int64_t out, Coordinates mode) {
  const bool corners = mode == Coordinates::align_corners && out > 1;
  const float step = corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                             : static_cast<float>(in) / static_cast<float>(out);
  const auto at = static_cast<float>(i);
  const float position = mode == Coordinates::half_pixel ? (at + 0.5F) * step - 0.5F : at * step;
  const auto whole = static_cast<std::int64_t>(position);  // towards zero
  const std::int64_t floor = whole - (static_cast<float>(whole) > position ? 1 : 0);
  const std::int64_t ceiling = whole + (static_cast<float>(whole) < position ? 1 : 0);
  const std::int64_t low = std::max<std::int64_t>(floor, 0);
  return {low, std::min(ceiling, in - 1), position - static_cast<float>(low)};
}

// Weights and the rounding in integers; one rounding or two differ in the ties of negative sums.
std::int32_t blended(const std::array<std::int64_t, 4>& q, std::int64_t y, std::int64_t x, bool single) {
  const std::int64_t sum =
      q[0] * (1024 - y) * (1024 - x) + q[1] * (1024 - y) * x + q[2] * y * (1024 - x) + q[3] * y * x;
  constexpr std::int64_t half = 1 << 19;
  if (single) return static_cast<std::int32_t>((sum + half) >> 20);
  return static_cast<std::int32_t>((sum + (sum > 0 ? half : -half)) / (1 << 20));
}

// float32 weights, cut off after adding a half: uint8 only, whose codes are not negative.
std::int32_t blended(const std::array<std::int64_t, 4>& q, float y, float x, bool) {
  const std::array<float, 4> weight = {(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x};
  float sum = static_cast<float>(q[0]) * weight[0];
  for (std::size_t i = 1; i < 4; ++i) sum += static_cast<float>(q[i]) * weight[i];
  return static_cast<std::int32_t>(sum + 0.5F);
}

template <typename Real, typename Position>
std::vector<std::int32_t> resized(const KernelCall& call, Position position) {
  const auto mode = attributes<ResizeAttributes>(call.node).coordinates;
  const bool single = call.options.rule == RequantRule::tflm_single;
  const Shape& in = input(call, 0).shape;
  const Shape& out = output_value(call).shape;
  const std::vector<std::int32_t> codes = codes_of(input(call, 0));
  std::vector<Between<Real>> rows, columns;
  for (std::int64_t y = 0; y < out[2]; ++y) rows.push_back(position(y, in[2], out[2], mode));
  for (std::int64_t x = 0; x < out[3]; ++x) columns.push_back(position(x, in[3], out[3], mode));
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(element_count(out)));
  for (std::int64_t plane = 0; plane < out[0] * out[1]; ++plane) {
    const std::int32_t* map = codes.data() + plane * in[2] * in[3];
    for (const Between<Real>& y : rows) {
      for (const Between<Real>& x : columns) {
        const std::array<std::int64_t, 4> corners = {map[y.low * in[3] + x.low], map[y.low * in[3] + x.high],
                                                     map[y.high * in[3] + x.low],
                                                     map[y.high * in[3] + x.high]};
        result.push_back(blended(corners, y.distance, x.distance, single));
      }
    }
  }
  return result;
}

}  // namespace

bool resize_applies(const Graph& graph, const Node& node) {
  const auto& attr = attributes<ResizeAttributes>(node);
  const Value &from = graph.values.at(node.inputs.at(0)), &to = graph.values.at(node.outputs.at(0));
  const Shape &in = from.shape, &out = to.shape;
  const bool coordinates = attr.coordinates == Coordinates::half_pixel ||
                           attr.coordinates == Coordinates::align_corners ||
                           attr.coordinates == Coordinates::asymmetric;
  return attr.method == ResizeAttributes::Method::linear && coordinates && in.size() == 4 &&
         out.size() == 4 && in[0] == out[0] && in[1] == out[1] &&
         same_parameters(from.quantization, to.quantization);
}

std::vector<Tensor> resize(const KernelCall& call) {
  const Affine out = output_parameters(call);
  return {tensor_of_codes(out, output_value(call).shape,
                          out.dtype == DataType::uint8 ? resized<float>(call, between_reals)
                                                       : resized<std::int64_t>(call, between_integers))};
}

}  // namespace trireme::tflite

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"
#include "support/text.h"

namespace trireme {
namespace {

// Without sizes of the first axes these stay; without scales they follow from the sizes.
void normalize(const Graph& graph, Node& node) {
  ResizeAttributes a = attributes<ResizeAttributes>(node);
  const Shape& data = input_of(graph, node, 0).shape;
  if (a.shape.size() < data.size()) {
    const auto missing = static_cast<std::ptrdiff_t>(data.size() - a.shape.size());
    a.shape.insert(a.shape.begin(), data.begin(), data.begin() + missing);
  }
  for (std::size_t i = 0; a.scales.size() < a.shape.size() && i < data.size(); ++i)
    a.scales.push_back(static_cast<float>(a.shape[i]) / static_cast<float>(data[i]));
  node.attributes = std::move(a);
}

std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  const auto& a = attributes<ResizeAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  const std::size_t rank = data.shape.size();
  const bool crops = a.coordinates == ResizeAttributes::Coordinates::tf_crop_and_resize;
  if (a.shape.size() != rank || a.scales.size() != rank || (crops && a.roi.size() != 2 * rank)) {
    throw Error({},
                fmt::format("{} sizes, {} scales and {} numbers of a region for the shape {}", a.shape.size(),
                            a.scales.size(), a.roi.size(), to_string(data.shape)),
                "one size and one scale an axis, a begin and an end of the region");
  }
  for (const float scale : a.scales) {
    if (!(scale > 0) || !std::isfinite(scale)) throw Error({}, "a scale is " + shortest(scale), "above 0");
  }
  if (!std::isfinite(a.cubic_coefficient)) throw Error({}, "the cubic coefficient is not finite");
  for (const float number : a.roi) {
    if (!std::isfinite(number)) throw Error({}, "a number of the region is not finite");
  }
  if (a.method != ResizeAttributes::Method::nearest) require_float(graph, node);
  return {{data.dtype, a.shape}};
}

std::string print(const Node& node) {
  constexpr const char* kMethods[] = {"nearest", "linear", "cubic"};
  constexpr const char* kCoordinates[] = {"half_pixel",        "half_pixel_symmetric", "pytorch_half_pixel",
                                          "asymmetric",        "align_corners",        "tf_half_pixel_for_nn",
                                          "tf_crop_and_resize"};
  constexpr const char* kNearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  const auto& a = attributes<ResizeAttributes>(node);
  std::string text = fmt::format("{} {}", kMethods[static_cast<std::size_t>(a.method)],
                                 kCoordinates[static_cast<std::size_t>(a.coordinates)]);
  if (a.method == ResizeAttributes::Method::nearest)
    text += fmt::format(" {}", kNearest[static_cast<std::size_t>(a.nearest)]);
  if (a.antialias) text += " antialias";
  return text + " shape=" + to_string(a.shape);
}

}  // namespace

const OperatorFamily& resize_operators() {
  static const OperatorFamily rows = {{"image_resize", 1, 1, infer, nullptr, print, normalize}};
  return rows;
}

}  // namespace trireme

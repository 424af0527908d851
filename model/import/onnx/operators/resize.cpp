// SPDX-License-Identifier: Apache-2.0
// Resize and its predecessor Upsample.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

using Coordinates = ResizeAttributes::Coordinates;
using Method = ResizeAttributes::Method;
using Nearest = ResizeAttributes::Nearest;

Method read_method(OnnxNode& node) {
  const std::vector<std::pair<std::string, Method>> words = {
      {"nearest", Method::nearest}, {"linear", Method::linear}, {"cubic", Method::cubic}};
  return choice(node, "mode", "nearest", words);
}

Coordinates read_coordinates(OnnxNode& node) {
  const std::vector<std::pair<std::string, Coordinates>> words = {
      {"half_pixel", Coordinates::half_pixel},
      {"half_pixel_symmetric", Coordinates::half_pixel_symmetric},
      {"pytorch_half_pixel", Coordinates::pytorch_half_pixel},
      {"asymmetric", Coordinates::asymmetric},
      {"align_corners", Coordinates::align_corners},
      {"tf_half_pixel_for_nn", Coordinates::tf_half_pixel_for_nn},
      {"tf_crop_and_resize", Coordinates::tf_crop_and_resize}};
  return choice(node, "coordinate_transformation_mode", "half_pixel", words);
}

Nearest read_nearest(OnnxNode& node) {
  const std::vector<std::pair<std::string, Nearest>> words = {
      {"round_prefer_floor", Nearest::round_prefer_floor},
      {"round_prefer_ceil", Nearest::round_prefer_ceil},
      {"floor", Nearest::floor},
      {"ceil", Nearest::ceil}};
  return choice(node, "nearest_mode", "round_prefer_floor", words);
}

std::vector<float> constant_floats(OnnxNode& node, std::size_t input, const char* role) {
  const Tensor& tensor = node.constant(input, role);
  constexpr std::int64_t kMost = 64;
  if (tensor.dtype != DataType::float32 || tensor.size() > kMost) {
    node.unsupported(
        fmt::format("{} is a {} tensor of shape {}", role, name_of(tensor.dtype), to_string(tensor.shape)),
        "a list of float32 numbers");
    throw NodeSkipped();
  }
  return {tensor.data<float>(), tensor.data<float>() + tensor.size()};
}

[[noreturn]] void complain(OnnxNode& node, const std::string& what) {
  node.unsupported(what);
  throw NodeSkipped();
}

// By scales: the size is floor(size * scale), calculated in float32 as ONNX Runtime does.
void scale_axes(OnnxNode& node, const std::vector<float>& scales, const std::vector<std::int64_t>& axes,
                ResizeAttributes& a) {
  constexpr float kMost = 0x1p40F;
  if (scales.size() != axes.size())
    complain(node, fmt::format("{} scales for {} axes", scales.size(), axes.size()));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(axes[i]);
    const float size = static_cast<float>(a.shape[axis]) * scales[i];
    if (!(scales[i] > 0) || !(size < kMost)) complain(node, "a scale is " + shortest(scales[i]));
    a.scales[axis] = scales[i];
    a.shape[axis] = static_cast<std::int64_t>(size);
  }
}

// By sizes: stretched to them, or by one scale for all axes that keeps the picture within them, or around
// them.
void size_axes(OnnxNode& node, const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& axes,
               const std::string& policy, ResizeAttributes& a) {
  if (sizes.size() != axes.size())
    complain(node, fmt::format("{} sizes for {} axes", sizes.size(), axes.size()));
  std::vector<float> scales;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t& dim = a.shape[static_cast<std::size_t>(axes[i])];
    scales.push_back(static_cast<float>(sizes[i]) / static_cast<float>(dim));
    if (policy == "stretch") dim = sizes[i];
  }
  if (policy != "stretch") {
    const float scale = policy == "not_larger" ? *std::min_element(scales.begin(), scales.end())
                                               : *std::max_element(scales.begin(), scales.end());
    scales.assign(scales.size(), scale);
    for (const std::int64_t axis : axes) {
      std::int64_t& dim = a.shape[static_cast<std::size_t>(axis)];
      dim =
          static_cast<std::int64_t>(std::floor(static_cast<double>(scale) * static_cast<double>(dim) + 0.5));
    }
  }
  for (std::size_t i = 0; i < axes.size(); ++i) a.scales[static_cast<std::size_t>(axes[i])] = scales[i];
}

// Before opset 11: corners stay where they are (asymmetric), and ONNX Runtime rounds up where it shrinks.
void import_old_scales(OnnxNode& node, const std::vector<float>& scales, ResizeAttributes a) {
  a.shape = node.shape(0);
  a.scales.assign(a.shape.size(), 1.0F);
  scale_axes(node, scales, every_axis(a.shape.size()), a);
  const bool shrinks = std::any_of(scales.begin(), scales.end(), [](float scale) { return scale < 1; });
  const bool grows = std::any_of(scales.begin(), scales.end(), [](float scale) { return scale > 1; });
  if (shrinks && grows && a.method == Method::nearest)
    return node.unsupported("it enlarges one axis and shrinks another", "a Resize of opset 11 or newer");
  a.coordinates = Coordinates::asymmetric;
  a.nearest = shrinks ? Nearest::ceil : Nearest::floor;
  node.result("image_resize", a, {node.input(0)});
}

void import_upsample(OnnxNode& node) {
  ResizeAttributes a;
  a.method = read_method(node);
  std::vector<float> scales = node.reals("scales");
  if (node.has_input(1)) scales = constant_floats(node, 1, "the list of scales");
  import_old_scales(node, scales, a);
}

// The region of tf_crop_and_resize: begins, then ends, of the chosen axes; the others are whole.
void read_region(OnnxNode& node, const std::vector<std::int64_t>& axes, ResizeAttributes& a) {
  if (a.coordinates != Coordinates::tf_crop_and_resize) return;
  const std::vector<float> roi = constant_floats(node, 1, "the region");
  if (roi.size() != 2 * axes.size())
    complain(node, fmt::format("{} numbers of a region for {} axes", roi.size(), axes.size()));
  const std::size_t rank = a.shape.size();
  a.roi.assign(rank, 0.0F);
  a.roi.resize(2 * rank, 1.0F);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    a.roi[static_cast<std::size_t>(axes[i])] = roi[i];
    a.roi[static_cast<std::size_t>(axes[i]) + rank] = roi[i + axes.size()];
  }
}

void import_resize(OnnxNode& node) {
  ResizeAttributes a;
  a.method = read_method(node);
  a.coordinates = read_coordinates(node);
  a.nearest = read_nearest(node);
  a.cubic_coefficient = node.real("cubic_coeff_a", -0.75F);
  a.exclude_outside = node.flag("exclude_outside", false);
  a.extrapolation_value = node.real("extrapolation_value", 0);
  a.antialias = node.flag("antialias", false);
  const std::vector<std::pair<std::string, std::string>> policies = {
      {"stretch", "stretch"}, {"not_larger", "not_larger"}, {"not_smaller", "not_smaller"}};
  const std::string policy = choice(node, "keep_aspect_ratio_policy", "stretch", policies);
  std::vector<std::int64_t> axes = node.integers("axes");
  if (node.opset() < 11) return import_old_scales(node, constant_floats(node, 1, "the list of scales"), a);

  a.shape = node.shape(0);
  a.scales.assign(a.shape.size(), 1.0F);
  axes = axes.empty() ? every_axis(a.shape.size()) : distinct_axes(node, axes, a.shape.size());
  read_region(node, axes, a);
  std::vector<float> scales;
  if (node.has_input(2)) scales = constant_floats(node, 2, "the list of scales");
  if (!scales.empty()) {
    scale_axes(node, scales, axes, a);
  } else if (node.has_input(3)) {
    size_axes(node, node.constant_integers(3, "the list of sizes"), axes, policy, a);
  } else {
    return node.unsupported("it has neither scales nor sizes");
  }
  node.result("image_resize", a, {node.input(0)});
}

}  // namespace

const OnnxFamily& onnx_resize_family() {
  static const OnnxFamily rows = {
      {"Resize",
       1,
       4,
       {"antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
        "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode"},
       import_resize},
      {"Upsample", 1, 2, {"mode", "scales"}, import_upsample},
  };
  return rows;
}

}  // namespace trireme

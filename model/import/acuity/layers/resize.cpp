// SPDX-License-Identifier: Apache-2.0
// image_resize. Files of other tools say `new_size` (height and width), `align_corners` and `half_pixel`;
// ours add what that leaves open.
#include "model/import/acuity/layers/words.h"

namespace trireme {
namespace {

using Coordinates = ResizeAttributes::Coordinates;

constexpr std::array<const char*, 3> kTypes = {"nearest", "bilinear", "bicubic"};
constexpr std::array<const char*, 7> kCoordinates = {
    "half_pixel",    "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric",
    "align_corners", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
constexpr std::array<const char*, 4> kNearest = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

void write(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<ResizeAttributes>(node);
  p["type"] = word_of(kTypes, a.method);
  p["new_size"] = a.shape;
  p["align_corners"] = a.coordinates == Coordinates::align_corners;
  p["half_pixel"] = a.coordinates == Coordinates::half_pixel;
  p["coordinate_transformation_mode"] = word_of(kCoordinates, a.coordinates);
  p["nearest_mode"] = word_of(kNearest, a.nearest);
  p["scales"] = a.scales;
  p["roi"] = a.roi;
  p["cubic_coeff_a"] = a.cubic_coefficient;
  p["extrapolation_value"] = a.extrapolation_value;
  p["exclude_outside"] = a.exclude_outside;
  p["antialias"] = a.antialias;
}

// TensorFlow's flags: without either, corners stay where they are and the nearest pixel is the one before.
void read_flags(LayerParameters& p, ResizeAttributes& a) {
  const bool align = p.flag("align_corners", false), half_pixel = p.flag("half_pixel", false);
  if (p.has("coordinate_transformation_mode")) return;
  a.coordinates = align        ? Coordinates::align_corners
                  : half_pixel ? Coordinates::half_pixel
                               : Coordinates::asymmetric;
  a.nearest =
      align || half_pixel ? ResizeAttributes::Nearest::round_prefer_ceil : ResizeAttributes::Nearest::floor;
}

std::any read(LayerParameters& p) {
  ResizeAttributes a;
  a.method = meaning_of<ResizeAttributes::Method>(p, "type", kTypes);
  a.shape = p.integers("new_size");
  read_flags(p, a);
  if (p.has("coordinate_transformation_mode"))
    a.coordinates = meaning_of<Coordinates>(p, "coordinate_transformation_mode", kCoordinates);
  if (p.has("nearest_mode")) a.nearest = meaning_of<ResizeAttributes::Nearest>(p, "nearest_mode", kNearest);
  if (p.has("scales")) a.scales = p.reals("scales");
  if (p.has("roi")) a.roi = p.reals("roi");
  a.cubic_coefficient = p.real("cubic_coeff_a", a.cubic_coefficient);
  a.extrapolation_value = p.real("extrapolation_value", 0.0F);
  a.exclude_outside = p.flag("exclude_outside", false);
  a.antialias = p.flag("antialias", false);
  p.ignore({"size_factors", "layout"});
  return a;
}

// Of other tools: height and width only, and no scales, which then are those of the sizes.
void resolve(LayerParameters&, LayerSteps& steps) {
  auto a = attributes<ResizeAttributes>(steps.node);
  const Shape& data = steps.shape();
  if (a.shape.size() == 2 && data.size() == 4)
    a.shape = {data[0], data[1], a.shape[0], a.shape[1]};
  else if (steps.channels_last && !(a.scales.empty() && a.roi.empty()))
    throw Error({}, "scales a dimension, and layers are [n,h,w,c]", "'new_size' of height and width");
  else if (steps.channels_last && a.shape.size() == 4)
    a.shape = {a.shape[0], a.shape[3], a.shape[1], a.shape[2]};
  if (a.scales.empty() && a.shape.size() == data.size()) {
    for (std::size_t i = 0; i < data.size(); ++i)
      a.scales.push_back(static_cast<float>(a.shape[i]) / static_cast<float>(data[i]));
  }
  steps.node.attributes = a;
}

// Every pixel becomes `factor` by `factor` of them.
std::any read_upsampling(LayerParameters& p) {
  p.integer("factor");
  return {};
}
void resolve_upsampling(LayerParameters& p, LayerSteps& steps) {
  const std::int64_t factor = p.integer("factor");
  const Shape& data = steps.shape();
  if (data.size() != 4) throw Error({}, "input 0 has the shape " + to_string(data), "maps: [n,c,h,w]");
  constexpr std::int64_t kMost = 1 << 10;
  if (factor < 1 || factor > kMost)
    return p.complain("factor", "is " + std::to_string(factor), "1 to " + std::to_string(kMost));
  ResizeAttributes a;
  a.coordinates = Coordinates::asymmetric;
  a.nearest = ResizeAttributes::Nearest::floor;
  a.shape = {data[0], data[1], data[2] * factor, data[3] * factor};
  a.scales = {1, 1, static_cast<float>(factor), static_cast<float>(factor)};
  steps.becomes("image_resize", a);
}

}  // namespace

const LayerFamily& resize_layers() {
  static const LayerFamily rows =
      with_channels(Channels::second, {{"image_resize", {}, 0, write, read, resolve},
                                       {"upsampling", {}, 0, nullptr, read_upsampling, resolve_upsampling}});
  return rows;
}

}  // namespace trireme

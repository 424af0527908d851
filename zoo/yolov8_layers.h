// SPDX-License-Identifier: Apache-2.0
// YOLOv8 and YOLO11 have one frame: a backbone of stages, a neck down and up the pyramid, a decoupled head.
// They differ in the block that a stage repeats and in the class branch.
#pragma once

#include <functional>

#include "zoo/yolo_layers.h"

namespace trireme::zoo {

constexpr Style kUltralytics = {Activation::silu};

// What a variant detects besides boxes.
struct UltralyticsHead {
  std::int64_t classes = 80;
  bool masks = false, angles = false, points = false;
};
constexpr UltralyticsHead kPose = {1, false, false, true};  // of persons
struct UltralyticsFrame {
  Builder& b;
  Scale scale;
  UltralyticsHead head;
};
// What the two have of their own behind the backbone.
struct UltralyticsParts {
  Map (*neck_block)(const UltralyticsFrame& frame, const Map& x, std::int64_t outputs);
  Map (*class_branch)(const UltralyticsFrame& frame, const Map& x, std::int64_t width);
};

Map down(const UltralyticsFrame& frame, const Map& x, std::int64_t outputs);
// Neck and head on the maps of the backbone.
void add_neck_and_head(const UltralyticsFrame& frame, const UltralyticsParts& parts, const Pyramid& backbone);

// Split in two; each bottleneck continues the last part, all parts are joined (C2f). `hidden`: channels of a
// part.
using Block = std::function<Map(const Map&)>;
Map split_and_join(Builder& b, const Map& x, std::int64_t hidden, std::int64_t outputs, int blocks,
                   const Block& block);

}  // namespace trireme::zoo

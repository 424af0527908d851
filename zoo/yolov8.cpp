// SPDX-License-Identifier: Apache-2.0
// YOLOv8 (Ultralytics).
#include "zoo/yolov8_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

Map c2f(const UltralyticsFrame& f, const Map& x, std::int64_t full, int blocks, bool shortcut) {
  const std::int64_t outputs = f.scale.channels(full);
  return split_and_join(f.b, x, outputs / 2, outputs, f.scale.repeats(blocks), [&](const Map& part) {
    return bottleneck(f.b, kUltralytics, part, part.channels, {shortcut, 3, 0});
  });
}

Pyramid backbone(const UltralyticsFrame& f) {
  Map x = c2f(f, down(f, down(f, f.b.input(3, 640, 640), 64), 128), 128, 3, true);
  const Map fine = c2f(f, down(f, x, 256), 256, 6, true);
  const Map middle = c2f(f, down(f, fine, 512), 512, 6, true);
  x = c2f(f, down(f, middle, 1024), 1024, 3, true);
  return {fine, middle, pool_pyramid(f.b, kUltralytics, x, x.channels, true)};
}

Map neck_block(const UltralyticsFrame& f, const Map& x, std::int64_t outputs) {
  return c2f(f, x, outputs, 3, false);
}

Map class_branch(const UltralyticsFrame& f, const Map& x, std::int64_t width) {
  return layer(f.b, kUltralytics, layer(f.b, kUltralytics, x, width, 3), width, 3);
}

Recipe recipe(const char* name, const Scale& scale, const UltralyticsHead& head = {}) {
  return {name, [scale, head](Builder& b) {
            const UltralyticsFrame frame{b, scale, head};
            add_neck_and_head(frame, {neck_block, class_branch}, backbone(frame));
          }};
}

}  // namespace

Family yolov8() {
  constexpr Scale kNano = {1.0 / 3, 0.25}, kSmall = {1.0 / 3, 0.5}, kMedium = {2.0 / 3, 0.75, 768};
  constexpr UltralyticsHead kSegments = {80, true}, kRotated = {15, false, true};  // COCO; DOTA
  return {recipe("yolov8n_640", kNano),
          recipe("yolov8s_640", kSmall),
          recipe("yolov8m_640", kMedium),
          recipe("yolov8s_seg_640", kSmall, kSegments),
          recipe("yolov8m_seg_640", kMedium, kSegments),
          recipe("yolov8n_obb_640", kNano, kRotated),
          recipe("yolov8s_pose_640", kSmall, kPose)};
}

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// YOLOv8 (Ultralytics).
#include "zoo/yolov8_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

class Yolov8 : public UltralyticsFrame {
 public:
  using UltralyticsFrame::UltralyticsFrame;

 protected:
  Map c2f(const Map& x, std::int64_t full, int blocks, bool shortcut) {
    const std::int64_t outputs = scale_.channels(full);
    return split_and_join(b_, x, outputs / 2, outputs, scale_.repeats(blocks), [&](const Map& part) {
      return bottleneck(b_, kUltralytics, part, part.channels, {shortcut, 3, 0});
    });
  }

  Pyramid backbone() override {
    Map x = c2f(down(down(b_.input(3, 640, 640), 64), 128), 128, 3, true);
    const Map fine = c2f(down(x, 256), 256, 6, true);
    const Map middle = c2f(down(fine, 512), 512, 6, true);
    x = c2f(down(middle, 1024), 1024, 3, true);
    return {fine, middle, pool_pyramid(b_, kUltralytics, x, x.channels, true)};
  }

  Map neck_block(const Map& x, std::int64_t outputs) override { return c2f(x, outputs, 3, false); }

  Map class_branch(const Map& x, std::int64_t width) override {
    return layer(b_, kUltralytics, layer(b_, kUltralytics, x, width, 3), width, 3);
  }
};

Recipe recipe(const char* name, const Scale& scale, bool segments = false) {
  return {name, [scale, segments](Builder& b) { Yolov8(b, scale, segments).run(); }};
}

}  // namespace

Family yolov8() {
  constexpr Scale kNano = {1.0 / 3, 0.25}, kSmall = {1.0 / 3, 0.5}, kMedium = {2.0 / 3, 0.75, 768};
  return {recipe("yolov8n_640", kNano), recipe("yolov8s_640", kSmall), recipe("yolov8m_640", kMedium),
          recipe("yolov8s_seg_640", kSmall, true)};
}

}  // namespace trireme::zoo

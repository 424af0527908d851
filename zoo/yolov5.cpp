// SPDX-License-Identifier: Apache-2.0
// YOLOv5 v6 (Ultralytics): a 6x6 stem, C3 blocks, SPPF. Ends in the three detection maps of 3 anchors x (5 +
// 80 classes [+ 32 masks]), before they are decoded.
#include "zoo/yolo_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

struct Variant {
  Scale scale;
  Style style;
  bool segments = false;
};

class Yolov5 {
 public:
  Yolov5(Builder& b, const Variant& variant) : b_(b), v_(variant) {}

  void run() {
    const Pyramid features = neck(backbone());
    if (v_.segments) b_.output(prototypes(b_, v_.style, features[0], v_.scale.channels(256), false));
    for (const Map& map : features) b_.output(b_.conv(map, 3 * (85 + (v_.segments ? kMasks : 0)), same(1)));
  }

 private:
  Map down(const Map& x, std::int64_t outputs, std::int64_t kernel = 3) {
    return layer(b_, v_.style, x, v_.scale.channels(outputs), kernel, kernel == 1 ? 1 : 2);
  }
  Map c3(const Map& x, std::int64_t outputs, int blocks, bool shortcut) {
    return csp3(b_, v_.style, x, v_.scale.channels(outputs), v_.scale.repeats(blocks), {shortcut, 1, 0});
  }

  Pyramid backbone() {
    Map x = conv_act(b_, b_.input(3, 640, 640), v_.scale.channels(64), square(6, 2, 2), v_.style.activation);
    x = c3(down(x, 128), 128, 3, true);
    const Map fine = c3(down(x, 256), 256, 6, true);
    const Map middle = c3(down(fine, 512), 512, 9, true);
    x = c3(down(middle, 1024), 1024, 3, true);
    return {fine, middle, pool_pyramid(b_, v_.style, x, v_.scale.channels(1024), true)};
  }

  // Down the pyramid and up again.
  Pyramid neck(const Pyramid& in) {
    const Map coarse = down(in[2], 512, 1);
    const Map middle = down(c3(b_.concat({b_.upsample(coarse), in[1]}), 512, 3, false), 256, 1);
    const Map fine = c3(b_.concat({b_.upsample(middle), in[0]}), 256, 3, false);
    const Map up = c3(b_.concat({down(fine, 256), middle}), 512, 3, false);
    return {fine, up, c3(b_.concat({down(up, 512), coarse}), 1024, 3, false)};
  }

  Builder& b_;
  Variant v_;
};

Recipe recipe(const char* name, const Variant& variant) {
  return {name, [variant](Builder& b) { Yolov5(b, variant).run(); }};
}

constexpr Scale kNano = {1.0 / 3, 0.25}, kSmall = {1.0 / 3, 0.5}, kMedium = {2.0 / 3, 0.75};

}  // namespace

Family yolov5() {
  const Style silu = {Activation::silu}, relu = {Activation::relu};
  return {recipe("yolov5n_640", {kNano, silu}),
          recipe("yolov5s_640", {kSmall, silu}),
          recipe("yolov5s_relu_640", {kSmall, relu}),
          recipe("yolov5m_640", {kMedium, silu}),
          recipe("yolov5n_seg_640", {kNano, silu, true}),
          recipe("yolov5s_seg_640", {kSmall, silu, true}),
          recipe("yolov5m_seg_640", {kMedium, silu, true})};
}

}  // namespace trireme::zoo

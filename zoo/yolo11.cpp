// SPDX-License-Identifier: Apache-2.0
// YOLO11 (Ultralytics): C3k2 blocks, attention at the end of the backbone, depthwise convolutions in the
// class branch.
#include <cmath>

#include "zoo/yolov8_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

class Yolo11 : public UltralyticsFrame {
 public:
  using UltralyticsFrame::UltralyticsFrame;

 protected:
  Map unit(const Map& x, std::int64_t outputs, std::int64_t kernel = 1) {
    return layer(b_, kUltralytics, x, outputs, kernel);
  }
  Map depthwise(const Map& x) {
    return conv_act(b_, x, x.channels, same(3), kUltralytics.activation, x.channels);
  }

  // `nested`: each part is a small C3 of two bottlenecks, else one bottleneck through half the channels.
  Map c3k2(const Map& x, std::int64_t full, bool nested, std::int64_t divisor = 2) {
    const std::int64_t outputs = scale_.channels(full);
    return split_and_join(b_, x, outputs / divisor, outputs, scale_.repeats(2), [&](const Map& part) {
      return nested ? csp3(b_, kUltralytics, part, part.channels, 2, {true, 3, 0})
                    : bottleneck(b_, kUltralytics, part, part.channels, {true, 3, part.channels / 2});
    });
  }

  // Scores of every position against every other: keys and queries have half the channels of the values.
  Map attention(const Map& x) {
    const std::int64_t heads = x.channels / 64, value = x.channels / heads, key = value / 2;
    const std::int64_t positions = x.height * x.width;
    const Map all = b_.conv(x, x.channels + 2 * heads * key, same(1));
    const std::string rows =
        b_.node("Reshape", {all.name, b_.integers({1, heads, 2 * key + value, positions})});
    const std::string sizes = b_.integers({key, key, value});
    const std::string queries = b_.node("Split", {rows, sizes});
    const std::string keys = queries + "_keys", values = queries + "_values";
    b_.last().add_output(keys);
    b_.last().add_output(values);
    b_.set("axis", std::int64_t{2});
    const std::string factor = b_.reals({static_cast<float>(1 / std::sqrt(static_cast<double>(key)))}, true);
    const std::string scores = b_.node("MatMul", {swapped(queries), keys});
    const std::string weights = b_.node("Softmax", {b_.node("Mul", {scores, factor})});
    b_.set("axis", std::int64_t{3});
    const std::string mixed = b_.node("MatMul", {values, swapped(weights)});
    const Map located = b_.conv(as_map(values, x), x.channels, same(3), x.channels);
    return b_.conv(b_.add(as_map(mixed, x), located), x.channels, same(1));
  }
  std::string swapped(const std::string& matrices) {
    const std::string result = b_.node("Transpose", {matrices});
    b_.set("perm", Shape{0, 1, 3, 2});
    return result;
  }
  Map as_map(const std::string& matrices, Map like) {
    like.name = b_.node("Reshape", {matrices, b_.integers({1, like.channels, like.height, like.width})});
    return like;
  }

  // C2PSA: attention and two 1x1 layers, each with a sum, on half the channels.
  Map c2psa(const Map& x) {
    const std::vector<Map> halves = b_.split(unit(x, x.channels), 2);
    const Map attended = b_.add(halves[1], attention(halves[1]));
    const Map fed = b_.conv(unit(attended, 2 * attended.channels), attended.channels, same(1));
    return unit(b_.concat({halves[0], b_.add(attended, fed)}), x.channels);
  }

  Pyramid backbone() override {
    Map x = c3k2(down(down(b_.input(3, 640, 640), 64), 128), 256, false, 4);
    const Map fine = c3k2(down(x, 256), 512, false, 4);
    const Map middle = c3k2(down(fine, 512), 512, true);
    x = c3k2(down(middle, 1024), 1024, true);
    return {fine, middle, c2psa(pool_pyramid(b_, kUltralytics, x, x.channels, true))};
  }

  Map neck_block(const Map& x, std::int64_t outputs) override { return c3k2(x, outputs, outputs == 1024); }

  Map class_branch(const Map& x, std::int64_t width) override {
    return unit(depthwise(unit(depthwise(x), width)), width);
  }
};

}  // namespace

Family yolo11() {
  return {{"yolo11n_640",
           [](Builder& b) {
             Yolo11(b, {0.5, 0.25}, false).run();
           }},
          {"yolo11s_640", [](Builder& b) {
             Yolo11(b, {0.5, 0.5}, false).run();
           }}};
}

}  // namespace trireme::zoo

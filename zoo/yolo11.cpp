// SPDX-License-Identifier: Apache-2.0
// YOLO11 (Ultralytics): C3k2 blocks, attention at the end of the backbone, depthwise convolutions in the
// class branch.
#include <cmath>

#include "zoo/yolov8_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

using Frame = UltralyticsFrame;

Map unit(Builder& b, const Map& x, std::int64_t outputs) { return layer(b, kUltralytics, x, outputs, 1); }

Map depthwise(Builder& b, const Map& x) {
  return conv_act(b, x, x.channels, same(3), kUltralytics.activation, x.channels);
}

// `nested`: each part is a small C3 of two bottlenecks, else one bottleneck through half the channels.
Map c3k2(const Frame& f, const Map& x, std::int64_t full, bool nested, std::int64_t divisor = 2) {
  const std::int64_t outputs = f.scale.channels(full);
  return split_and_join(f.b, x, outputs / divisor, outputs, f.scale.repeats(2), [&](const Map& part) {
    return nested ? csp3(f.b, kUltralytics, part, part.channels, 2, {true, 3, 0})
                  : bottleneck(f.b, kUltralytics, part, part.channels, {true, 3, part.channels / 2});
  });
}

std::string swapped(Builder& b, const std::string& matrices) {
  const std::string result = b.node("Transpose", {matrices});
  b.set("perm", Shape{0, 1, 3, 2});
  return result;
}
Map as_map(Builder& b, const std::string& matrices, Map like) {
  like.name = b.node("Reshape", {matrices, b.integers({1, like.channels, like.height, like.width})});
  return like;
}

// Scores of every position against every other: keys and queries have half the channels of the values.
Map attention(Builder& b, const Map& x) {
  const std::int64_t heads = x.channels / 64, value = x.channels / heads, key = value / 2;
  const std::int64_t positions = x.height * x.width;
  const Map all = b.conv(x, x.channels + 2 * heads * key, same(1));
  const std::string rows = b.node("Reshape", {all.name, b.integers({1, heads, 2 * key + value, positions})});
  const std::string sizes = b.integers({key, key, value});
  const std::string queries = b.node("Split", {rows, sizes});
  const std::string keys = queries + "_keys", values = queries + "_values";
  b.last().add_output(keys);
  b.last().add_output(values);
  b.set("axis", std::int64_t{2});
  const std::string factor = b.reals({static_cast<float>(1 / std::sqrt(static_cast<double>(key)))}, true);
  const std::string scores = b.node("MatMul", {swapped(b, queries), keys});
  const std::string weights = b.node("Softmax", {b.node("Mul", {scores, factor})});
  b.set("axis", std::int64_t{3});
  const std::string mixed = b.node("MatMul", {values, swapped(b, weights)});
  const Map located = b.conv(as_map(b, values, x), x.channels, same(3), x.channels);
  return b.conv(b.add(as_map(b, mixed, x), located), x.channels, same(1));
}
// C2PSA: attention and two 1x1 layers, each with a sum, on half the channels.
Map c2psa(Builder& b, const Map& x) {
  const std::vector<Map> halves = b.split(unit(b, x, x.channels), 2);
  const Map attended = b.add(halves[1], attention(b, halves[1]));
  const Map fed = b.conv(unit(b, attended, 2 * attended.channels), attended.channels, same(1));
  return unit(b, b.concat({halves[0], b.add(attended, fed)}), x.channels);
}

// From m on every stage is nested.
bool is_large(const Frame& f) { return f.scale.width >= 1; }

Pyramid backbone(const Frame& f) {
  const bool nested = is_large(f);
  Map x = c3k2(f, down(f, down(f, f.b.input(3, 640, 640), 64), 128), 256, nested, 4);
  const Map fine = c3k2(f, down(f, x, 256), 512, nested, 4);
  const Map middle = c3k2(f, down(f, fine, 512), 512, true);
  x = c3k2(f, down(f, middle, 1024), 1024, true);
  return {fine, middle, c2psa(f.b, pool_pyramid(f.b, kUltralytics, x, x.channels, true))};
}

Map neck_block(const Frame& f, const Map& x, std::int64_t outputs) {
  return c3k2(f, x, outputs, is_large(f) || outputs == 1024);
}

Map class_branch(const Frame& f, const Map& x, std::int64_t width) {
  return unit(f.b, depthwise(f.b, unit(f.b, depthwise(f.b, x), width)), width);
}

Recipe recipe(const char* name, const Scale& scale, const UltralyticsHead& head = {}) {
  return {name, [scale, head](Builder& b) {
            const Frame frame{b, scale, head};
            add_neck_and_head(frame, {neck_block, class_branch}, backbone(frame));
          }};
}

}  // namespace

Family yolo11() {
  return {recipe("yolo11n_640", {0.5, 0.25}), recipe("yolo11s_640", {0.5, 0.5}),
          recipe("yolo11m_640", {0.5, 1, 512}), recipe("yolo11s_pose_640", {0.5, 0.5}, kPose)};
}

}  // namespace trireme::zoo

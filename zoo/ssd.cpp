// SPDX-License-Identifier: Apache-2.0
// SSD (Liu et al. 2016) on MobileNetV1 at 300x300, 21 classes, as its Caffe deployment has it: 1x1 heads on
// six maps. Ends in the offsets of the boxes and the classes' probabilities, before decoding and NMS.
#include "zoo/mobilenet_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kClasses = 21;
constexpr Activation kRelu = Activation::relu;

struct Heads {
  std::vector<std::string> boxes, classes;
  std::int64_t anchors = 0;
};

// [1, n, h, w] to [1, h·w·n], so that the maps can be joined.
std::string rows(Builder& b, const Map& x) {
  const std::string permuted = b.node("Transpose", {x.name});
  b.set("perm", Shape{0, 2, 3, 1});
  const std::string flat = b.node("Flatten", {permuted});
  b.set("axis", std::int64_t{1});
  return flat;
}

void head(Builder& b, Heads& heads, const Map& x, std::int64_t priors) {
  heads.boxes.push_back(rows(b, b.conv(x, 4 * priors, same(1))));
  heads.classes.push_back(rows(b, b.conv(x, kClasses * priors, same(1))));
  heads.anchors += x.height * x.width * priors;
}

std::string join(Builder& b, const std::vector<std::string>& values) {
  const std::string joined = b.node("Concat", values);
  b.set("axis", std::int64_t{1});
  return joined;
}

void finish(Builder& b, const Heads& heads) {
  b.output(join(b, heads.boxes), {1, heads.anchors * 4});
  const std::string joined = join(b, heads.classes);
  const std::string shape = b.integers({1, heads.anchors, kClasses});
  const std::string probabilities = b.node("Softmax", {b.node("Reshape", {joined, shape})});
  b.set("axis", std::int64_t{2});
  b.output(probabilities, {1, heads.anchors, kClasses});
}

Map extra(Builder& b, const Map& x, std::int64_t outputs) {
  return conv_act(b, conv_act(b, x, outputs / 2, same(1), kRelu), outputs, same(3, 2), kRelu);
}

void ssd_mobilenet(Builder& b) {
  Heads heads;
  Map x = conv_act(b, b.input(3, 300, 300), 32, same(3, 2), kRelu);
  for (const std::int64_t outputs : {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512}) {
    const bool halves = outputs != x.channels && outputs != 64;
    x = separable(b, x, outputs, same(3, halves ? 2 : 1), kRelu);
  }
  head(b, heads, x, 3);
  x = separable(b, x, 1024, same(3, 2), kRelu);
  x = separable(b, x, 1024, same(3), kRelu);
  head(b, heads, x, 6);
  for (const std::int64_t outputs : {512, 256, 256, 128}) {
    x = extra(b, x, outputs);
    head(b, heads, x, 6);
  }
  finish(b, heads);
}

}  // namespace

Family ssd() { return {{"ssd_mobilenet_v1_voc_300", ssd_mobilenet}}; }

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// SSD (Liu et al. 2016) on MobileNetV1 at 300x300, 21 classes, as its Caffe deployment has it: 1x1 heads on
// six maps. Ends in the offsets of the boxes and the classes' probabilities, before decoding and NMS.
#include "zoo/mobilenet_layers.h"
#include "zoo/prior_heads.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kClasses = 21;
constexpr Activation kRelu = Activation::relu;

struct Heads {
  PriorHead boxes{4}, classes{kClasses};
};

void head(Builder& b, Heads& heads, const Map& x, std::int64_t priors) {
  add_rows(b, heads.boxes, x, priors);
  add_rows(b, heads.classes, x, priors);
}

void finish(Builder& b, const Heads& heads) {
  b.output(joined(b, heads.boxes), {1, heads.boxes.priors * 4});
  add_probabilities(b, heads.classes);
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

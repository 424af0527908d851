// SPDX-License-Identifier: Apache-2.0
// MobileNetV1 (Howard et al. 2017) and V2 (Sandler et al. 2018), batch normalization folded as in their
// TensorFlow Lite exports, with TensorFlow's SAME pads.
#include "zoo/mobilenet_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {

Map separable(Builder& b, const Map& x, std::int64_t outputs, const Window& window, Activation activation) {
  const Map depthwise = conv_act(b, x, x.channels, window, activation, x.channels);
  return conv_act(b, depthwise, outputs, same(1), activation);
}

namespace {

void classify(Builder& b, const Map& x) {
  b.output(b.softmax(b.flatten(b.conv(b.global_average(x), 1000, same(1)))));
}

// `quarters`: the width multiplier in steps of 1/4.
void mobilenet_v1(Builder& b, std::int64_t quarters) {
  struct Block {
    std::int64_t outputs, stride;
  };
  constexpr Block kBlocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                               {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  Map x = conv_act(b, b.input(3, 224, 224), 8 * quarters, tensorflow_same(3, 2), Activation::relu6);
  for (const Block& block : kBlocks)
    x = separable(b, x, block.outputs * quarters / 4, tensorflow_same(3, block.stride), Activation::relu6);
  classify(b, x);
}

Map inverted_residual(Builder& b, const Map& x, std::int64_t expansion, std::int64_t outputs,
                      std::int64_t stride) {
  Map y = x;
  if (expansion != 1) y = conv_act(b, y, x.channels * expansion, same(1), Activation::relu6);
  y = conv_act(b, y, y.channels, tensorflow_same(3, stride), Activation::relu6, y.channels);
  y = b.conv(y, outputs, same(1));
  return stride == 1 && outputs == x.channels ? b.add(x, y) : y;
}

void mobilenet_v2(Builder& b) {
  struct Stage {
    std::int64_t expansion, outputs, repeats, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Map x = conv_act(b, b.input(3, 224, 224), 32, tensorflow_same(3, 2), Activation::relu6);
  for (const Stage& stage : kStages) {
    for (std::int64_t i = 0; i < stage.repeats; ++i)
      x = inverted_residual(b, x, stage.expansion, stage.outputs, i == 0 ? stage.stride : 1);
  }
  classify(b, conv_act(b, x, 1280, same(1), Activation::relu6));
}

}  // namespace

Family mobilenets() {
  return {{"mobilenet_v1_224", [](Builder& b) { mobilenet_v1(b, 4); }},
          {"mobilenet_v1_025_224", [](Builder& b) { mobilenet_v1(b, 1); }},
          {"mobilenet_v2_224", mobilenet_v2}};
}

}  // namespace trireme::zoo

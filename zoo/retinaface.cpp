// SPDX-License-Identifier: Apache-2.0
// RetinaFace (Deng et al. 2019) at 320x320 on MobileNetV1 x0.25 or ResNet-50, as its PyTorch implementation
// has it: a feature pyramid, a context module and three 1x1 heads of two priors a scale. Ends in boxes, face
// probabilities and landmarks, before decoding and NMS.
#include "zoo/mobilenet_layers.h"
#include "zoo/prior_heads.h"
#include "zoo/resnet_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kPriors = 2;

Pyramid mobilenet(Builder& b) {
  constexpr Activation kLeaky = Activation::leaky_relu;
  Map x = conv_act(b, b.input(3, 320, 320), 8, same(3, 2), kLeaky);
  Pyramid maps;
  const auto blocks = [&](std::int64_t outputs, std::int64_t stride, int count) {
    for (int i = 0; i < count; ++i) x = separable(b, x, outputs, same(3, i == 0 ? stride : 1), kLeaky);
    return x;
  };
  blocks(16, 1, 1);
  blocks(32, 2, 2);
  maps[0] = blocks(64, 2, 2);
  maps[1] = blocks(128, 2, 6);
  maps[2] = blocks(256, 2, 2);
  return maps;
}

Pyramid resnet(Builder& b) {
  const std::vector<Map> stages = resnet50_stages(b, b.input(3, 320, 320), StrideAt::middle);
  return {stages[1], stages[2], stages[3]};
}

Pyramid feature_pyramid(Builder& b, const Pyramid& in, std::int64_t width, Activation activation) {
  Pyramid out;
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = conv_act(b, in[i], width, same(1), activation);
  for (const std::size_t i : {1, 0})
    out[i] = conv_act(b, b.add(out[i], b.upsample(out[i + 1])), width, same(3), activation);
  return out;
}

// 3x3, 5x5 and 7x7 as chains of 3x3 (SSH, Najibi et al. 2017).
Map context(Builder& b, const Map& x, Activation activation) {
  const std::int64_t quarter = x.channels / 4;
  const Map first = conv_act(b, x, quarter, same(3), activation);
  const Map second = conv_act(b, first, quarter, same(3), activation);
  const std::vector<Map> parts = {b.conv(x, 2 * quarter, same(3)), b.conv(first, quarter, same(3)),
                                  b.conv(second, quarter, same(3))};
  return b.activate(b.concat(parts), Activation::relu);
}

void retinaface(Builder& b, const Pyramid& backbone, std::int64_t width, Activation activation) {
  PriorHead boxes{4}, classes{2}, landmarks{10};
  for (const Map& map : feature_pyramid(b, backbone, width, activation)) {
    const Map seen = context(b, map, activation);
    for (PriorHead* head : {&boxes, &classes, &landmarks}) add_rows(b, *head, seen, kPriors);
  }
  for (const PriorHead& head : {boxes, landmarks}) b.output(joined(b, head), {1, head.priors * head.numbers});
  add_probabilities(b, classes);
}

}  // namespace

Family retinaface() {
  return {{"retinaface_mobilenet025_320",
           [](Builder& b) { retinaface(b, mobilenet(b), 64, Activation::leaky_relu); }},
          {"retinaface_resnet50_320", [](Builder& b) { retinaface(b, resnet(b), 256, Activation::relu); }}};
}

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// ResNet v1 (He et al. 2015) with folded batch normalization, and v2 (He et al. 2016), where batch
// normalization comes before the convolution and stands alone.
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr Activation kRelu = Activation::relu;

Map stem(Builder& b) {
  const Map x = conv_act(b, b.input(3, 224, 224), 64, square(7, 2, 3), kRelu);
  return b.max_pool(x, square(3, 2, 1));
}

void classify(Builder& b, const Map& x) { b.output(b.dense(b.flatten(b.global_average(x)), 1000)); }

Map shortcut(Builder& b, const Map& x, std::int64_t outputs, std::int64_t stride) {
  return stride == 1 && x.channels == outputs ? x : b.conv(x, outputs, same(1, stride));
}

Map basic_block(Builder& b, const Map& x, std::int64_t width, std::int64_t stride) {
  const Map y = b.conv(conv_act(b, x, width, same(3, stride), kRelu), width, same(3));
  return b.activate(b.add(y, shortcut(b, x, width, stride)), kRelu);
}

// As first published: the stride lies in the first 1x1.
Map bottleneck(Builder& b, const Map& x, std::int64_t width, std::int64_t stride) {
  Map y = conv_act(b, x, width, same(1, stride), kRelu);
  y = b.conv(conv_act(b, y, width, same(3), kRelu), 4 * width, same(1));
  return b.activate(b.add(y, shortcut(b, x, 4 * width, stride)), kRelu);
}

Map bn_relu(Builder& b, const Map& x) { return b.activate(b.batch_norm(x), kRelu); }

// Convolutions without bias; the shortcut of a first block starts behind the activation.
Map bottleneck_v2(Builder& b, const Map& x, std::int64_t width, std::int64_t stride) {
  const Map active = bn_relu(b, x);
  const bool same_size = stride == 1 && x.channels == 4 * width;
  const Map straight = same_size ? x : b.conv(active, 4 * width, same(1, stride), 1, false);
  Map y = bn_relu(b, b.conv(active, width, same(1), 1, false));
  y = bn_relu(b, b.conv(y, width, same(3, stride), 1, false));
  return b.add(b.conv(y, 4 * width, same(1), 1, false), straight);
}

using Block = Map (*)(Builder&, const Map&, std::int64_t, std::int64_t);

Map stages(Builder& b, Map x, const std::vector<int>& blocks, Block block) {
  std::int64_t width = 64;
  for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
    for (int i = 0; i < blocks[stage]; ++i) x = block(b, x, width, stage > 0 && i == 0 ? 2 : 1);
  }
  return x;
}

// The input is normalized by a layer of its own.
void resnet50_v2(Builder& b) {
  Map x = b.batch_norm(b.input(3, 224, 224));
  x = b.max_pool(bn_relu(b, b.conv(x, 64, square(7, 2, 3), 1, false)), square(3, 2, 1));
  classify(b, bn_relu(b, stages(b, x, {3, 4, 6, 3}, bottleneck_v2)));
}

}  // namespace

Family resnets() {
  return {{"resnet18_224",
           [](Builder& b) {
             classify(b, stages(b, stem(b), {2, 2, 2, 2}, basic_block));
           }},
          {"resnet50_v1_224",
           [](Builder& b) {
             classify(b, stages(b, stem(b), {3, 4, 6, 3}, bottleneck));
           }},
          {"resnet50_v2_224", resnet50_v2}};
}

}  // namespace trireme::zoo

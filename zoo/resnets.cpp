// SPDX-License-Identifier: Apache-2.0
// ResNet v1 (He et al. 2015) with folded batch normalization, and v2 (He et al. 2016), where batch
// normalization comes before the convolution and stands alone.
#include "zoo/resnet_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr Activation kRelu = Activation::relu;

Map stem(Builder& b, const Map& x) {
  return b.max_pool(conv_act(b, x, 64, square(7, 2, 3), kRelu), square(3, 2, 1));
}

void classify(Builder& b, const Map& x) { b.output(b.dense(b.flatten(b.global_average(x)), 1000)); }

Map shortcut(Builder& b, const Map& x, std::int64_t outputs, std::int64_t stride) {
  return stride == 1 && x.channels == outputs ? x : b.conv(x, outputs, same(1, stride));
}

Map basic_block(Builder& b, const Map& x, std::int64_t width, std::int64_t stride) {
  const Map y = b.conv(conv_act(b, x, width, same(3, stride), kRelu), width, same(3));
  return b.activate(b.add(y, shortcut(b, x, width, stride)), kRelu);
}

template <StrideAt At>
Map bottleneck(Builder& b, const Map& x, std::int64_t width, std::int64_t stride) {
  constexpr bool kFirst = At == StrideAt::first;
  Map y = conv_act(b, x, width, same(1, kFirst ? stride : 1), kRelu);
  y = b.conv(conv_act(b, y, width, same(3, kFirst ? 1 : stride), kRelu), 4 * width, same(1));
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

// The map of each stage.
std::vector<Map> stages(Builder& b, Map x, const std::vector<int>& blocks, Block block) {
  std::vector<Map> maps;
  std::int64_t width = 64;
  for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
    for (int i = 0; i < blocks[stage]; ++i) x = block(b, x, width, stage > 0 && i == 0 ? 2 : 1);
    maps.push_back(x);
  }
  return maps;
}

// The input is normalized by a layer of its own.
void resnet50_v2(Builder& b) {
  Map x = b.batch_norm(b.input(3, 224, 224));
  x = b.max_pool(bn_relu(b, b.conv(x, 64, square(7, 2, 3), 1, false)), square(3, 2, 1));
  classify(b, bn_relu(b, stages(b, x, {3, 4, 6, 3}, bottleneck_v2).back()));
}

}  // namespace

std::vector<Map> resnet50_stages(Builder& b, const Map& x, StrideAt at) {
  const Block block = at == StrideAt::first ? bottleneck<StrideAt::first> : bottleneck<StrideAt::middle>;
  return stages(b, stem(b, x), {3, 4, 6, 3}, block);
}

Family resnets() {
  return {{"resnet18_224",
           [](Builder& b) {
             classify(b, stages(b, stem(b, b.input(3, 224, 224)), {2, 2, 2, 2}, basic_block).back());
           }},
          {"resnet50_v1_224",
           [](Builder& b) { classify(b, resnet50_stages(b, b.input(3, 224, 224), StrideAt::first).back()); }},
          {"resnet50_v2_224", resnet50_v2}};
}

}  // namespace trireme::zoo

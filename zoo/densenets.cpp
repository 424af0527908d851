// SPDX-License-Identifier: Apache-2.0
// DenseNet-121 (Huang et al. 2016): 32 new maps a layer, from all maps before. The batch normalization behind
// a convolution is folded, as exporters do; the one in front of a layer stands alone.
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kGrowth = 32;

Map bn_relu(Builder& b, const Map& x) { return b.activate(b.batch_norm(x), Activation::relu); }

// As the authors wrote it: each layer's maps join what it was given.
Map dense_block(Builder& b, Map x, int layers) {
  for (int i = 0; i < layers; ++i) {
    const Map narrow = conv_act(b, bn_relu(b, x), 4 * kGrowth, same(1), Activation::relu);
    x = b.concat({x, b.conv(narrow, kGrowth, same(3), 1, false)});
  }
  return x;
}

Map transition(Builder& b, const Map& x) {
  const Map half = b.conv(bn_relu(b, x), x.channels / 2, same(1), 1, false);
  return b.average_pool(half, square(2, 2, 0), false);
}

}  // namespace

Family densenets() {
  return {{"densenet121_224", [](Builder& b) {
             Map x = conv_act(b, b.input(3, 224, 224), 64, square(7, 2, 3), Activation::relu);
             x = b.max_pool(x, square(3, 2, 1));
             for (const int layers : {6, 12, 24}) x = transition(b, dense_block(b, x, layers));
             x = bn_relu(b, dense_block(b, x, 16));
             b.output(b.dense(b.flatten(b.global_average(x)), 1000));
           }}};
}

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// SqueezeNet 1.0 and 1.1 (Iandola et al. 2016), pools that round up as in Caffe.
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

Map fire(Builder& b, const Map& x, std::int64_t squeeze, std::int64_t expand) {
  const Map s = conv_act(b, x, squeeze, same(1), Activation::relu);
  const Map pointwise = conv_act(b, s, expand, same(1), Activation::relu);
  return b.concat({pointwise, conv_act(b, s, expand, same(3), Activation::relu)});
}

Map pool(Builder& b, const Map& x) {
  Window window = square(3, 2, 0);
  window.ceil = true;
  return b.max_pool(x, window);
}

void classify(Builder& b, const Map& x) {
  const Map y = conv_act(b, x, 1000, same(1), Activation::relu);
  b.output(b.softmax(b.flatten(b.global_average(y))));
}

// The squeeze and expand widths of the eight fire modules are the same; the pools sit elsewhere.
void squeezenet(Builder& b, Map x, std::size_t first_pool, std::size_t second_pool) {
  constexpr std::int64_t kFires[][2] = {{16, 64},  {16, 64},  {32, 128}, {32, 128},
                                        {48, 192}, {48, 192}, {64, 256}, {64, 256}};
  x = pool(b, x);
  for (std::size_t i = 0; i < 8; ++i) {
    x = fire(b, x, kFires[i][0], kFires[i][1]);
    if (i + 1 == first_pool || i + 1 == second_pool) x = pool(b, x);
  }
  classify(b, x);
}

}  // namespace

Family squeezenets() {
  return {{"squeezenet10_227",
           [](Builder& b) {
             squeezenet(b, conv_act(b, b.input(3, 227, 227), 96, square(7, 2, 0), Activation::relu), 3, 7);
           }},
          {"squeezenet11_224", [](Builder& b) {
             squeezenet(b, conv_act(b, b.input(3, 224, 224), 64, square(3, 2, 0), Activation::relu), 2, 4);
           }}};
}

}  // namespace trireme::zoo

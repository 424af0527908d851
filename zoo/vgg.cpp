// SPDX-License-Identifier: Apache-2.0
// VGG-16, configuration D (Simonyan, Zisserman 2014).
#include "zoo/zoo.h"

namespace trireme::zoo {

Family vgg() {
  return {{"vgg16_224", [](Builder& b) {
             Map x = b.input(3, 224, 224);
             for (const auto& [width, layers] : {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
               for (int i = 0; i < layers; ++i) x = conv_act(b, x, width, same(3), Activation::relu);
               x = b.max_pool(x, square(2, 2, 0));
             }
             x = b.flatten(x);
             for (int i = 0; i < 2; ++i) x = b.activate(b.dense(x, 4096), Activation::relu);
             b.output(b.softmax(b.dense(x, 1000)));
           }}};
}

}  // namespace trireme::zoo

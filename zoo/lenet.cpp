// SPDX-License-Identifier: Apache-2.0
// LeNet as Caffe's MNIST example has it: no activation between the convolutions.
#include "zoo/zoo.h"

namespace trireme::zoo {

Family lenet() {
  return {{"lenet5_28", [](Builder& b) {
             Map x = b.max_pool(b.conv(b.input(1, 28, 28), 20, square(5, 1, 0)), square(2, 2, 0));
             x = b.max_pool(b.conv(x, 50, square(5, 1, 0)), square(2, 2, 0));
             x = b.activate(b.dense(b.flatten(x), 500), Activation::relu);
             b.output(b.softmax(b.dense(x, 10)));
           }}};
}

}  // namespace trireme::zoo

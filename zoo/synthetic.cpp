// SPDX-License-Identifier: Apache-2.0
// A stack of convolutions that keeps the multipliers busy: nothing but 5x5 kernels.
#include "zoo/zoo.h"

namespace trireme::zoo {

Family synthetic() {
  return {{"synthetic_64conv5x5_128_132", [](Builder& b) {
             Map x = b.input(132, 128, 128);
             for (int i = 0; i < 64; ++i) x = b.conv(x, 132, same(5));
             b.output(x);
           }}};
}

}  // namespace trireme::zoo

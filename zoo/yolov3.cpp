// SPDX-License-Identifier: Apache-2.0
// YOLOv3 (Redmon, Farhadi 2018): Darknet-53 and three heads of 3 anchors x 85.
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

Map layer(Builder& b, const Map& x, std::int64_t outputs, std::int64_t kernel, std::int64_t stride = 1) {
  return conv_act(b, x, outputs, same(kernel, stride), Activation::leaky_relu);
}

Map stage(Builder& b, Map x, std::int64_t outputs, int blocks) {
  x = layer(b, x, outputs, 3, 2);
  for (int i = 0; i < blocks; ++i) x = b.add(x, layer(b, layer(b, x, outputs / 2, 1), outputs, 3));
  return x;
}

// Five layers; from the last a detection and the next finer head go out.
Map detect(Builder& b, Map x, std::int64_t width) {
  for (int i = 0; i < 2; ++i) x = layer(b, layer(b, x, width, 1), 2 * width, 3);
  x = layer(b, x, width, 1);
  b.output(b.conv(layer(b, x, 2 * width, 3), 3 * 85, same(1)));
  return x;
}

void yolov3_416(Builder& b) {
  Map x = stage(b, layer(b, b.input(3, 416, 416), 32, 3), 64, 1);
  const Map fine = stage(b, stage(b, x, 128, 2), 256, 8);
  const Map middle = stage(b, fine, 512, 8);
  x = detect(b, stage(b, middle, 1024, 4), 512);
  x = detect(b, b.concat({b.upsample(layer(b, x, 256, 1)), middle}), 256);
  detect(b, b.concat({b.upsample(layer(b, x, 128, 1)), fine}), 128);
}

}  // namespace

Family yolov3() { return {{"yolov3_416", yolov3_416}}; }

}  // namespace trireme::zoo

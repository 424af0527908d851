// SPDX-License-Identifier: Apache-2.0
#include "zoo/yolov8_layers.h"

#include <algorithm>

namespace trireme::zoo {
namespace {

constexpr std::int64_t kDistances = 4 * 16;  // each side as a distribution over 16 bins
constexpr std::int64_t kPoints = 17 * 3;     // of a person: two coordinates and how visible it is

Pyramid neck(const UltralyticsFrame& frame, const UltralyticsParts& parts, const Pyramid& in) {
  Builder& b = frame.b;
  const Map middle = parts.neck_block(frame, b.concat({b.upsample(in[2]), in[1]}), 512);
  const Map fine = parts.neck_block(frame, b.concat({b.upsample(middle), in[0]}), 256);
  const Map up = parts.neck_block(frame, b.concat({down(frame, fine, 256), middle}), 512);
  return {fine, up, parts.neck_block(frame, b.concat({down(frame, up, 512), in[2]}), 1024)};
}

// Boxes as distributions, class scores [and mask coefficients, angles or key points] of each scale, before
// they are decoded.
void detect(const UltralyticsFrame& frame, const UltralyticsParts& parts, const Pyramid& maps) {
  Builder& b = frame.b;
  const std::int64_t finest = maps[0].channels, classes = frame.head.classes;
  const auto twice = [&](const Map& x, std::int64_t width) {
    return layer(b, kUltralytics, layer(b, kUltralytics, x, width, 3), width, 3);
  };
  for (const Map& map : maps) {
    b.output(b.conv(twice(map, std::max<std::int64_t>({16, finest / 4, 64})), kDistances, same(1)));
    b.output(b.conv(parts.class_branch(frame, map, std::max(finest, classes)), classes, same(1)));
    if (frame.head.masks) b.output(b.conv(twice(map, std::max(finest / 4, kMasks)), kMasks, same(1)));
    if (frame.head.angles) b.output(b.conv(twice(map, finest / 4), 1, same(1)));
    if (frame.head.points) b.output(b.conv(twice(map, std::max(finest / 4, kPoints)), kPoints, same(1)));
  }
}

}  // namespace

Map down(const UltralyticsFrame& frame, const Map& x, std::int64_t outputs) {
  return layer(frame.b, kUltralytics, x, frame.scale.channels(outputs), 3, 2);
}

void add_neck_and_head(const UltralyticsFrame& frame, const UltralyticsParts& parts,
                       const Pyramid& backbone) {
  const Pyramid maps = neck(frame, parts, backbone);
  if (frame.head.masks)
    frame.b.output(prototypes(frame.b, kUltralytics, maps[0], frame.scale.channels(256), true));
  detect(frame, parts, maps);
}

Map split_and_join(Builder& b, const Map& x, std::int64_t hidden, std::int64_t outputs, int blocks,
                   const Block& block) {
  std::vector<Map> parts = b.split(layer(b, kUltralytics, x, 2 * hidden, 1), 2);
  for (int i = 0; i < blocks; ++i) parts.push_back(block(parts.back()));
  return layer(b, kUltralytics, b.concat(parts), outputs, 1);
}

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
#include "zoo/yolov8_layers.h"

#include <algorithm>

namespace trireme::zoo {
namespace {

constexpr std::int64_t kClasses = 80;
constexpr std::int64_t kDistances = 4 * 16;  // each side as a distribution over 16 bins

}  // namespace

Map split_and_join(Builder& b, const Map& x, std::int64_t hidden, std::int64_t outputs, int blocks,
                   const Block& block) {
  std::vector<Map> parts = b.split(layer(b, kUltralytics, x, 2 * hidden, 1), 2);
  for (int i = 0; i < blocks; ++i) parts.push_back(block(parts.back()));
  return layer(b, kUltralytics, b.concat(parts), outputs, 1);
}

Map UltralyticsFrame::down(const Map& x, std::int64_t outputs) {
  return layer(b_, kUltralytics, x, scale_.channels(outputs), 3, 2);
}

Pyramid UltralyticsFrame::neck(const Pyramid& in) {
  const Map middle = neck_block(b_.concat({b_.upsample(in[2]), in[1]}), 512);
  const Map fine = neck_block(b_.concat({b_.upsample(middle), in[0]}), 256);
  const Map up = neck_block(b_.concat({down(fine, 256), middle}), 512);
  return {fine, up, neck_block(b_.concat({down(up, 512), in[2]}), 1024)};
}

// Boxes as distributions, class scores [and mask coefficients] of each scale, before they are decoded.
void UltralyticsFrame::detect(const Pyramid& maps) {
  const std::int64_t finest = maps[0].channels;
  const auto twice = [&](const Map& x, std::int64_t width) {
    return layer(b_, kUltralytics, layer(b_, kUltralytics, x, width, 3), width, 3);
  };
  for (const Map& map : maps) {
    b_.output(b_.conv(twice(map, std::max<std::int64_t>({16, finest / 4, 64})), kDistances, same(1)));
    b_.output(b_.conv(class_branch(map, std::max(finest, kClasses)), kClasses, same(1)));
    if (segments_) b_.output(b_.conv(twice(map, std::max(finest / 4, kMasks)), kMasks, same(1)));
  }
}

void UltralyticsFrame::run() {
  const Pyramid maps = neck(backbone());
  if (segments_) b_.output(prototypes(b_, kUltralytics, maps[0], scale_.channels(256), true));
  detect(maps);
}

}  // namespace trireme::zoo

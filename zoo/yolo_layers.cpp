// SPDX-License-Identifier: Apache-2.0
#include "zoo/yolo_layers.h"

#include <algorithm>
#include <cmath>

namespace trireme::zoo {

Map layer(Builder& b, const Style& style, const Map& x, std::int64_t outputs, std::int64_t kernel,
          std::int64_t stride) {
  return conv_act(b, x, outputs, same(kernel, stride), style.activation);
}

std::int64_t Scale::channels(std::int64_t full) const {
  const auto scaled = static_cast<double>(std::min(full, most_channels)) * width;
  return static_cast<std::int64_t>(std::ceil(scaled / 8)) * 8;
}

int Scale::repeats(int full) const {
  return full == 1 ? 1 : std::max(static_cast<int>(std::lround(full * depth)), 1);
}

Map bottleneck(Builder& b, const Style& style, const Map& x, std::int64_t outputs, const Bottleneck& kind) {
  const std::int64_t hidden = kind.hidden == 0 ? outputs : kind.hidden;
  const Map y = layer(b, style, layer(b, style, x, hidden, kind.first_kernel), outputs, 3);
  return kind.shortcut && x.channels == outputs ? b.add(x, y) : y;
}

Map csp3(Builder& b, const Style& style, const Map& x, std::int64_t outputs, int blocks,
         const Bottleneck& kind) {
  const std::int64_t half = outputs / 2;
  Map deep = layer(b, style, x, half, 1);
  for (int i = 0; i < blocks; ++i) deep = bottleneck(b, style, deep, half, kind);
  return layer(b, style, b.concat({deep, layer(b, style, x, half, 1)}), outputs, 1);
}

Map pool_pyramid(Builder& b, const Style& style, const Map& x, std::int64_t outputs, bool chained) {
  std::vector<Map> maps = {layer(b, style, x, x.channels / 2, 1)};
  for (const std::int64_t kernel : {5, 9, 13}) {
    maps.push_back(chained ? b.max_pool(maps.back(), same(5)) : b.max_pool(maps.front(), same(kernel)));
  }
  return layer(b, style, b.concat(maps), outputs, 1);
}

Map prototypes(Builder& b, const Style& style, const Map& x, std::int64_t width, bool learned_upsampling) {
  const Map y = layer(b, style, x, width, 3);
  const Map larger = learned_upsampling ? b.conv_transpose(y, width, 2, 2) : b.upsample(y);
  return layer(b, style, layer(b, style, larger, width, 3), kMasks, 1);
}

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// YOLOv7 and YOLOv7-tiny (Wang, Bochkovskiy, Liao 2022), deployed: RepConv is one 3x3 convolution. Ends in
// the three detection maps of 3 anchors x 85.
#include "zoo/yolo_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kDetections = 3 * 85;

// Efficient layer aggregation: two 1x1 and a chain of 3x3; those of the chain that `taken` says (from the
// last backwards) are joined with both.
struct Elan {
  std::int64_t wide, narrow;  // of the 1x1 and of the 3x3
  int chain;
  bool every;  // take all of the chain, else every second
  std::int64_t outputs;
};

Map elan(Builder& b, const Style& style, const Map& x, const Elan& e) {
  const Map first = layer(b, style, x, e.wide, 1), second = layer(b, style, x, e.wide, 1);
  std::vector<Map> chain = {second};
  for (int i = 0; i < e.chain; ++i) chain.push_back(layer(b, style, chain.back(), e.narrow, 3));
  std::vector<Map> joined;
  for (int i = e.chain; i >= 0; i -= e.every ? 1 : 2) joined.push_back(chain[static_cast<std::size_t>(i)]);
  joined.push_back(first);
  return layer(b, style, b.concat(joined), e.outputs, 1);
}

// ---- YOLOv7

constexpr Style kSilu = {Activation::silu};

// A pool and a strided convolution side by side.
std::vector<Map> halve(Builder& b, const Map& x, std::int64_t outputs) {
  const Map pooled = layer(b, kSilu, b.max_pool(x, square(2, 2, 0)), outputs, 1);
  return {layer(b, kSilu, layer(b, kSilu, x, outputs, 1), outputs, 3, 2), pooled};
}

// SPPCSPC
Map csp_pools(Builder& b, const Map& x, std::int64_t outputs) {
  const auto unit = [&](const Map& y, std::int64_t kernel) { return layer(b, kSilu, y, outputs, kernel); };
  std::vector<Map> pools = {unit(unit(unit(x, 1), 3), 1)};
  for (const std::int64_t kernel : {5, 9, 13}) pools.push_back(b.max_pool(pools.front(), same(kernel)));
  const Map deep = unit(unit(b.concat(pools), 1), 3);
  return unit(b.concat({deep, unit(x, 1)}), 1);
}

// The neck's blocks join all of the chain.
Map neck_elan(Builder& b, const Map& x, std::int64_t outputs) {
  return elan(b, kSilu, x, {outputs, outputs / 2, 4, true, outputs});
}

Map widen(Builder& b, const Map& coarse, const Map& fine, std::int64_t width) {
  const Map larger = b.upsample(layer(b, kSilu, coarse, width, 1));
  return neck_elan(b, b.concat({layer(b, kSilu, fine, width, 1), larger}), width);
}

Map narrow(Builder& b, const Map& fine, const Map& coarse, std::int64_t width) {
  std::vector<Map> maps = halve(b, fine, width);
  maps.push_back(coarse);
  return neck_elan(b, b.concat(maps), 2 * width);
}

void yolov7_640(Builder& b) {
  Map x = layer(b, kSilu, layer(b, kSilu, b.input(3, 640, 640), 32, 3), 64, 3, 2);
  x = layer(b, kSilu, layer(b, kSilu, x, 64, 3), 128, 3, 2);
  x = elan(b, kSilu, x, {64, 64, 4, false, 256});
  const Map fine = elan(b, kSilu, b.concat(halve(b, x, 128)), {128, 128, 4, false, 512});
  const Map middle = elan(b, kSilu, b.concat(halve(b, fine, 256)), {256, 256, 4, false, 1024});
  x = elan(b, kSilu, b.concat(halve(b, middle, 512)), {256, 256, 4, false, 1024});
  const Map coarse = csp_pools(b, x, 512);
  const Map down = widen(b, coarse, middle, 256);
  const Map first = widen(b, down, fine, 128);
  const Map second = narrow(b, first, down, 128), third = narrow(b, second, coarse, 256);
  for (const Map& map : {first, second, third})
    b.output(b.conv(layer(b, kSilu, map, 2 * map.channels, 3), kDetections, same(1)));
}

// ---- YOLOv7-tiny

constexpr Style kLeaky = {Activation::leaky_relu};

Map tiny_elan(Builder& b, const Map& x, std::int64_t width) {
  return elan(b, kLeaky, x, {width, width, 2, true, 2 * width});
}

Map tiny_pools(Builder& b, const Map& x) {
  const Map straight = layer(b, kLeaky, x, 256, 1), start = layer(b, kLeaky, x, 256, 1);
  std::vector<Map> pools = {start};
  for (const std::int64_t kernel : {5, 9, 13}) pools.push_back(b.max_pool(start, same(kernel)));
  return layer(b, kLeaky, b.concat({layer(b, kLeaky, b.concat(pools), 256, 1), straight}), 256, 1);
}

Map tiny_widen(Builder& b, const Map& coarse, const Map& fine, std::int64_t width) {
  const Map larger = b.upsample(layer(b, kLeaky, coarse, width, 1));
  return tiny_elan(b, b.concat({layer(b, kLeaky, fine, width, 1), larger}), width / 2);
}

Map tiny_narrow(Builder& b, const Map& fine, const Map& coarse) {
  const Map smaller = layer(b, kLeaky, fine, coarse.channels, 3, 2);
  return tiny_elan(b, b.concat({smaller, coarse}), coarse.channels / 2);
}

void yolov7_tiny(Builder& b) {
  const Window half = square(2, 2, 0);
  Map x = layer(b, kLeaky, layer(b, kLeaky, b.input(3, 640, 640), 32, 3, 2), 64, 3, 2);
  x = tiny_elan(b, x, 32);
  const Map fine = tiny_elan(b, b.max_pool(x, half), 64);
  const Map middle = tiny_elan(b, b.max_pool(fine, half), 128);
  const Map coarse = tiny_pools(b, tiny_elan(b, b.max_pool(middle, half), 256));
  const Map down = tiny_widen(b, coarse, middle, 128);
  const Map first = tiny_widen(b, down, fine, 64);
  const Map second = tiny_narrow(b, first, down), third = tiny_narrow(b, second, coarse);
  for (const Map& map : {first, second, third})
    b.output(b.conv(layer(b, kLeaky, map, 2 * map.channels, 3), kDetections, same(1)));
}

}  // namespace

Family yolov7() { return {{"yolov7_tiny_640", yolov7_tiny}, {"yolov7_640", yolov7_640}}; }

}  // namespace trireme::zoo

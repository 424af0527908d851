// SPDX-License-Identifier: Apache-2.0
// YOLOv6 v3.0 (Meituan) in its deployed form: every RepVGG block is one 3x3 convolution and a ReLU. Backbone
// EfficientRep, neck RepBiFPAN, one anchor-free head a scale: class scores and distances. n and s repeat such
// blocks and end in SimCSPSPPF; m has them in pairs inside of cross-stage partial blocks (CSPBep), ends in
// SimSPPF and gives distances as distributions.
#include "zoo/yolo_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr Style kRelu = {Activation::relu}, kSilu = {Activation::silu};

class Yolov6 {
 public:
  Yolov6(Builder& b, const Scale& scale, bool partial) : b_(b), scale_(scale), partial_(partial) {}

  void run() {
    for (const Map& map : neck(backbone())) head(map);
  }

 private:
  using Backbone = std::array<Map, 4>;  // strides 4, 8, 16, 32

  Map stage(const Map& x, std::int64_t full, int full_blocks) {
    const std::int64_t outputs = scale_.channels(full);
    const int blocks = scale_.repeats(full_blocks);
    return partial_ ? partial_pairs(x, outputs, blocks / 2) : rep_blocks(x, outputs, blocks);
  }
  Map rep_blocks(Map x, std::int64_t outputs, int blocks) {
    for (int i = 0; i < blocks; ++i) x = layer(b_, kRelu, x, outputs, 3);
    return x;
  }
  // BepC3: pairs of blocks on two thirds of the channels, each added to what enters it times a learned
  // number.
  Map partial_pairs(const Map& x, std::int64_t outputs, int pairs) {
    const std::int64_t hidden = outputs * 2 / 3;
    Map deep = layer(b_, kRelu, x, hidden, 1);
    for (int i = 0; i < pairs; ++i) {
      Map weighted = deep;
      weighted.name = b_.node("Mul", {deep.name, b_.reals({0.9F}, true)});
      deep = b_.add(rep_blocks(deep, hidden, 2), weighted);
    }
    return layer(b_, kRelu, b_.concat({deep, layer(b_, kRelu, x, hidden, 1)}), outputs, 1);
  }
  Map conv(const Map& x, std::int64_t outputs, std::int64_t kernel = 1, std::int64_t stride = 1) {
    return layer(b_, kRelu, x, scale_.channels(outputs), kernel, stride);
  }

  Backbone backbone() {
    Map x = conv(b_.input(3, 640, 640), 64, 3, 2);
    Backbone maps;
    const std::int64_t widths[] = {128, 256, 512, 1024};
    const int blocks[] = {6, 12, 18, 6};
    for (std::size_t i = 0; i < 4; ++i) x = maps[i] = stage(conv(x, widths[i], 3, 2), widths[i], blocks[i]);
    maps[3] = partial_ ? pool_pyramid(b_, kRelu, x, x.channels, true) : csp_pools(x);
    return maps;
  }

  // SimCSPSPPF: the chained pools on one half of the channels.
  Map csp_pools(const Map& x) {
    const std::int64_t half = x.channels / 2;
    const auto unit = [&](const Map& y, std::int64_t kernel) { return layer(b_, kRelu, y, half, kernel); };
    std::vector<Map> pools = {unit(unit(unit(x, 1), 3), 1)};
    const Map straight = unit(x, 1);
    for (int i = 0; i < 3; ++i) pools.push_back(b_.max_pool(pools.back(), same(5)));
    const Map deep = unit(unit(b_.concat(pools), 1), 3);
    return layer(b_, kRelu, b_.concat({straight, deep}), x.channels, 1);
  }

  // BiFusion: the coarser map enlarged, this one, the finer one halved.
  Map fuse(const Map& coarser, const Map& here, const Map& finer, std::int64_t outputs) {
    const Map enlarged = b_.conv_transpose(coarser, scale_.channels(outputs), 2, 2);
    const Map middle = conv(here, outputs);
    const Map halved = conv(conv(finer, outputs), outputs, 3, 2);
    return conv(b_.concat({enlarged, middle, halved}), outputs);
  }

  Pyramid neck(const Backbone& in) {
    const Map coarse = conv(in[3], 256);
    const Map middle = conv(stage(fuse(coarse, in[2], in[1], 256), 256, 12), 128);
    const Map fine = stage(fuse(middle, in[1], in[0], 128), 128, 12);
    const Map up = stage(b_.concat({conv(fine, 128, 3, 2), middle}), 256, 12);
    return {fine, up, stage(b_.concat({conv(up, 256, 3, 2), coarse}), 512, 12)};
  }

  void head(const Map& x) {
    const std::int64_t distances = partial_ ? 4 * 17 : 4;
    const Map stem = layer(b_, kSilu, x, x.channels, 1);
    b_.output(b_.conv(layer(b_, kSilu, stem, x.channels, 3), 80, same(1)));
    b_.output(b_.conv(layer(b_, kSilu, stem, x.channels, 3), distances, same(1)));
  }

  Builder& b_;
  Scale scale_;
  bool partial_;
};

}  // namespace

Family yolov6() {
  const auto recipe = [](const char* name, const Scale& scale, bool partial) -> Recipe {
    return {name, [scale, partial](Builder& b) { Yolov6(b, scale, partial).run(); }};
  };
  return {recipe("yolov6n_640", {0.33, 0.25}, false), recipe("yolov6s_640", {0.33, 0.5}, false),
          recipe("yolov6m_640", {0.6, 0.75}, true)};
}

}  // namespace trireme::zoo

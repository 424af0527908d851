// SPDX-License-Identifier: Apache-2.0
// YOLOX (Ge et al. 2021): Focus stem, CSPDarknet, side-by-side pools, a decoupled head a scale. Ends in
// boxes, objectness and class scores before they are decoded.
#include "zoo/yolo_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr Style kSilu = {Activation::silu};

class Yolox {
 public:
  Yolox(Builder& b, const Scale& scale) : b_(b), scale_(scale) {}

  void run() {
    for (const Map& map : neck(backbone())) head(map);
  }

 private:
  Map unit(const Map& x, std::int64_t outputs, std::int64_t kernel, std::int64_t stride = 1) {
    return layer(b_, kSilu, x, scale_.channels(outputs), kernel, stride);
  }
  Map csp(const Map& x, std::int64_t outputs, int blocks, bool shortcut) {
    return csp3(b_, kSilu, x, scale_.channels(outputs), scale_.repeats(blocks), {shortcut, 1, 0});
  }

  // Every second pixel, from each of the four places.
  Map focus(const Map& x) {
    std::vector<Map> parts;
    for (const auto& [row, column] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
      Map part = {"", x.channels, x.height / 2, x.width / 2};
      part.name = b_.node("Slice", {x.name, b_.integers({row, column}), b_.integers({x.height, x.width}),
                                    b_.integers({2, 3}), b_.integers({2, 2})});
      parts.push_back(part);
    }
    return unit(b_.concat(parts), 64, 3);
  }

  Pyramid backbone() {
    Map x = csp(unit(focus(b_.input(3, 640, 640)), 128, 3, 2), 128, 3, true);
    const Map fine = csp(unit(x, 256, 3, 2), 256, 9, true);
    const Map middle = csp(unit(fine, 512, 3, 2), 512, 9, true);
    x = unit(middle, 1024, 3, 2);
    x = pool_pyramid(b_, kSilu, x, x.channels, false);
    return {fine, middle, csp(x, 1024, 3, false)};
  }

  Pyramid neck(const Pyramid& in) {
    const Map coarse = unit(in[2], 512, 1);
    const Map middle = unit(csp(b_.concat({b_.upsample(coarse), in[1]}), 512, 3, false), 256, 1);
    const Map fine = csp(b_.concat({b_.upsample(middle), in[0]}), 256, 3, false);
    const Map up = csp(b_.concat({unit(fine, 256, 3, 2), middle}), 512, 3, false);
    return {fine, up, csp(b_.concat({unit(up, 512, 3, 2), coarse}), 1024, 3, false)};
  }

  void head(const Map& x) {
    const Map stem = unit(x, 256, 1);
    const Map classes = unit(unit(stem, 256, 3), 256, 3), boxes = unit(unit(stem, 256, 3), 256, 3);
    b_.output(b_.conv(boxes, 4, same(1)));
    b_.output(b_.conv(boxes, 1, same(1)));
    b_.output(b_.conv(classes, 80, same(1)));
  }

  Builder& b_;
  Scale scale_;
};

}  // namespace

Family yolox() {
  return {{"yolox_s_640",
           [](Builder& b) {
             Yolox(b, {1.0 / 3, 0.5}).run();
           }},
          {"yolox_m_640", [](Builder& b) {
             Yolox(b, {2.0 / 3, 0.75}).run();
           }}};
}

}  // namespace trireme::zoo

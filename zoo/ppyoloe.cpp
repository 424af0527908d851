// SPDX-License-Identifier: Apache-2.0
// PP-YOLOE (PaddleDetection) in its deployed form: every RepVGG block is one 3x3 convolution. Backbone
// CSPRepResNet, neck CustomCSPPAN, a head that weighs channels by a map's averages (ESE).
#include "zoo/yolo_layers.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr Style kSwish = {Activation::silu};

class PpYoloe {
 public:
  PpYoloe(Builder& b, const Scale& scale) : b_(b), scale_(scale) {}

  void run() {
    for (const Map& map : neck(backbone())) head(map);
  }

 private:
  Map conv(const Map& x, std::int64_t outputs, std::int64_t kernel = 1, std::int64_t stride = 1) {
    return layer(b_, kSwish, x, outputs, kernel, stride);
  }
  Map block(const Map& x, bool shortcut) {
    const Map y = conv(conv(x, x.channels, 3), x.channels, 3);
    return shortcut ? b_.add(x, y) : y;
  }
  // A factor a channel, from the averages of the map.
  Map weigh(const Map& x, const std::string& gate) {
    const Map averages = b_.conv(b_.global_average(x), x.channels, same(1));
    const std::string factors = b_.node(gate, {averages.name});
    if (gate == "HardSigmoid") b_.set("alpha", 1.0F / 6);
    Map result = x;
    result.name = b_.node("Mul", {x.name, factors});
    return result;
  }

  Map backbone_stage(const Map& x, std::int64_t outputs, int blocks) {
    const std::int64_t middle = (x.channels + outputs) / 2;
    const Map half = conv(x, middle, 3, 2);
    const Map straight = conv(half, middle / 2);
    Map deep = conv(half, middle / 2);
    for (int i = 0; i < blocks; ++i) deep = block(deep, true);
    return conv(weigh(b_.concat({straight, deep}), "HardSigmoid"), outputs);
  }
  Pyramid backbone() {
    const std::int64_t stem = scale_.channels(64);
    Map x = conv(b_.input(3, 640, 640), stem / 2, 3, 2);
    x = conv(conv(x, stem / 2, 3), stem, 3);
    x = backbone_stage(x, scale_.channels(128), scale_.repeats(3));
    const Map fine = backbone_stage(x, scale_.channels(256), scale_.repeats(6));
    const Map middle = backbone_stage(fine, scale_.channels(512), scale_.repeats(6));
    return {fine, middle, backbone_stage(middle, scale_.channels(1024), scale_.repeats(3))};
  }

  // `pools`: 5, 9 and 13 side by side behind the middle block.
  Map neck_stage(const Map& x, std::int64_t outputs, bool pools = false) {
    const int blocks = scale_.repeats(3);
    const Map straight = conv(x, outputs / 2);
    Map deep = conv(x, outputs / 2);
    for (int i = 0; i < blocks; ++i) {
      deep = block(deep, false);
      if (!pools || i != (blocks - 1) / 2) continue;
      std::vector<Map> maps = {deep};
      for (const std::int64_t kernel : {5, 9, 13}) maps.push_back(b_.max_pool(deep, same(kernel)));
      deep = conv(b_.concat(maps), outputs / 2);
    }
    return conv(b_.concat({straight, deep}), outputs);
  }
  Pyramid neck(const Pyramid& in) {
    const auto enlarged = [&](const Map& x) { return b_.upsample(conv(x, x.channels / 2)); };
    const Map coarse = neck_stage(in[2], scale_.channels(768), true);
    const Map middle = neck_stage(b_.concat({enlarged(coarse), in[1]}), scale_.channels(384));
    const Map fine = neck_stage(b_.concat({enlarged(middle), in[0]}), scale_.channels(192));
    const Map up = neck_stage(b_.concat({conv(fine, fine.channels, 3, 2), middle}), scale_.channels(384));
    return {fine, up, neck_stage(b_.concat({conv(up, up.channels, 3, 2), coarse}), scale_.channels(768))};
  }

  void head(const Map& x) {
    const auto stem = [&] { return conv(weigh(x, "Sigmoid"), x.channels); };
    b_.output(b_.conv(b_.add(stem(), x), 80, same(3)));
    b_.output(b_.conv(stem(), 4 * 17, same(3)));  // distances as distributions
  }

  Builder& b_;
  Scale scale_;
};

}  // namespace

Family ppyoloe() {
  return {{"ppyoloe_s_640",
           [](Builder& b) {
             PpYoloe(b, {0.33, 0.5}).run();
           }},
          {"ppyoloe_m_640", [](Builder& b) {
             PpYoloe(b, {0.67, 0.75}).run();
           }}};
}

}  // namespace trireme::zoo

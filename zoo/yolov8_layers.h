// SPDX-License-Identifier: Apache-2.0
// YOLOv8 and YOLO11 have one frame: a backbone of stages, a neck down and up the pyramid, a decoupled head.
// They differ in the block that a stage repeats and in the class branch.
#pragma once

#include <functional>

#include "zoo/yolo_layers.h"

namespace trireme::zoo {

constexpr Style kUltralytics = {Activation::silu};

class UltralyticsFrame {
 public:
  virtual ~UltralyticsFrame() = default;
  UltralyticsFrame(Builder& b, const Scale& scale, bool segments)
      : b_(b), scale_(scale), segments_(segments) {}
  void run();

 protected:
  virtual Pyramid backbone() = 0;
  virtual Map neck_block(const Map& x, std::int64_t outputs) = 0;
  virtual Map class_branch(const Map& x, std::int64_t width) = 0;
  Map down(const Map& x, std::int64_t outputs);

  Builder& b_;
  Scale scale_;
  bool segments_;

 private:
  Pyramid neck(const Pyramid& in);
  void detect(const Pyramid& maps);
};

// Split in two; each bottleneck continues the last part, all parts are joined (C2f). `hidden`: channels of a
// part.
using Block = std::function<Map(const Map&)>;
Map split_and_join(Builder& b, const Map& x, std::int64_t hidden, std::int64_t outputs, int blocks,
                   const Block& block);

}  // namespace trireme::zoo

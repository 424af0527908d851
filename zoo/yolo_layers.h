// SPDX-License-Identifier: Apache-2.0
// Modules that several YOLO generations share.
#pragma once

#include "zoo/builder.h"

namespace trireme::zoo {

// How a generation writes its convolutions: with one activation throughout.
struct Style {
  Activation activation = Activation::silu;
};

Map layer(Builder& b, const Style& style, const Map& x, std::int64_t outputs, std::int64_t kernel,
          std::int64_t stride = 1);

// A family's sizes: channels are multiplied by width and rounded up to a multiple of 8, repeats by depth.
struct Scale {
  double depth = 1, width = 1;
  std::int64_t most_channels = 1024;
  std::int64_t channels(std::int64_t full) const;
  int repeats(int full) const;
};

// 1x1, then 3x3, and around both, with equal sizes, a sum if `shortcut`.
struct Bottleneck {
  bool shortcut = true;
  std::int64_t first_kernel = 1;
  std::int64_t hidden = 0;  // channels between them; 0: those of the output
};
Map bottleneck(Builder& b, const Style& style, const Map& x, std::int64_t outputs, const Bottleneck& kind);

// Cross-stage partial block of three 1x1 convolutions: bottlenecks on one half of the channels (C3).
Map csp3(Builder& b, const Style& style, const Map& x, std::int64_t outputs, int blocks,
         const Bottleneck& kind);

// Max pools 5x5 one after the other, joined (SPPF), or 5, 9, 13 side by side (SPP).
Map pool_pyramid(Builder& b, const Style& style, const Map& x, std::int64_t outputs, bool chained);

// Masks of the segmenting variants: 32 prototypes at a quarter of the input's size.
constexpr std::int64_t kMasks = 32;
Map prototypes(Builder& b, const Style& style, const Map& x, std::int64_t width, bool learned_upsampling);

}  // namespace trireme::zoo

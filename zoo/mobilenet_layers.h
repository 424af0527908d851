// SPDX-License-Identifier: Apache-2.0
// MobileNetV1's layers, which SSD builds on.
#pragma once

#include "zoo/builder.h"

namespace trireme::zoo {

// Depthwise 3x3, pointwise 1x1, each with the activation; `window` of the depthwise one.
Map separable(Builder& b, const Map& x, std::int64_t outputs, const Window& window, Activation activation);

}  // namespace trireme::zoo

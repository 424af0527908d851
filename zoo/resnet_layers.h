// SPDX-License-Identifier: Apache-2.0
// ResNet v1's stages, which RetinaFace builds on.
#pragma once

#include "zoo/builder.h"

namespace trireme::zoo {

// Where the first block of a stage halves the map: in its first 1x1 (as published) or in its 3x3 (PyTorch).
enum class StrideAt { first, middle };

// Stem and four stages of ResNet-50: their maps, strides 4 to 32.
std::vector<Map> resnet50_stages(Builder& b, const Map& x, StrideAt at);

}  // namespace trireme::zoo

// SPDX-License-Identifier: Apache-2.0
// What the operators with a sliding weight share.
#pragma once

#include "model/import/onnx/operators/window.h"

namespace trireme {

// Takes the kernel's size from the weight [a,b,h,w] or [a,b,w]; leaves the node, with a complaint, if the
// attributes say otherwise.
void set_kernel(OnnxNode& node, OnnxWindow& read, const Shape& data, const Shape& weight);

}  // namespace trireme

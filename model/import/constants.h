// SPDX-License-Identifier: Apache-2.0
// The few operations on constants that importers need at once, within a budget for the whole model.
#pragma once

#include "model/import/onnx/tensors.h"
#include "tensor/tensor.h"

namespace trireme {

// Training that diverged leaves NaN and infinity behind; a network with them computes nothing of use.
void require_finite_constant(const Tensor& tensor);  // Error without a place

}  // namespace trireme

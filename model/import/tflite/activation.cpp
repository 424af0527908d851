// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/activation.h"

#include <fmt/format.h>

namespace trireme {

void check_activation(TfliteNode& node, FusedActivation activation) {
  switch (activation) {
    case FusedActivation::NONE:
    case FusedActivation::RELU:
    case FusedActivation::RELU6:
    case FusedActivation::RELU_N1_TO_1:
      return;
    case FusedActivation::TANH:
      if (!node.declared().quantization.quantized()) return;
      [[fallthrough]];  // codes of one scale for both sides of tanh: no runtime computes this
    default:
      node.unsupported(fmt::format("the fused activation {} is not supported", static_cast<int>(activation)),
                       "none, RELU, RELU_N1_TO_1, RELU6; TANH of float32");
  }
}

ActivationNode activation_node(FusedActivation activation) {
  switch (activation) {
    case FusedActivation::RELU:
      return {"relu", {}};
    case FusedActivation::RELU6:
      return {"relun", ClipAttributes{0, 6}};
    case FusedActivation::RELU_N1_TO_1:
      return {"relun", ClipAttributes{-1, 1}};
    case FusedActivation::TANH:
      return {"tanh", {}};
    default:
      internal_error("a fused activation that was not checked");
  }
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

void import_batch_normalization(OnnxNode& node) {
  const BatchNormAttributes a{node.real("epsilon", 1e-5F)};
  if (node.flag("training_mode", false)) {
    node.unsupported("attribute 'training_mode' is 1", "export the model for inference: model.eval()");
  }
  if (!node.flag("spatial", true))
    node.unsupported("attribute 'spatial' is 0", "1: one mean for each channel");
  node.result("batchnormalize", a,
              {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
}

}  // namespace

const OnnxFamily& onnx_normalization_family() {
  // "momentum" matters in training only.
  static const OnnxFamily rows = {{"BatchNormalization",
                                   5,
                                   5,
                                   {"epsilon", "momentum", "spatial", "training_mode"},
                                   import_batch_normalization}};
  return rows;
}

}  // namespace trireme

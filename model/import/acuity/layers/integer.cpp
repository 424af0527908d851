// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {

const LayerFamily& integer_layers() {
  static const LayerFamily rows = {
      {"matmul_integer", {}, 0, nullptr, nullptr},
      {"dynamic_quantize", {}, 0, nullptr, nullptr},
  };
  return rows;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

// "axis" and "bias" of multiply tell how a second input is to be broadcast; here shapes alone decide that.
std::any read_multiply(LayerParameters& p) {
  p.ignore({"axis", "bias"});
  return {};
}

}  // namespace

const LayerFamily& elementwise_layers() {
  static const LayerFamily rows = {
      {"add", {}, 0, nullptr, nullptr},
      {"multiply", {}, 0, nullptr, read_multiply},
  };
  return rows;
}

}  // namespace trireme

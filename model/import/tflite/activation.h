// SPDX-License-Identifier: Apache-2.0
// The activation that an operator may carry with it.
#pragma once

#include <any>
#include <string>

#include "model/import/tflite/node_reader.h"

namespace trireme {

struct ActivationNode {
  std::string op;
  std::any attributes;
};

// Complains about those that cannot become a node.
void check_activation(TfliteNode& node, FusedActivation activation);
ActivationNode activation_node(FusedActivation activation);  // any but NONE, checked

}  // namespace trireme

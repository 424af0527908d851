// SPDX-License-Identifier: Apache-2.0
// Models of one node.
#pragma once

#include <string>
#include <vector>

#include "tests/model/onnx_builder.h"

namespace trireme {

// x -> op -> y with one input.
inline OnnxBuilder unary(const std::string& op, const Shape& shape, std::int64_t opset = 13) {
  OnnxBuilder m(opset);
  m.input("x", shape);
  m.node(op, {"x"}, {"y"});
  m.output("y");
  return m;
}
inline NodeBuilder only_node(OnnxBuilder& m) {
  return NodeBuilder(*m.model.mutable_graph()->mutable_node(0));
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Quantized ONNX models made in a test.
#pragma once

#include "tests/model/onnx_builder.h"

namespace trireme {

class QuantizedBuilder : public OnnxBuilder {
 public:
  using OnnxBuilder::OnnxBuilder;

  // 4-bit types have no name in the message classes of some installed libraries: 21 and 22.
  onnx::TensorProto& codes(const std::string& name, const Shape& shape, const std::vector<int>& values,
                           int type = onnx::TensorProto::INT8) {
    auto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t dim : shape) tensor.add_dims(dim);
    for (const int value : values) tensor.add_int32_data(value);
    return tensor;
  }
  // Scale NAME_s and zero point NAME_z of a tensor.
  void parameters(const std::string& name, float scale, int zero_point, int type = onnx::TensorProto::INT8) {
    floats(name + "_s", {}, {scale});
    codes(name + "_z", {}, {zero_point}, type);
  }
  NodeBuilder quantize(const std::string& real, const std::string& to) {
    return node("QuantizeLinear", {real, to + "_s", to + "_z"}, {to});
  }
  NodeBuilder dequantize(const std::string& from, const std::string& real) {
    return node("DequantizeLinear", {from, from + "_s", from + "_z"}, {real});
  }
};

// x (int8, scale 0.5, zero point -3) -> dequantize -> Conv 1x1 of 2 channels -> [op] -> quantize y (scale
// 0.25). The weights have the scales 0.125 and 2, the bias 0.0625 and 1.
inline QuantizedBuilder quantized_convolution(const std::string& op = {}, int zero_point = -128) {
  QuantizedBuilder m;
  m.input("x", {1, 1, 2, 2}).mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT8);
  m.parameters("x", 0.5F, -3);
  m.parameters("y", 0.25F, zero_point);
  m.codes("w", {2, 1, 1, 1}, {7, -9});
  m.floats("w_s", {2}, {0.125F, 2});
  m.codes("w_z", {2}, {0, 0});
  m.codes("b", {2}, {1000, -1}, onnx::TensorProto::INT32);
  m.floats("b_s", {2}, {0.0625F, 1});
  m.codes("b_z", {2}, {0, 0}, onnx::TensorProto::INT32);
  m.dequantize("x", "xr");
  m.dequantize("w", "wr").integer("axis", 0);
  m.dequantize("b", "br").integer("axis", 0);
  m.node("Conv", {"xr", "wr", "br"}, {"c"});
  if (!op.empty()) m.node(op, {"c"}, {"r"});
  m.quantize(op.empty() ? "c" : "r", "y");
  m.output("y");
  return m;
}

inline std::vector<std::string> operators_of(const Graph& graph) {
  std::vector<std::string> ops;
  for (const Node& node : graph.nodes) ops.push_back(node.op);
  return ops;
}
inline std::vector<int> codes_of(const Value& value) {
  std::vector<int> codes;
  for (std::int64_t i = 0; i < value.constant->size(); ++i)
    codes.push_back(static_cast<int>(element(*value.constant, i)));
  return codes;
}

}  // namespace trireme

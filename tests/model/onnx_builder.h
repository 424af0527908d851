// SPDX-License-Identifier: Apache-2.0
// Small ONNX models made in a test, and a way to import them.
#pragma once

#ifndef ONNX_ML  // as the library that brings the message classes was built
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "model/import/import.h"
#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {

// A node whose attributes can be set in a chain: model.node("Conv", {"x", "w"}, {"y"}).ints("pads", {0, 0, 1,
// 1});
class NodeBuilder {
 public:
  explicit NodeBuilder(onnx::NodeProto& node) : proto(node) {}
  NodeBuilder& integer(const char* name, std::int64_t value) {
    add(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
  }
  NodeBuilder& real(const char* name, float value) {
    add(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  NodeBuilder& text(const char* name, const char* value) {
    add(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  NodeBuilder& ints(const char* name, const std::vector<std::int64_t>& values) {
    auto& attribute = add(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
    return *this;
  }
  NodeBuilder& named(const char* name) {
    proto.set_name(name);
    return *this;
  }
  onnx::AttributeProto& add(const char* name, onnx::AttributeProto::AttributeType type) {
    auto* attribute = proto.add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return *attribute;
  }

  onnx::NodeProto& proto;
};

class OnnxBuilder {
 public:
  explicit OnnxBuilder(std::int64_t opset = 13) {
    model.set_ir_version(8);
    model.set_producer_name("test");
    model.add_opset_import()->set_version(opset);
  }

  onnx::ValueInfoProto& input(const std::string& name, const Shape& shape) {
    return describe(*model.mutable_graph()->add_input(), name, shape);
  }
  OnnxBuilder& output(const std::string& name) {
    model.mutable_graph()->add_output()->set_name(name);
    return *this;
  }
  onnx::TensorProto& floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    auto& tensor = initializer(name, shape, onnx::TensorProto::FLOAT);
    for (const float value : values) tensor.add_float_data(value);
    return tensor;
  }
  onnx::TensorProto& integers(const std::string& name, const Shape& shape,
                              const std::vector<std::int64_t>& values) {
    auto& tensor = initializer(name, shape, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return tensor;
  }
  // Zeros are enough where only shapes matter.
  onnx::TensorProto& zeros(const std::string& name, const Shape& shape) {
    return floats(name, shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), 0.0F));
  }
  NodeBuilder node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
    auto* proto = model.mutable_graph()->add_node();
    proto->set_op_type(op);
    proto->set_name(op + "_" + outputs[0]);
    for (const auto& name : inputs) proto->add_input(name);
    for (const auto& name : outputs) proto->add_output(name);
    return NodeBuilder(*proto);
  }

  Graph import(const ImportOptions& options = {}) const {
    TempFolder folder;
    const auto path = folder / "m.onnx";
    write_file(path, std::string_view(model.SerializeAsString()));
    return import_onnx(path, options);
  }

  onnx::ModelProto model;

 private:
  onnx::ValueInfoProto& describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape) {
    info.set_name(name);
    auto* type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape();
    for (const std::int64_t dim : shape) type->mutable_shape()->add_dim()->set_dim_value(dim);
    return info;
  }
  onnx::TensorProto& initializer(const std::string& name, const Shape& shape,
                                 onnx::TensorProto::DataType type) {
    auto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const std::int64_t dim : shape) tensor->add_dims(dim);
    return *tensor;
  }
};

// x -> Conv(3x3, 1 to 2 channels) -> Relu -> Flatten -> Gemm -> y, on a 4x4 map.
inline OnnxBuilder small_onnx_model() {
  OnnxBuilder m;
  m.input("x", {1, 1, 4, 4});
  m.floats("w", {2, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1});
  m.floats("b", {2}, {0.5F, -0.5F});
  m.floats("fw", {3, 8}, std::vector<float>(24, 0.25F));
  m.node("Conv", {"x", "w", "b"}, {"c"});
  m.node("Relu", {"c"}, {"r"});
  m.node("Flatten", {"r"}, {"f"});
  m.node("Gemm", {"f", "fw"}, {"y"}).integer("transB", 1);
  m.output("y");
  return m;
}

inline const Value& value_named(const Graph& graph, const std::string& name) {
  const ValueId id = graph.find_value(name);
  if (id == kNone) throw Error({}, "the graph has no value '" + name + "'");
  return graph.values[id];
}
inline const Node& producer_of(const Graph& graph, const std::string& name) {
  return graph.nodes.at(value_named(graph, name).producer);
}
inline std::vector<float> floats_of(const Value& value) {
  const float* data = value.constant->data<float>();
  return {data, data + value.constant->size()};
}

}  // namespace trireme

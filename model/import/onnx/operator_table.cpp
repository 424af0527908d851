// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operator_table.h"

#include <map>

namespace trireme {
namespace {

using Table = std::map<std::string, const OnnxOperator*>;

Table make_table() {
  Table table;
  for (const OnnxFamily* family :
       {&onnx_convolution_family(),  &onnx_pooling_family(),       &onnx_dense_family(),
        &onnx_activation_family(),   &onnx_normalization_family(), &onnx_elementwise_family(),
        &onnx_shape_family(),        &onnx_movement_family(),      &onnx_indexing_family(),
        &onnx_resize_family(),       &onnx_reduction_family(),     &onnx_constant_family(),
        &onnx_unary_family(),        &onnx_recurrent_family(),     &onnx_detection_family(),
        &onnx_quantization_family(), &onnx_qlinear_family(),       &onnx_qlinear_contrib_family(),
        &onnx_integer_family(),      &onnx_attention_family()}) {
    for (const OnnxOperator& row : *family) {
      if (!table.emplace(row.op_type, &row).second)
        internal_error("ONNX operator '" + row.op_type + "' listed twice");
    }
  }
  return table;
}

const Table& table() {
  static const Table instance = make_table();
  return instance;
}

}  // namespace

std::string onnx_operator_name(const onnx::NodeProto& node) {
  const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  return standard ? node.op_type() : node.domain() + "." + node.op_type();
}

const OnnxOperator* find_onnx_operator(const onnx::NodeProto& node) {
  const auto found = table().find(onnx_operator_name(node));
  return found == table().end() ? nullptr : found->second;
}

std::vector<std::string> onnx_operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, row] : table()) names.push_back(name);
  return names;
}

}  // namespace trireme

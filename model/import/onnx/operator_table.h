// SPDX-License-Identifier: Apache-2.0
// ONNX operators and the functions that import them: one file a family in operators/. A new operator is one
// row in its family's file; a new family is declared here and listed once in operator_table.cpp.
#pragma once

#include <string>
#include <vector>

#include "model/import/onnx/node_reader.h"

namespace trireme {

struct OnnxOperator {
  std::string op_type;  // with its domain unless that is the standard one
  int min_inputs = 1, max_inputs = 1;
  std::vector<std::string> attributes;  // those that some supported opset defines; any other is a problem
  void (*import)(OnnxNode& node) = nullptr;
  int max_outputs = 1;  // outputs behind these may be named, but not used
};
using OnnxFamily = std::vector<OnnxOperator>;
constexpr int kAnyNumberOfInputs = std::numeric_limits<int>::max();
constexpr int kAnyNumberOfOutputs = std::numeric_limits<int>::max();

const OnnxFamily& onnx_convolution_family();
const OnnxFamily& onnx_pooling_family();
const OnnxFamily& onnx_dense_family();
const OnnxFamily& onnx_activation_family();
const OnnxFamily& onnx_normalization_family();
const OnnxFamily& onnx_elementwise_family();
const OnnxFamily& onnx_shape_family();
const OnnxFamily& onnx_movement_family();
const OnnxFamily& onnx_indexing_family();
const OnnxFamily& onnx_resize_family();
const OnnxFamily& onnx_reduction_family();
const OnnxFamily& onnx_constant_family();
const OnnxFamily& onnx_quantization_family();     // QuantizeLinear, DequantizeLinear
const OnnxFamily& onnx_integer_family();          // ConvInteger, MatMulInteger, DynamicQuantizeLinear
const OnnxFamily& onnx_qlinear_family();          // QLinearConv, QLinearMatMul
const OnnxFamily& onnx_qlinear_contrib_family();  // of ONNX Runtime's own domain
const OnnxFamily& onnx_unary_family();
const OnnxFamily& onnx_recurrent_family();
const OnnxFamily& onnx_detection_family();
const OnnxFamily& onnx_attention_family();

// As the table names it: "Conv", or with its domain, "com.microsoft.QLinearAdd".
std::string onnx_operator_name(const onnx::NodeProto& node);
const OnnxOperator* find_onnx_operator(const onnx::NodeProto& node);  // null if it is not supported
std::vector<std::string> onnx_operator_names();
// Any operator of the standard domain, supported or not.
bool is_standard_onnx_operator(const std::string& op_type);

}  // namespace trireme

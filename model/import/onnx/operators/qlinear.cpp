// SPDX-License-Identifier: Apache-2.0
// QLinearConv and QLinearMatMul: operators on codes, each tensor followed by its scale and zero point.
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/convolution.h"
#include "model/import/onnx/operators/qlinear.h"

namespace trireme {
namespace {

// Inputs: x, its parameters (1, 2), w (3), its parameters (4, 5), parameters of y (6, 7), bias (8).
void import_qlinear_conv(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  const std::int64_t groups = node.integer("group", 1);
  const Shape weight = node.constant(3, "the weight").shape;
  const Shape data = node.shape(0);
  if (weight.size() != 4 || data.size() != 4) {
    return node.unsupported(fmt::format("a convolution of {} by {}", to_string(data), to_string(weight)),
                            "convolutions of two dimensions are supported: [n,c,h,w] by [out,in,h,w]");
  }
  set_kernel(node, read, data, weight);
  const Quantization x = read_tensor_parameters(node, {1, 2});
  const Quantization kernel = read_parameters(node, {4, 5}, DataType::uint8, weight, 0);
  const Quantization y = read_tensor_parameters(node, {6, 7});

  std::vector<ValueId> inputs = {node.codes_input(0, x, "_data"), node.codes_input(3, kernel, "_weight")};
  if (node.has_input(8))
    inputs.push_back(node.step_codes("_bias", node.constant(8, "the bias"), bias_parameters(x, kernel)));
  node.result_codes("convolution", ConvolutionAttributes{resolve_pads(read, data[2], data[3]), groups},
                    std::move(inputs), y);
}

// Inputs: a, its parameters (1, 2), b (3), its parameters (4, 5), parameters of y (6, 7).
void import_qlinear_matmul(OnnxNode& node) {
  const Quantization a = read_tensor_parameters(node, {1, 2});
  const Shape shape = node.shape(3);
  const auto last = static_cast<std::int64_t>(shape.size()) - 1;
  const Quantization b = read_parameters(node, {4, 5}, DataType::uint8, shape, last);
  const Quantization y = read_tensor_parameters(node, {6, 7});
  const ValueId data = node.codes_input(0, a, "_data");
  if (!node.is_constant(3) || shape.size() != 2)
    return node.result_codes("matmul", {}, {data, node.codes_input(3, b, "_other")}, y);
  const ValueId weight = import_codes_matrix(node, 3, b, false);
  const auto axis = static_cast<std::int64_t>(node.shape(0).size()) - 1;
  node.result_codes("fullconnect", FullconnectAttributes{axis}, {data, weight}, y);
}

}  // namespace

ValueId import_codes_matrix(OnnxNode& node, std::size_t i, Quantization parameters, bool is_out_by_in) {
  const Tensor& matrix = node.constant(i, "the weight");
  if (parameters.per_channel()) parameters.channel_axis = 0;
  return node.step_codes("_weight", is_out_by_in ? matrix : permuted(matrix, {1, 0}, node.budget()),
                         parameters);
}

const OnnxFamily& onnx_qlinear_family() {
  static const OnnxFamily rows = {
      {"QLinearConv",
       8,
       9,
       {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"},
       import_qlinear_conv},
      {"QLinearMatMul", 8, 8, {}, import_qlinear_matmul},
  };
  return rows;
}

}  // namespace trireme

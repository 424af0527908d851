// SPDX-License-Identifier: Apache-2.0
// Operators on integers without scales. Zero points are their inputs 2 and 3.
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/convolution.h"

namespace trireme {
namespace {

void import_matmul_integer(OnnxNode& node) {
  node.result("matmul_integer", {},
              {node.input(0), node.input(1), node.optional_input(2), node.optional_input(3)});
}

void import_conv_integer(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  const std::int64_t groups = node.integer("group", 1);
  const Shape data = node.shape(0);
  set_kernel(node, read, data, node.shape(1));
  const std::int64_t height = data.size() == 4 ? data[2] : 1;
  const ConvolutionAttributes a{resolve_pads(read, height, data.back()), groups};
  map_result(node, data.size(), "convolution_integer", a,
             {as_map(node, node.input(0), "_input"), as_map(node, node.input(1), "_weight"),
              node.optional_input(2), node.optional_input(3)});
}

void import_dynamic_quantize(OnnxNode& node) { node.results("dynamic_quantize", {}, {node.input(0)}, 3); }

}  // namespace

const OnnxFamily& onnx_integer_family() {
  static const OnnxFamily rows = {
      {"MatMulInteger", 2, 4, {}, import_matmul_integer},
      {"ConvInteger",
       2,
       4,
       {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"},
       import_conv_integer},
      {"DynamicQuantizeLinear", 1, 1, {}, import_dynamic_quantize, 3},
  };
  return rows;
}

}  // namespace trireme

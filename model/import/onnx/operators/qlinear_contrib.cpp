// SPDX-License-Identifier: Apache-2.0
// The quantized operators of ONNX Runtime's own domain (ContribOperators.md): each is dequantize, the float
// operator, quantize, in one node.
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/qlinear.h"
#include "model/import/onnx/operators/window.h"

namespace trireme {
namespace {

// Inputs: a and b, each with its parameters, parameters of y.
void import_binary(OnnxNode& node, const char* op) {
  const Quantization a = read_tensor_parameters(node, {1, 2});
  const Quantization b = read_tensor_parameters(node, {4, 5});
  const Quantization y = read_tensor_parameters(node, {6, 7});
  const ValueId first = node.codes_input(0, a, "_a");
  const ValueId second = node.codes_input(3, b, "_b");
  const bool swap = node.is_constant(0) && !node.is_constant(3);  // the graph has data before constants
  node.result_codes(op, {}, swap ? std::vector{second, first} : std::vector{first, second}, y);
}

void import_add(OnnxNode& node) { import_binary(node, "add"); }
void import_multiply(OnnxNode& node) { import_binary(node, "multiply"); }

// Inputs: x with its parameters, parameters of y.
void import_unary(OnnxNode& node, const char* op, std::any attributes) {
  const Quantization x = read_tensor_parameters(node, {1, 2});
  const Quantization y = read_tensor_parameters(node, {3, 4});
  node.result_codes(op, std::move(attributes), {node.codes_input(0, x, "_data")}, y);
}

void import_sigmoid(OnnxNode& node) { import_unary(node, "sigmoid", {}); }
void import_leaky_relu(OnnxNode& node) {
  const LeakyReluAttributes a{node.real("alpha", 0.01F)};
  import_unary(node, "leakyrelu", a);
}

// Before opset 13 all axes from `axis` on together are one softmax (numbers of the operator's own attribute).
void import_softmax(OnnxNode& node) {
  const std::int64_t opset = node.integer("opset", 13);
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = node.integer("axis", opset >= 13 ? -1 : 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return node.unsupported("attribute 'axis' is out of range");
  const std::int64_t columns = element_count(Shape(shape.begin() + axis, shape.end()));
  if (opset >= 13 || columns == shape[static_cast<std::size_t>(axis)])
    return import_unary(node, "softmax", SoftmaxAttributes{axis});
  const Quantization x = read_tensor_parameters(node, {1, 2});
  const Quantization y = read_tensor_parameters(node, {3, 4});
  const Shape matrix = {element_count(shape) / columns, columns};
  const ValueId flat =
      node.step("_flat", "reshape", ReshapeAttributes{matrix}, {node.codes_input(0, x, "_data")});
  const ValueId rows = node.step_on_codes("_rows", "softmax", SoftmaxAttributes{1}, {flat}, y);
  node.result("reshape", ReshapeAttributes{shape}, {rows});
}

// The map in N,C,H,W, moved there from N,H,W,C if the model says so; and back.
struct ChannelsLast {
  explicit ChannelsLast(OnnxNode& node) : moved(node.flag("channels_last", false)) {}
  ValueId to_front(OnnxNode& node, ValueId data) const {
    return moved ? node.step("_nchw", "permute", PermuteAttributes{{0, 3, 1, 2}}, {data}) : data;
  }
  void result(OnnxNode& node, const PoolingAttributes& a, ValueId data, const Quantization& y) const {
    if (!moved) return node.result_codes("pooling", a, {data}, y);
    const ValueId pooled = node.step_on_codes("_pooled", "pooling", a, {data}, y);
    node.result("permute", PermuteAttributes{{0, 2, 3, 1}}, {pooled});
  }
  std::int64_t height(const Shape& shape) const { return shape[moved ? 1 : 2]; }
  std::int64_t width(const Shape& shape) const { return shape[moved ? 2 : 3]; }
  bool moved;
};

Shape map_shape(OnnxNode& node) {
  if (node.shape(0).size() == 4) return node.shape(0);
  node.unsupported("pooling of " + to_string(node.shape(0)), "maps of two dimensions are supported");
  throw NodeSkipped();
}

void import_average_pool(OnnxNode& node) {
  PoolingAttributes a;
  a.type = PoolingAttributes::Type::avg;
  const OnnxWindow read = read_window(node);
  if (!node.has("kernel_shape")) node.unsupported("attribute 'kernel_shape' is missing");
  a.count_include_pad = node.flag("count_include_pad", false);
  a.ceil_mode = node.flag("ceil_mode", false) && read.auto_pad == "NOTSET";
  const ChannelsLast layout(node);
  const Shape shape = map_shape(node);
  const Quantization x = read_tensor_parameters(node, {1, 2});
  const Quantization y = read_tensor_parameters(node, {3, 4});
  a.window = resolve_pads(read, layout.height(shape), layout.width(shape));
  layout.result(node, a, layout.to_front(node, node.codes_input(0, x, "_data")), y);
}

void import_global_average_pool(OnnxNode& node) {
  PoolingAttributes a;
  a.type = PoolingAttributes::Type::avg;
  const ChannelsLast layout(node);
  const Shape shape = map_shape(node);
  const Quantization x = read_tensor_parameters(node, {1, 2});
  const Quantization y = read_tensor_parameters(node, {3, 4});
  a.window.kernel_h = layout.height(shape);
  a.window.kernel_w = layout.width(shape);
  layout.result(node, a, layout.to_front(node, node.codes_input(0, x, "_data")), y);
}

// Inputs: parameters of y, then each part with its parameters.
void import_concat(OnnxNode& node) {
  if (!node.has("axis")) node.unsupported("attribute 'axis' is missing");
  const ConcatAttributes a{node.integer("axis", 1)};
  const Quantization y = read_tensor_parameters(node, {0, 1});
  std::vector<ValueId> parts;
  for (std::size_t i = 2; i + 2 < node.input_count(); i += 3) {
    const Quantization x = read_tensor_parameters(node, {i + 1, i + 2});
    parts.push_back(node.codes_input(i, x, fmt::format("_part{}", parts.size())));
  }
  node.result_codes("concat", a, std::move(parts), y);
}

// Inputs: a, its parameters (1, 2), b (3), its parameters (4, 5), bias (6), parameters of y (7, 8).
void import_qgemm(OnnxNode& node) {
  if (node.real("alpha", 1.0F) != 1.0F) node.unsupported("attribute 'alpha' is not 1");
  const bool transpose_a = node.flag("transA", false);
  const bool transpose_b = node.flag("transB", false);
  if (!node.has_input(7)) node.unsupported("its result is float32", "give it a scale of its output");
  const Shape shape = node.constant(3, "input B").shape;
  if (shape.size() != 2 || node.shape(0).size() != 2) {
    return node.unsupported(fmt::format("a product of {} by {}", to_string(node.shape(0)), to_string(shape)),
                            "two matrices");
  }
  const Quantization a = read_tensor_parameters(node, {1, 2});
  const Quantization b = read_parameters(node, {4, 5}, DataType::uint8, shape, transpose_b ? 0 : 1);
  const Quantization y = read_tensor_parameters(node, {7, 8});
  ValueId data = node.codes_input(0, a, "_data");
  if (transpose_a) data = node.step("_transposed", "permute", PermuteAttributes{{1, 0}}, {data});
  const ValueId weight = import_codes_matrix(node, 3, b, transpose_b);
  std::vector<ValueId> inputs = {data, weight};
  if (node.has_input(6)) {
    const Tensor& c = node.constant(6, "the bias");
    const Quantization bias = bias_parameters(a, node.parameters_of(weight));
    inputs.push_back(node.step_codes("_bias", reshaped(c, {c.size()}, node.budget()), bias));
  }
  node.result_codes("fullconnect", FullconnectAttributes{}, std::move(inputs), y);
}

}  // namespace

const OnnxFamily& onnx_qlinear_contrib_family() {
  static const std::vector<std::string> pool = {
      "auto_pad", "ceil_mode", "channels_last", "count_include_pad", "kernel_shape", "pads", "strides"};
  static const OnnxFamily rows = {
      {"com.microsoft.QLinearAdd", 7, 8, {}, import_add},
      {"com.microsoft.QLinearMul", 7, 8, {}, import_multiply},
      {"com.microsoft.QLinearSigmoid", 4, 5, {}, import_sigmoid},
      {"com.microsoft.QLinearLeakyRelu", 4, 5, {"alpha"}, import_leaky_relu},
      {"com.microsoft.QLinearSoftmax", 5, 5, {"axis", "opset"}, import_softmax},
      {"com.microsoft.QLinearAveragePool", 4, 5, pool, import_average_pool},
      {"com.microsoft.QLinearGlobalAveragePool", 5, 5, {"channels_last"}, import_global_average_pool},
      {"com.microsoft.QLinearConcat", 5, kAnyNumberOfInputs, {"axis"}, import_concat},
      {"com.microsoft.QGemm", 6, 9, {"alpha", "transA", "transB"}, import_qgemm},
  };
  return rows;
}

}  // namespace trireme

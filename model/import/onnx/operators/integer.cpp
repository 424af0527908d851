// SPDX-License-Identifier: Apache-2.0
// Operators on integers that the model itself keeps as such: nothing in the graph has a scale. Weights are
// made so by "dynamic quantization".
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/convolution.h"

namespace trireme {
namespace {

ClipAttributes range_of(DataType type) {
  return type == DataType::int8 ? ClipAttributes{-128, 127} : ClipAttributes{0, 255};
}

// An input as plain integers. What QuantizeLinear made is made again in plain arithmetic, since codes would
// be numbers with a scale: clamp(round(x / scale) + zero point), in float32 as QuantizeLinear has it.
ValueId plain_integers(OnnxNode& node, std::size_t i, const std::string& suffix) {
  const Quantization q = node.value(i).quantization;
  if (!q.quantized() || node.is_constant(i)) return node.input(i);
  const Node* producer = node.producer(i);
  if (producer == nullptr || producer->op != "quantize" || q.per_channel() || bytes_of(q.dtype) != 1) {
    node.unsupported("input " + std::to_string(i) + " has codes that other operators take with their scale",
                     "integers of QuantizeLinear with one scale, DynamicQuantizeLinear, or of an input");
    throw NodeSkipped();
  }
  const ValueId real = producer->inputs[0];
  const ValueId scale = node.step_constant(suffix + "_scale", Tensor::of<float>({}, {q.scale[0]}));
  const ValueId zero =
      node.step_constant(suffix + "_zero", Tensor::of<float>({}, {static_cast<float>(q.zero_point[0])}));
  const ValueId steps = node.step(suffix + "_steps", "divide", {}, {real, scale});
  const ValueId whole = node.step(suffix + "_whole", "round", {}, {steps});
  const ValueId moved = node.step(suffix + "_moved", "add", {}, {whole, zero});
  const ValueId clamped = node.step(suffix + "_clamped", "relun", range_of(q.dtype), {moved});
  return node.step(suffix + "_integers", "cast", CastAttributes{q.dtype}, {clamped});
}

// Inputs: a, b, zero point of a, zero point of b.
std::vector<ValueId> operands(OnnxNode& node) {
  std::vector<ValueId> inputs = {plain_integers(node, 0, "_a"), plain_integers(node, 1, "_b")};
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}})
    inputs.push_back(node.has_input(i) ? node.input(i) : kNone);
  while (inputs.back() == kNone) inputs.pop_back();
  return inputs;
}

void import_matmul_integer(OnnxNode& node) { node.result("matmul_integer", {}, operands(node)); }

void import_conv_integer(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  const std::int64_t groups = node.integer("group", 1);
  const Shape data = node.shape(0), weight = node.shape(1);
  if (weight.size() != 4 || data.size() != 4) {
    return node.unsupported(fmt::format("a convolution of {} by {}", to_string(data), to_string(weight)),
                            "convolutions of two dimensions are supported: [n,c,h,w] by [out,in,h,w]");
  }
  set_kernel(node, read, data, weight);
  node.result("convolution_integer", ConvolutionAttributes{resolve_pads(read, data[2], data[3]), groups},
              operands(node));
}

void import_dynamic_quantize(OnnxNode& node) { node.results("dynamic_quantize", {}, {node.input(0)}, 3); }

}  // namespace

const OnnxFamily& onnx_integer_family() {
  static const OnnxFamily rows = {
      {"ConvInteger",
       2,
       4,
       {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"},
       import_conv_integer},
      {"MatMulInteger", 2, 4, {}, import_matmul_integer},
      {"DynamicQuantizeLinear", 1, 1, {}, import_dynamic_quantize, 3},
  };
  return rows;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Which kernel computes a node: that of real numbers, that of codes, or a group.
#include <algorithm>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/execute.h"
#include "model/reference/fixed_point.h"
#include "model/reference/kernels.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

const Quantization& parameters(const Graph& graph, ValueId id) { return graph.values[id].quantization; }

bool is_half(const Graph& graph, ValueId id) {
  return id != kNone && graph.values[id].dtype == DataType::float16;
}

// A quantized network stores some floats narrower than they are computed (softmax as float16).
bool stored_otherwise(const Graph& graph, ValueId id) {
  return id != kNone && (is_half(graph, id) || parameters(graph, id).quantized() ||
                         parameters(graph, id).dtype != graph.values[id].dtype);
}

template <typename Predicate>
bool any_value(const Node& node, Predicate predicate) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), predicate) ||
         std::any_of(node.outputs.begin(), node.outputs.end(), predicate);
}

// Kernels of real numbers take float32: half precision goes the way of codes, too.
bool on_codes(const Graph& graph, const Node& node, bool quantized) {
  return any_value(
      node, [&](ValueId id) { return is_half(graph, id) || (quantized && stored_otherwise(graph, id)); });
}

// Codes throughout, truth values of comparisons aside.
bool all_affine(const Graph& graph, const Node& node) {
  return !any_value(node, [&](ValueId id) {
    return id != kNone && !is_affine(parameters(graph, id)) && graph.values[id].dtype != DataType::boolean;
  });
}

// TensorFlow Lite's own integer algorithm of the operator; null if it has none, or the rule is another.
Kernel tflite_kernel(const Graph& graph, const Node& node, RequantRule rule) {
  return is_tflite(rule) && all_affine(graph, node) ? find_tflite_kernel(graph, node) : nullptr;
}

// A runtime's own arithmetic of the operator; null for a group, or what every rule computes alike.
Kernel runtime_kernel(const Graph& graph, const Node& node, RequantRule rule) {
  if (is_qlinear(graph, node, rule)) return find_qlinear_kernel(node.op);
  return tflite_kernel(graph, node, rule);
}

bool moves_without_change(const Graph& graph, const Node& node) {
  const Quantization& first = parameters(graph, node.outputs.at(0));
  const auto other = [&](ValueId id) {
    return id != kNone && stored_otherwise(graph, id) && !same_parameters(parameters(graph, id), first);
  };
  return stored_otherwise(graph, node.outputs[0]) && stored_otherwise(graph, node.inputs.at(0)) &&
         !any_value(node, other);
}

// Where a kernel of codes does not apply, the operator is a group. Decided here alone, for execution and for
// the compiler.
bool own_kernel_is_group(const Graph& graph, const Node& node, RequantRule rule) {
  const Quantization &in = parameters(graph, node.inputs.at(0)), &out = parameters(graph, node.outputs.at(0));
  const bool affine = is_affine(in) && is_affine(out);
  const bool onnx = rule == RequantRule::onnx;
  if (node.op == "convolution" || node.op == "fullconnect")
    return !affine || !parameters(graph, node.inputs.at(1)).quantized();
  if (node.op == "matmul") return !affine || !is_affine(parameters(graph, node.inputs.at(1)));
  // ONNX Runtime has no kernel for it on codes.
  if (node.op == "deconvolution") return onnx || !affine || !parameters(graph, node.inputs.at(1)).quantized();
  // The program that ends in float16 reads uint8.
  if (node.op == "softmax")
    return !is_affine(in) || in.dtype != DataType::uint8 || out.quantized() || out.dtype != DataType::float16;
  if (node.op == "quantize") return !is_tflite(rule) || !is_affine(out);
  if (node.op == "noop" || node.op == "reshape" || node.op == "permute")
    return !same_parameters(in, out) && (!affine || onnx);
  if (node.op == "relu" || node.op == "relun") return !affine || onnx;
  if (node.op != "pooling") return false;
  const auto type = attributes<PoolingAttributes>(node).type;
  const bool passes = type == PoolingAttributes::Type::max && same_parameters(in, out);
  return !affine || type == PoolingAttributes::Type::lp || (onnx && !passes);
}

}  // namespace

bool touches_codes(const Graph& graph, const Node& node) { return on_codes(graph, node, true); }

bool is_group(const Graph& graph, const Node& node, RequantRule rule) {
  const KernelRow* row = find_kernels(node.op);
  return row != nullptr && runtime_kernel(graph, node, rule) == nullptr &&
         (!touches_codes(graph, node) || row->on_codes != OnCodes::own ||
          own_kernel_is_group(graph, node, rule));
}

std::vector<Tensor> run_node(const KernelCall& call) {
  const KernelRow* row = find_kernels(call.node.op);
  if (row == nullptr)
    throw Error(place_of(call.node), "the host execution of this version has no such operator");
  if (!on_codes(call.graph, call.node, call.options.quantized)) return row->real(call);
  if (const Kernel kernel = runtime_kernel(call.graph, call.node, call.options.rule)) return kernel(call);
  if (row->on_codes == OnCodes::own && !own_kernel_is_group(call.graph, call.node, call.options.rule))
    return row->quantized(call);
  if (row->on_codes == OnCodes::moves && moves_without_change(call.graph, call.node)) return row->real(call);
  return run_group(call, row->real);
}

}  // namespace trireme

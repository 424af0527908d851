// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

void import_batch_normalization(OnnxNode& node) {
  const BatchNormAttributes a{node.real("epsilon", 1e-5F)};
  if (node.flag("training_mode", false)) {
    node.unsupported("attribute 'training_mode' is 1", "export the model for inference: model.eval()");
  }
  if (!node.flag("spatial", true))
    node.unsupported("attribute 'spatial' is 0", "1: one mean for each channel");
  node.result("batchnormalize", a,
              {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
}

void import_lrn(OnnxNode& node) {
  LrnAttributes a;
  a.size = node.integer("size", 0);
  a.alpha = node.real("alpha", 1e-4F);
  a.beta = node.real("beta", 0.75F);
  a.bias = node.real("bias", 1);
  node.result("localresponsenormalization", a, {node.input(0)});
}

void import_instance_normalization(OnnxNode& node) {
  NormAttributes a;
  a.eps = node.real("epsilon", 1e-5F);
  node.constant(1, "scale");
  node.constant(2, "B");
  node.result("instancenormalize", a, {node.input(0), node.input(1), node.input(2)});
}

// [groups] -> [channels]: opset 18 has one scale and one bias for all channels of a group.
ValueId one_a_channel(OnnxNode& node, std::size_t input, const std::string& suffix, std::int64_t groups) {
  node.constant(input, input == 1 ? "scale" : "bias");
  const Shape shape = node.shape(input);
  const Shape data = node.shape(0);
  const bool by_group = node.opset() < 21 && shape == Shape{groups} && data.size() >= 2 && groups > 0;
  if (!by_group) return node.input(input);
  const ValueId column = node.step(suffix, "reshape", ReshapeAttributes{{groups, 1}}, {node.input(input)});
  const ValueId repeated =
      node.step(suffix, "expand", ExpandAttributes{{groups, data[1] / groups}}, {column});
  return node.step(suffix, "reshape", ReshapeAttributes{{data[1] / groups * groups}}, {repeated});
}

void import_group_normalization(OnnxNode& node) {
  NormAttributes a;
  a.eps = node.real("epsilon", 1e-5F);
  a.groups = node.integer("num_groups", 0);
  node.integer("stash_type", 1);
  const ValueId scale = one_a_channel(node, 1, "_scale", a.groups);
  const ValueId bias = one_a_channel(node, 2, "_bias", a.groups);
  node.result("groupnormalize", a, {node.input(0), scale, bias});
}

struct Centred {
  ValueId mean, difference, variance;
};

// The mean over some axes, what the data differs from it, and the mean of that squared.
Centred centre(OnnxNode& node, const std::vector<std::int64_t>& axes) {
  const ReduceAttributes over{ReduceAttributes::Type::mean, axes, true};
  Centred c{};
  c.mean = node.step("_mean", "reduce", over, {node.input(0)});
  c.difference = node.step("_difference", "subtract", {}, {node.input(0), c.mean});
  const ValueId square = node.step("_square", "multiply", {}, {c.difference, c.difference});
  c.variance = node.step("_variance", "reduce", over, {square});
  return c;
}

// The statistics are outputs of their own, seldom used: Mean and 1 / sqrt(variance + epsilon).
void import_layer_statistics(OnnxNode& node, const NormAttributes& a) {
  if (!node.output_used(1) && !node.output_used(2)) return;
  std::vector<std::int64_t> axes = every_axis(node.shape(0).size());
  axes.erase(axes.begin(), axes.begin() + a.axis);
  const Centred c = centre(node, axes);
  node.result_at(1, "noop", {}, {c.mean});
  const ValueId eps = node.step_constant("_epsilon", Tensor::of<float>({}, {a.eps}));
  const ValueId sum = node.step("_sum", "add", {}, {c.variance, eps});
  const ValueId deviation = node.step("_deviation", "sqrt", {}, {sum});
  node.result_at(2, "reciprocal", {}, {deviation});
}

void import_layer_normalization(OnnxNode& node) {
  NormAttributes a;
  a.axis = node.integer("axis", -1);
  a.eps = node.real("epsilon", 1e-5F);
  node.integer("stash_type", 1);
  a.axis = axis_of(node, a.axis, node.shape(0).size());
  node.constant(1, "scale");
  std::vector<ValueId> inputs = {node.input(0), node.input(1)};
  if (node.has_input(2)) {
    node.constant(2, "B");
    inputs.push_back(node.input(2));
  }
  node.result("layernormalize", a, inputs);
  import_layer_statistics(node, a);
}

void import_rms_normalization(OnnxNode& node) {
  NormAttributes a;
  a.axis = node.integer("axis", -1);
  a.eps = node.real("epsilon", 1e-5F);
  node.integer("stash_type", 1);
  node.constant(1, "scale");
  node.result("rmsnormalize", a, {node.input(0), node.input(1)});
}

void import_lp_normalization(OnnxNode& node) {
  NormAttributes a;
  a.axis = node.integer("axis", -1);
  a.p = node.integer("p", 2);
  node.result("l2normalize", a, {node.input(0)});
}

// (x - mean) / (standard deviation + 1e-9), the number of the operator's definition.
void import_mean_variance_normalization(OnnxNode& node) {
  std::vector<std::int64_t> axes = node.integers("axes");
  if (!node.has("axes")) axes = {0, 2, 3};
  const Centred c = centre(node, axes);
  const ValueId eps = node.step_constant("_epsilon", Tensor::of<float>({}, {1e-9F}));
  const ValueId deviation = node.step("_deviation", "sqrt", {}, {c.variance});
  const ValueId sum = node.step("_sum", "add", {}, {deviation, eps});
  node.result("divide", {}, {c.difference, sum});
}

}  // namespace

const OnnxFamily& onnx_normalization_family() {
  // "momentum" matters in training only, "stash_type" in half precision only.
  static const OnnxFamily rows = {
      {"BatchNormalization",
       5,
       5,
       {"epsilon", "momentum", "spatial", "training_mode"},
       import_batch_normalization},
      {"LRN", 1, 1, {"alpha", "beta", "bias", "size"}, import_lrn},
      {"InstanceNormalization", 3, 3, {"epsilon"}, import_instance_normalization},
      {"GroupNormalization", 3, 3, {"epsilon", "num_groups", "stash_type"}, import_group_normalization},
      {"LayerNormalization", 2, 3, {"axis", "epsilon", "stash_type"}, import_layer_normalization, 3},
      {"RMSNormalization", 2, 2, {"axis", "epsilon", "stash_type"}, import_rms_normalization},
      {"LpNormalization", 1, 1, {"axis", "p"}, import_lp_normalization},
      {"MeanVarianceNormalization", 1, 1, {"axes"}, import_mean_variance_normalization},
  };
  return rows;
}

}  // namespace trireme

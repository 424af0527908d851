// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels.h"

#include <fmt/format.h>

#include <array>

namespace trireme {

namespace {

using namespace kernels;

constexpr std::array<KernelRow, 16> kKernels = {{
    {"convolution", convolution, convolution_quantized},
    {"fullconnect", fullconnect, fullconnect_quantized},
    {"pooling", pooling, pooling_quantized},
    {"relu", relu, relu_quantized},
    {"relun", relun, relun_quantized},
    {"leakyrelu", unary, unary_quantized},
    {"sigmoid", unary, unary_quantized},
    {"tanh", unary, unary_quantized},
    {"noop", noop, noop_quantized},
    {"reshape", reshape, reshape_quantized},
    {"permute", permute, permute_quantized},
    {"concat", concat, nullptr},
    {"batchnormalize", batchnormalize, nullptr},
    {"add", add, nullptr},
    {"multiply", multiply, nullptr},
    {"softmax", softmax, softmax_quantized},
}};

}  // namespace

const KernelRow* find_kernels(const std::string& op) {
  for (const KernelRow& row : kKernels) {
    if (op == row.op) return &row;
  }
  return nullptr;
}

std::vector<std::string> quantized_operator_names() {
  std::vector<std::string> names;
  for (const KernelRow& row : kKernels) {
    if (row.quantized != nullptr) names.emplace_back(row.op);
  }
  return names;
}

std::string place_of(const Node& node) { return fmt::format("node '{}' ({})", node.name, node.op); }

const Tensor* optional_input(const KernelCall& call, std::size_t index) {
  return index < call.inputs.size() ? call.inputs[index] : nullptr;
}

const Tensor& input(const KernelCall& call, std::size_t index) {
  const Tensor* tensor = optional_input(call, index);
  if (tensor == nullptr) internal_error(fmt::format("{} has no input {}", place_of(call.node), index));
  return *tensor;
}

const Value& input_value(const KernelCall& call, std::size_t index) {
  return call.graph.values.at(call.node.inputs.at(index));
}

const Value& output_value(const KernelCall& call) { return call.graph.values.at(call.node.outputs.at(0)); }

Affine u8_parameters(const KernelCall& call, const Value& value) {
  const Quantization& q = value.quantization;
  const bool u8 = q.scheme == Quantization::Scheme::affine && q.dtype == DataType::uint8;
  if (!u8 || q.per_channel() || q.scale.size() != 1 || q.zero_point.size() != 1) {
    throw Error(place_of(call.node), fmt::format("'{}' is {}", value.name, to_string(q)),
                "this version computes on asymmetric_affine uint8 tensors with one scale each");
  }
  return {q.scale[0], q.zero_point[0]};
}

}  // namespace trireme

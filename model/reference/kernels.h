// SPDX-License-Identifier: Apache-2.0
// Inside model/reference only: what an operator's kernels look like, and the table that finds them.
// A new operator is a row in kernels.cpp and a function in kernels/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/graph/graph.h"
#include "model/reference/execute.h"

namespace trireme {

struct KernelCall {
  const Graph& graph;
  const Node& node;
  std::vector<const Tensor*> inputs;  // parallel to node.inputs; null for an omitted optional input
  const ExecuteOptions& options;
};

using Kernel = std::vector<Tensor> (*)(const KernelCall&);

// How a node is computed when its output, or one of its data inputs, is stored as codes.
enum class OnCodes : std::uint8_t {
  own,    // by the kernel `quantized`
  group,  // dequantize, `real` in float32, quantize (numerics.md: a DQ -> op -> Q group)
  moves,  // `real` moves codes as they are when all parameters are alike; else as a group
};

struct KernelRow {
  const char* op;
  Kernel real;  // real numbers in and out (float32; integer types where ONNX defines them); operators that
                // only move data take any type
  Kernel quantized = nullptr;  // stored codes in and out, by the rule of the options
  OnCodes on_codes = OnCodes::group;
};

// `real` on codes: dequantizes the inputs that are codes, computes, quantizes the outputs that are codes.
std::vector<Tensor> run_group(const KernelCall& call, Kernel real);

// The node by the kernel that its values and the options ask for.
std::vector<Tensor> run_node(const KernelCall& call);

// TensorFlow Lite's own integer algorithm of a node on affine codes (model/reference/tflite); null if it has
// none.
Kernel find_tflite_kernel(const Graph& graph, const Node& node);

const KernelRow* find_kernels(const std::string& op);  // null if unknown

// Access with checks. A missing required input is an internal error: the importer has counted them.
const Tensor& input(const KernelCall& call, std::size_t index);
const Tensor* optional_input(const KernelCall& call, std::size_t index);
const Value& input_value(const KernelCall& call, std::size_t index);
const Value& output_value(const KernelCall& call);
std::string place_of(const Node& node);  // "node 'conv1' (convolution)"

// One line an operator family; each lives in the file of its name in kernels/.
namespace kernels {
std::vector<Tensor> convolution(const KernelCall& call);
std::vector<Tensor> convolution_quantized(const KernelCall& call);
std::vector<Tensor> fullconnect(const KernelCall& call);
std::vector<Tensor> fullconnect_quantized(const KernelCall& call);
std::vector<Tensor> pooling(const KernelCall& call);
std::vector<Tensor> pooling_quantized(const KernelCall& call);
std::vector<Tensor> relu_quantized(const KernelCall& call);
std::vector<Tensor> relun_quantized(const KernelCall& call);
std::vector<Tensor> unary(const KernelCall& call);  // all functions of one number
std::vector<Tensor> noop(const KernelCall& call);
std::vector<Tensor> noop_quantized(const KernelCall& call);
std::vector<Tensor> reshape(const KernelCall& call);
std::vector<Tensor> reshape_quantized(const KernelCall& call);
std::vector<Tensor> permute(const KernelCall& call);
std::vector<Tensor> permute_quantized(const KernelCall& call);
std::vector<Tensor> concat(const KernelCall& call);
std::vector<Tensor> batchnormalize(const KernelCall& call);
std::vector<Tensor> cast(const KernelCall& call);
std::vector<Tensor> is_nan(const KernelCall& call);
std::vector<Tensor> is_inf(const KernelCall& call);
std::vector<Tensor> binary(const KernelCall& call);  // all functions of two numbers
std::vector<Tensor> where(const KernelCall& call);
std::vector<Tensor> deconvolution(const KernelCall& call);
std::vector<Tensor> deconvolution_quantized(const KernelCall& call);
std::vector<Tensor> poolwithargmax(const KernelCall& call);
std::vector<Tensor> matmul(const KernelCall& call);
std::vector<Tensor> matmul_quantized(const KernelCall& call);
std::vector<Tensor> matmul_integer(const KernelCall& call);
std::vector<Tensor> convolution_integer(const KernelCall& call);
std::vector<Tensor> dynamic_quantize(const KernelCall& call);
std::vector<Tensor> lstm(const KernelCall& call);
std::vector<Tensor> gru(const KernelCall& call);
std::vector<Tensor> rnn(const KernelCall& call);
std::vector<Tensor> nms(const KernelCall& call);
std::vector<Tensor> softmax(const KernelCall& call);
std::vector<Tensor> softmax_quantized(const KernelCall& call);
std::vector<Tensor> quantize_codes(const KernelCall& call);
std::vector<Tensor> split(const KernelCall& call);
std::vector<Tensor> slice(const KernelCall& call);
std::vector<Tensor> pad(const KernelCall& call);
std::vector<Tensor> expand(const KernelCall& call);
std::vector<Tensor> tile(const KernelCall& call);
std::vector<Tensor> depth2space(const KernelCall& call);
std::vector<Tensor> space2depth(const KernelCall& call);
std::vector<Tensor> gather(const KernelCall& call);
std::vector<Tensor> gather_elements(const KernelCall& call);
std::vector<Tensor> gathernd(const KernelCall& call);
std::vector<Tensor> scatternd(const KernelCall& call);
std::vector<Tensor> scatter_elements(const KernelCall& call);
std::vector<Tensor> one_hot(const KernelCall& call);
std::vector<Tensor> image_resize(const KernelCall& call);
std::vector<Tensor> reduce(const KernelCall& call);
std::vector<Tensor> argmax(const KernelCall& call);
std::vector<Tensor> argmin(const KernelCall& call);
std::vector<Tensor> cumsum(const KernelCall& call);
std::vector<Tensor> topk(const KernelCall& call);
std::vector<Tensor> instancenormalize(const KernelCall& call);
std::vector<Tensor> groupnormalize(const KernelCall& call);
std::vector<Tensor> layernormalize(const KernelCall& call);
std::vector<Tensor> rmsnormalize(const KernelCall& call);
std::vector<Tensor> l2normalize(const KernelCall& call);
std::vector<Tensor> localresponsenormalization(const KernelCall& call);
std::vector<Tensor> log_softmax(const KernelCall& call);
}  // namespace kernels

}  // namespace trireme

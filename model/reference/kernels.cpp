// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels.h"

#include <fmt/format.h>

namespace trireme {

namespace {

using namespace kernels;

constexpr auto kOwn = OnCodes::own;
constexpr auto kMoves = OnCodes::moves;

// One row an operator; a row without a third entry is computed as a group on codes.
const std::vector<KernelRow>& rows() {
  static const std::vector<KernelRow> table = {
      {"convolution", convolution, convolution_quantized, kOwn},
      {"fullconnect", fullconnect, fullconnect_quantized, kOwn},
      {"pooling", pooling, pooling_quantized, kOwn},
      {"relu", unary, relu_quantized, kOwn},
      {"relun", unary, relun_quantized, kOwn},
      {"leakyrelu", unary},
      {"sigmoid", unary},
      {"tanh", unary},
      {"noop", noop, noop_quantized, kOwn},
      {"reshape", reshape, reshape_quantized, kOwn},
      {"permute", permute, permute_quantized, kOwn},
      {"concat", concat, nullptr, kMoves},
      {"batchnormalize", batchnormalize},
      {"cast", cast},
      {"is_nan", is_nan},
      {"is_inf", is_inf},
      {"where", where},
      {"deconvolution", deconvolution, deconvolution_quantized, kOwn},
      {"poolwithargmax", poolwithargmax},
      {"matmul", matmul, matmul_quantized, kOwn},
      {"matmul_integer", matmul_integer},
      {"convolution_integer", convolution_integer},
      {"dynamic_quantize", dynamic_quantize},
      {"lstm", lstm},
      {"gru", gru},
      {"rnn", rnn},
      {"nms", nms},
      {"softmax", softmax, softmax_quantized, kOwn},
      {"quantize", noop, quantize_codes, kOwn},
      {"dequantize", noop},
      {"split", split, nullptr, kMoves},
      {"slice", slice, nullptr, kMoves},
      {"pad", pad, nullptr, kMoves},
      {"expand", expand, nullptr, kMoves},
      {"tile", tile, nullptr, kMoves},
      {"depth2space", depth2space, nullptr, kMoves},
      {"space2depth", space2depth, nullptr, kMoves},
      {"gather", gather, nullptr, kMoves},
      {"gather_elements", gather_elements, nullptr, kMoves},
      {"gathernd", gathernd, nullptr, kMoves},
      {"scatternd", scatternd},
      {"scatter_elements", scatter_elements},
      {"one_hot", one_hot},
      {"image_resize", image_resize},
      {"reduce", reduce},
      {"argmax", argmax},
      {"argmin", argmin},
      {"cumsum", cumsum},
      {"topk", topk},
      {"instancenormalize", instancenormalize},
      {"groupnormalize", groupnormalize},
      {"layernormalize", layernormalize},
      {"rmsnormalize", rmsnormalize},
      {"l2normalize", l2normalize},
      {"localresponsenormalization", localresponsenormalization},
      {"log_softmax", log_softmax},
  };
  return table;
}

// Operators of a family that share one kernel, whose own table tells them apart.
const std::vector<KernelRow>& table_rows() {
  static const std::vector<KernelRow> table = [] {
    std::vector<KernelRow> rows;
    for (const char* op :
         {"elu",        "celu",  "selu",     "hard_sigmoid", "swish", "gelu",       "thresholdedrelu",
          "hard_swish", "mish",  "softrelu", "softsign",     "erf",   "exp",        "log",
          "sqrt",       "rsqrt", "abs",      "neg",          "sign",  "reciprocal", "floor",
          "ceil",       "round", "sin",      "cos",          "tan",   "asin",       "acos",
          "atan",       "sinh",  "cosh",     "asinh",        "acosh", "atanh",      "logical_not",
          "square"}) {
      rows.push_back({op, unary});
    }
    for (const char* op : {"add", "subtract", "multiply", "divide", "pow", "maximum", "minimum", "mod",
                           "fmod", "equal", "not_equal", "greater", "greater_equal", "less", "less_equal",
                           "logical_and", "logical_or", "logical_xor", "prelu"}) {
      rows.push_back({op, binary});
    }
    return rows;
  }();
  return table;
}

}  // namespace

const KernelRow* find_kernels(const std::string& op) {
  for (const auto* table : {&rows(), &table_rows()}) {
    for (const KernelRow& row : *table) {
      if (op == row.op) return &row;
    }
  }
  return nullptr;
}

std::vector<Tensor> run_group(const KernelCall& call, Kernel real) {
  std::vector<Tensor> reals(call.inputs.size());
  KernelCall inner{call.graph, call.node, call.inputs, call.options};
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    if (call.inputs[i] == nullptr) continue;
    const Quantization& q = input_value(call, i).quantization;
    const bool codes = q.quantized() && call.inputs[i]->dtype == q.dtype;
    const bool narrow = !q.quantized() && q.dtype == DataType::float16;
    if (!codes && !narrow) continue;
    reals[i] = codes ? dequantize(*call.inputs[i], q) : to_float32(*call.inputs[i]);
    inner.inputs[i] = &reals[i];
  }
  std::vector<Tensor> results = real(inner);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Quantization& q = call.graph.values.at(call.node.outputs.at(i)).quantization;
    if (q.quantized()) {
      results[i] = quantize(results[i], q);
    } else if (is_float(results[i].dtype) && is_float(q.dtype) && results[i].dtype != q.dtype) {
      results[i] = convert(results[i], q.dtype);
    }
  }
  return results;
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

}  // namespace trireme

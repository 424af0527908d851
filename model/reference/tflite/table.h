// SPDX-License-Identifier: Apache-2.0
// Inside model/reference only: the operators that TensorFlow Lite computes in integers of its own.
#pragma once

#include "model/reference/kernels.h"

namespace trireme {

// Rows of find_tflite_kernel(). They take and give affine codes only (codes.h);
// comparisons give truth values.
namespace tflite {
std::vector<Tensor> add(const KernelCall& call);
std::vector<Tensor> subtract(const KernelCall& call);
std::vector<Tensor> multiply(const KernelCall& call);
std::vector<Tensor> squared_difference(const KernelCall& call);
std::vector<Tensor> divide(const KernelCall& call);
std::vector<Tensor> prelu(const KernelCall& call);
std::vector<Tensor> lookup(const KernelCall& call);  // sigmoid, tanh
std::vector<Tensor> leakyrelu(const KernelCall& call);
std::vector<Tensor> hard_swish(const KernelCall& call);
std::vector<Tensor> abs(const KernelCall& call);
std::vector<Tensor> rsqrt(const KernelCall& call);
std::vector<Tensor> comparison(const KernelCall& call);
std::vector<Tensor> l2normalize(const KernelCall& call);
std::vector<Tensor> softmax(const KernelCall& call);
std::vector<Tensor> reduce(const KernelCall& call);
std::vector<Tensor> resize(const KernelCall& call);
std::vector<Tensor> concat(const KernelCall& call);
// Whether TensorFlow Lite's algorithm covers a node on affine codes; else it is a group.
bool squared_difference_applies(const Graph& graph, const Node& node);
bool l2normalize_applies(const Graph& graph, const Node& node);
bool softmax_applies(const Graph& graph, const Node& node);
bool reduce_applies(const Graph& graph, const Node& node);
bool resize_applies(const Graph& graph, const Node& node);
bool comparison_applies(const Graph& graph, const Node& node);
}  // namespace tflite

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The operators that ONNX Runtime fuses to one on codes (com.microsoft.QLinearAdd and its like) and then
// rounds otherwise than dequantize -> float32 operator -> quantize. Their inputs and output are codes of one
// 8-bit type, one scale each. Softmax is computed in this way under the rules of chips, too: exponentials
// from a table of 256 are what keeps it off the polynomial, as in every runtime.
#pragma once

#include <cstdint>
#include <vector>

#include "model/reference/kernels.h"

namespace trireme {

// add, multiply, average pooling and softmax of such codes. Importers leave in float32 what the model does
// not mean so.
bool is_qlinear(const Graph& graph, const Node& node, RequantRule rule);
Kernel find_qlinear_kernel(const std::string& op);  // null if there is none

// e^(-d s) times a factor that keeps the sum of `count` of them finite, for distances d = 0..255 to the
// largest code; and what a quotient of such numbers is multiplied by: whole steps of the output.
std::vector<float> qlinear_exponentials(float scale, std::int64_t count);
// ONNX Runtime takes its whole part, the rules of chips take 1 / scale.
float qlinear_softmax_steps(float output_scale, RequantRule rule);
// The product overflows float32: ONNX Runtime then gives no usable result, so there is no kernel either.
bool qlinear_softmax_overflows(float output_scale, std::int64_t count, RequantRule rule);

namespace qlinear {
// To the nearest integer, ties to even. NaN, which only parameters beyond reason give, counts as 0.
std::int64_t nearest(float x);

std::vector<Tensor> add(const KernelCall& call);
std::vector<Tensor> multiply(const KernelCall& call);
std::vector<Tensor> average_pool(const KernelCall& call);
std::vector<Tensor> softmax(const KernelCall& call);
}  // namespace qlinear

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/reference/unary_table.h"

#include <algorithm>

#include "model/graph/attributes.h"
#include "model/reference/unary_function.h"

namespace trireme {

bool is_unary_table_operator(const std::string& op) {
  return op == "sigmoid" || op == "tanh" || op == "leakyrelu";
}

double unary_function(const Node& node, double x) {
  const UnaryFunction function = unary_function_of(node);
  if (function.apply != nullptr) return function(x);
  internal_error("node '" + node.name + "' (" + node.op + ") is no function of one number");
}

UnaryTable unary_table(const Node& node, const Quantization& in, const Quantization& out) {
  Tensor codes(in.dtype, {256});
  for (std::size_t i = 0; i < 256; ++i) codes.bytes.at(i) = static_cast<std::uint8_t>(i);
  Tensor real = dequantize(codes, in);
  float* x = real.data<float>();
  std::transform(x, x + 256, x,
                 [&](float v) { return static_cast<float>(unary_function(node, static_cast<double>(v))); });
  const Tensor results = quantize(real, out);
  UnaryTable table{};
  std::copy_n(results.bytes.begin(), table.size(), table.begin());
  return table;
}

}  // namespace trireme

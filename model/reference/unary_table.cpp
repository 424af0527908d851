// SPDX-License-Identifier: Apache-2.0
#include "model/reference/unary_table.h"

#include <algorithm>

#include "model/graph/attributes.h"
#include "model/reference/unary_function.h"

namespace trireme {

namespace {

std::int32_t code_of(float real, const Quantization& q) {
  return quantize(Tensor::of<float>({1}, {real}), q).data<std::uint8_t>()[0];
}

}  // namespace

bool is_unary_table_operator(const std::string& op) {
  return op == "sigmoid" || op == "tanh" || op == "leakyrelu";
}

double unary_function(const Node& node, double x) {
  const UnaryFunction function = unary_function_of(node);
  if (function.apply != nullptr) return function(x);
  internal_error("node '" + node.name + "' (" + node.op + ") is no function of one number");
}

UnaryTable unary_table(const Node& node, const Quantization& in, const Quantization& out) {
  Tensor codes(DataType::uint8, {256});
  for (int i = 0; i < 256; ++i) codes.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  Tensor real = dequantize(codes, in);
  float* x = real.data<float>();
  std::transform(x, x + 256, x,
                 [&](float v) { return static_cast<float>(unary_function(node, static_cast<double>(v))); });
  const Tensor results = quantize(real, out);
  UnaryTable table{};
  std::copy_n(results.data<std::uint8_t>(), table.size(), table.begin());
  return table;
}

ClampCodes clamp_codes(const Node& node, const Quantization& out) {
  if (node.op == "relu") return {std::clamp(out.zero_point.at(0), 0, 255), 255};
  if (node.op != "relun") internal_error("node '" + node.name + "' (" + node.op + ") is no clamp");
  const auto& attr = attributes<ClipAttributes>(node);
  return {code_of(attr.min, out), code_of(attr.max, out)};
}

}  // namespace trireme

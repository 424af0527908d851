// SPDX-License-Identifier: Apache-2.0
// Products of codes along axes, rescaled after every factor so that 32 bits hold them.
#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/reduced.h"

namespace trireme::tflite {

Reduced reduced_places(const Shape& shape, const std::vector<std::int64_t>& axes) {
  Shape kept = shape;
  Reduced result;
  for (const std::int64_t axis : axes) {
    result.count *= kept.at(static_cast<std::size_t>(axis));
    kept.at(static_cast<std::size_t>(axis)) = 1;
  }
  const Shape strides = row_major_strides(kept);
  result.outputs = static_cast<std::size_t>(element_count(kept));
  Shape at(shape.size(), 0);
  for (std::int64_t left = element_count(shape); left > 0; --left) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) to += kept[axis] == 1 ? 0 : at[axis] * strides[axis];
    result.of_element.push_back(static_cast<std::size_t>(to));
    for (std::size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < shape[axis]) break;
      at[axis] = 0;
    }
  }
  return result;
}

// n factors and one last step of s_in / s_out^(1/n) each give s_in^n / s_out.
std::vector<Tensor> reduce_product(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const Reduced places = reduced_places(input(call, 0).shape, attributes<ReduceAttributes>(call.node).axes);
  const double root = exact_pow(static_cast<double>(out.scale), 1.0 / static_cast<double>(places.count));
  const FixedFactor factor = fixed_factor(static_cast<double>(in.scale) / root);
  const std::vector<std::int32_t> codes = codes_of(input(call, 0));
  std::vector<std::int32_t> product(places.outputs, 0);
  std::vector<bool> started(places.outputs, false);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t to = places.of_element[i];
    const std::int32_t x = codes[i] - in.zero_point;
    product[to] = started[to] ? multiply(std::int64_t{product[to]} * x, factor, FixedRounding::narrow) : x;
    started[to] = true;
  }
  for (std::int32_t& value : product) {
    const std::int32_t scaled = multiply(value, factor, FixedRounding::narrow);
    value = clamped(std::int64_t{scaled} + out.zero_point, out.range());
  }
  return {tensor_of_codes(out, output_value(call).shape, product)};
}

}  // namespace trireme::tflite

// SPDX-License-Identifier: Apache-2.0
// QLinearAdd and QLinearMul: the zero points and scales are folded into factors before the codes come.
#include <array>
#include <cmath>

#include "model/reference/codes.h"
#include "model/reference/kernels/broadcast.h"
#include "model/reference/qlinear.h"

namespace trireme::qlinear {

namespace {

// operation(a, b): the output's code as a real number, the zero point in it; to the nearest, ties to even.
template <typename Operation>
std::vector<Tensor> combine(const KernelCall& call, Operation operation) {
  const Affine to = output_parameters(call);
  const std::vector<std::int32_t> a = codes_of(input(call, 0)), b = codes_of(input(call, 1));
  const Shape& shape = output_value(call).shape;
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(shape)));
  const std::array<const Tensor*, 2> operands = {&input(call, 0), &input(call, 1)};
  for_each_broadcast(operands, shape, [&](std::int64_t i, const std::array<std::int64_t, 2>& at) {
    const float result = operation(static_cast<float>(a[static_cast<std::size_t>(at[0])]),
                                   static_cast<float>(b[static_cast<std::size_t>(at[1])]));
    codes[static_cast<std::size_t>(i)] = clamped(nearest(result), to.range());
  });
  return {tensor_of_codes(to, shape, codes)};
}

}  // namespace

// fma(a, s_a/s_y, fma(b, s_b/s_y, z_y - (s_a/s_y z_a + s_b/s_y z_b))), float32, the constant without fma: the
// runtime's AVX2 kernel. 30 parameter sets of both types over all pairs of codes: 0 of 1966080 differ.
std::vector<Tensor> add(const KernelCall& call) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), y = output_parameters(call);
  const float ratio_a = a.scale / y.scale, ratio_b = b.scale / y.scale;
  const float part_a = ratio_a * static_cast<float>(a.zero_point);
  const float part_b = ratio_b * static_cast<float>(b.zero_point);
  const float constant = static_cast<float>(y.zero_point) - (part_a + part_b);
  return combine(call,
                 [=](float p, float q) { return std::fma(p, ratio_a, std::fma(q, ratio_b, constant)); });
}

// ((a - z_a) (b - z_b)) m + z_y with m = s_a s_b / s_y, float32 throughout. 16 parameter sets of both types
// over all pairs of codes: 0 of 1048576 differ.
std::vector<Tensor> multiply(const KernelCall& call) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), y = output_parameters(call);
  const auto zero_a = static_cast<float>(a.zero_point), zero_b = static_cast<float>(b.zero_point);
  const float product = a.scale * b.scale, factor = product / y.scale;
  return combine(call, [=, zero = static_cast<float>(y.zero_point)](float p, float q) {
    return ((p - zero_a) * (q - zero_b)) * factor + zero;
  });
}

}  // namespace trireme::qlinear

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/recurrent_step.h"

#include <utility>

namespace trireme::recurrent {

namespace {

using Activation = RecurrentAttributes::Activation;

}  // namespace

Reg at(PpuBuilder& b, const PpuOperand& operand, std::int64_t first, const Reg& offset, std::int64_t bytes) {
  const std::int64_t size = bytes_of(operand.type);
  const Reg base = b.address(operand.kind, operand.index, first * size, bytes);
  return offset == nullptr ? base : iadd(b, base, imul(b, offset, b.whole(size)));
}

Reg load_at(PpuBuilder& b, const PpuOperand& operand, const Reg& address, std::int64_t element) {
  return load_real(b, operand, address, b.whole(0), element * bytes_of(operand.type));
}

void store_at(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address) {
  store_real(b, operand, value, address, b.whole(0));
}

void add_products(PpuBuilder& b, const PpuOperand& matrix, const Reg& row, std::int64_t rows,
                  const PpuOperand& vector, const Reg& from, std::int64_t count, std::vector<Reg>& sums) {
  const Reg weights = b.variable(row), values = b.variable(from), zero = b.whole(0);
  const Reg weight_bytes = b.whole(bytes_of(matrix.type)), value_bytes = b.whole(bytes_of(vector.type));
  b.loop(count, [&] {
    const Reg x = load_at(b, vector, values);
    for (std::size_t g = 0; g < sums.size(); ++g)
      b.into(sums[g], PpuOpcode::fmad, x,
             load_at(b, matrix, weights, static_cast<std::int64_t>(g) * rows * count));
    b.into(weights, PpuOpcode::iadd, weights, weight_bytes);
    b.into(values, PpuOpcode::iadd, values, value_bytes);
  });
}

Reg activated(PpuBuilder& b, const Direction& d, std::size_t which, const Reg& x) {
  const std::size_t per_direction = d.attr.activations.size() / static_cast<std::size_t>(d.directions);
  const std::size_t i = static_cast<std::size_t>(d.index) * per_direction + which;
  const Reg alpha = b.real(d.attr.activation_alpha[i]), beta = b.real(d.attr.activation_beta[i]);
  const auto below_zero = [&](const Reg& y) { return choose(b, PpuOpcode::flt, x, b.real(0), y, x); };
  switch (d.attr.activations[i]) {
    case Activation::sigmoid:
      return sigmoid(b, x);
    case Activation::tanh:
      return tanh(b, x);
    case Activation::relu:
      return larger(b, b.real(0), x);
    case Activation::hard_sigmoid:
      return smaller(b, b.real(1), larger(b, b.real(0), add(b, mul(b, alpha, x), beta)));
    case Activation::softsign:
      return div(b, x, add(b, b.real(1), abs(b, x)));
    case Activation::softplus:
      return softplus(b, x);
    case Activation::affine:
      return add(b, mul(b, alpha, x), beta);
    case Activation::leakyrelu:
      return below_zero(mul(b, alpha, x));
    case Activation::elu:
      return below_zero(mul(b, alpha, expm1(b, x)));
  }
  return x;
}

Reg gate(PpuBuilder& b, const Direction& d, std::size_t which, Reg sum) {
  if (d.attr.clip > 0) sum = smaller(b, b.real(d.attr.clip), larger(b, b.real(-d.attr.clip), sum));
  return activated(b, d, which, sum);
}

}  // namespace trireme::recurrent

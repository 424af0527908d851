// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/fixed_factor.h"

#include <cmath>
#include <cstring>

namespace trireme {

Requantizer q31_multiplier(double factor) {
  int shift = 0;
  const double mantissa = std::frexp(factor, &shift);  // exact
  // Half away from zero; mantissa * 2^31 + 0.5 is exact in double, so the truncation is the rounding.
  auto multiplier = static_cast<std::int64_t>(mantissa * 0x1p31 + 0.5);
  if (multiplier == std::int64_t{1} << 31) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {0, 0};
  return {static_cast<std::uint32_t>(multiplier), shift};
}

Requantizer mantissa_multiplier(float factor, int bits) {
  std::uint32_t fields;
  std::memcpy(&fields, &factor, sizeof fields);
  const auto exponent = static_cast<std::int32_t>(fields >> 23 & 0xFFU);
  const std::uint32_t mantissa = fields & 0x7FFFFFU;
  return {(1U << bits) + (mantissa >> (23 - bits)), 127 + bits - exponent};
}

}  // namespace trireme

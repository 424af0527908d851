// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/tflite/fixed_factor.h"

#include <cmath>

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

}  // namespace trireme

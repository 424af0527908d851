// SPDX-License-Identifier: Apache-2.0
// From float32 to codes: x / scale, halves away from zero, where other rules take the even neighbour.
#include <cmath>

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/tflite/families.h"

namespace trireme::tflite_ppu {

using namespace ppu;

// Micro divides in float32; TensorFlow Lite on CPUs in double, which the PPU does not have. By a power of two
// both are exact.
std::optional<PpuKernel> quantize(const Call& call) {
  const std::vector<PpuOperand> operands = {call.in(0), call.out()};
  const AffineCodes codes = codes_of(operands[1]);
  int exponent = 0;
  const bool exact = std::frexp(codes.scale, &exponent) == 0.5F;
  if (call.rule == RequantRule::tflite && !exact) return std::nullopt;
  return element_kernel(call.chip, operands[1].shape, operands, [&](PpuBuilder& b, ElementVector& vector) {
    const Reg steps = nearest_away(b, div(b, vector.real(0), b.real(codes.scale)));
    vector.store_raw(1, code_of(b, codes, steps));
  });
}

}  // namespace trireme::tflite_ppu

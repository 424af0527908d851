// SPDX-License-Identifier: Apache-2.0
// From float32 to codes: x / scale, halves away from zero, where other rules take the even neighbour.
#include <cmath>

#include "compiler/ppu_kernels/index_space.h"
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
  PpuBuilder b(call.chip);
  const std::vector<LaneAddress> at = locate(b, broadcast_space(operands, operands[1].shape));
  const Reg x = load_real(b, operands[0], at[0].address, at[0].step);
  const Reg steps = nearest_away(b, div(b, x, b.real(codes.scale)));
  store_raw(b, operands[1], code_of(b, codes, steps), at[1].address, at[1].step);
  return b.finish(threads_for(operands[1].size()));
}

}  // namespace trireme::tflite_ppu

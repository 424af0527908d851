// SPDX-License-Identifier: Apache-2.0
// Parts whose parameters differ from the output's are rescaled in float32.
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/movement.h"
#include "compiler/ppu_kernels/tflite/families.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

Reg rescaled(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out, const Reg& code) {
  if (coded_alike(in, out)) return code;
  const AffineCodes from = codes_of(in), to = codes_of(out);
  const float scale = from.scale * (1.0F / to.scale);
  const float bias = static_cast<float>(-from.zero_point) * scale;
  const Reg real = add(b, mul(b, b.op(PpuOpcode::i2f, code), b.real(scale)), b.real(bias));
  return code_of(b, to, nearest_away(b, real));
}

}  // namespace

std::optional<PpuKernel> concat(const Call& call) {
  return concat_kernel(call.graph, call.node, call.chip, rescaled);
}

}  // namespace trireme::tflite_ppu

// SPDX-License-Identifier: Apache-2.0
// From one stored form to another: quantize, dequantize, cast, and operators that only rename.
#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/map.h"
#include "compiler/ppu_kernels/math.h"

namespace trireme {

namespace {

using namespace ppu;

// ONNX's rules: a real number loses its fraction, anything but 0 is true. Numbers beyond 32 bits saturate.
std::optional<PpuKernel> cast_kernel(const Graph& graph, const Node& node, const Chip& chip) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!is_supported(in) || !is_supported(out)) return std::nullopt;
  PpuBuilder b(chip);
  const Shape strides = row_major_strides(out.shape);
  const std::vector<LaneAddress> at = locate(b, {out.shape, {{&in, strides}, {&out, strides}}});
  const auto store = [&](const Reg& value) { store_raw(b, out, value, at[1].address, at[1].step); };
  if (out.is_real()) {
    store_real(b, out, load_real(b, in, at[0].address, at[0].step), at[1].address, at[1].step);
  } else if (out.type == DataType::boolean) {
    const bool real = in.is_real();
    const Reg value = (real ? load_real : load_raw)(b, in, at[0].address, at[0].step, 0);
    store(choose(b, real ? PpuOpcode::feq : PpuOpcode::ieq, value, b.whole(0), b.whole(0), b.whole(1)));
  } else if (in.is_real()) {
    store(b.op(PpuOpcode::f2i, trunc(b, load_real(b, in, at[0].address, at[0].step))));
  } else {
    store(load_raw(b, in, at[0].address, at[0].step));
  }
  return b.finish(threads_for(out.size()));
}

}  // namespace

std::vector<PpuKernelRow> conversion_ppu_kernels() {
  return {{"quantize", requantizing_copy}, {"dequantize", requantizing_copy}, {"cast", cast_kernel}};
}

}  // namespace trireme

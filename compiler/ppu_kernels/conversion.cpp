// SPDX-License-Identifier: Apache-2.0
// From one stored form to another: quantize, dequantize, cast, and operators that only rename.
#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/map.h"
#include "compiler/ppu_kernels/math.h"

namespace trireme {

namespace {

using namespace ppu;

Reg cast(PpuBuilder& b, bool to_truth, bool from_real, ElementVector& vector) {
  const Reg value = from_real ? vector.real(0) : vector.raw(0);
  if (to_truth)
    return choose(b, from_real ? PpuOpcode::feq : PpuOpcode::ieq, value, b.whole(0), b.whole(0), b.whole(1));
  return from_real ? b.op(PpuOpcode::f2i, trunc(b, value)) : value;
}

// ONNX's rules: a real number loses its fraction, anything but 0 is true. Numbers beyond 32 bits saturate.
std::optional<PpuKernel> cast_kernel(const Graph& graph, const Node& node, const Chip& chip) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!is_supported(in) || !is_supported(out)) return std::nullopt;
  return element_kernel(chip, out.shape, {in, out}, [&](PpuBuilder& b, ElementVector& vector) {
    if (out.is_real()) return vector.store_real(1, vector.real(0));
    vector.store_raw(1, cast(b, out.type == DataType::boolean, in.is_real(), vector));
  });
}

}  // namespace

std::vector<PpuKernelRow> conversion_ppu_kernels() {
  return {{"quantize", requantizing_copy}, {"dequantize", requantizing_copy}, {"cast", cast_kernel}};
}

}  // namespace trireme

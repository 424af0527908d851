// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/elements.h"

#include <utility>

#include "timing/ppu.h"

namespace trireme {

namespace {

Cycle cycles_of(const PpuKernel& kernel, const Chip& chip) {
  std::vector<std::uint32_t> uniforms = kernel.uniforms;
  uniforms.resize(kPpuUniforms);
  return ppu_compute_cycles(count_instructions(kernel.program, uniforms.data()), kernel.threads, chip);
}

}  // namespace

ElementVector::ElementVector(PpuBuilder& b, const std::vector<PpuOperand>& operands,
                             const std::vector<LaneAddress>& at, bool keeps)
    : b_(b),
      operands_(operands),
      at_(at),
      keeps_(keeps),
      kept_raw_(operands.size()),
      kept_real_(operands.size()) {}

Reg ElementVector::load(std::vector<Reg>& kept, std::size_t operand, Load read) {
  if (kept[operand] != nullptr) return kept[operand];
  const LaneAddress& at = at_[operand];
  const Reg value = read(b_, operands_[operand], at.address, at.step, vector_ * at.next);
  if (keeps_ && at.next == 0) kept[operand] = value;
  return value;
}

Reg ElementVector::raw(std::size_t operand) { return load(kept_raw_, operand, &load_raw); }

Reg ElementVector::real(std::size_t operand) { return load(kept_real_, operand, &load_real); }

void ElementVector::store_raw(std::size_t operand, const Reg& value) {
  const LaneAddress& at = at_[operand];
  trireme::store_raw(b_, operands_[operand], value, at.address, at.step, vector_ * at.next);
}

void ElementVector::store_real(std::size_t operand, const Reg& value) {
  const LaneAddress& at = at_[operand];
  trireme::store_real(b_, operands_[operand], value, at.address, at.step, vector_ * at.next);
}

void ElementVector::advance() { ++vector_; }

std::optional<PpuKernel> fastest_kernel(const Chip& chip, const KernelOfVectors& kernel_of) {
  std::optional<PpuKernel> fastest;
  Cycle least = 0;
  for (std::int64_t vectors = 1; vectors <= kThreadVectors; ++vectors) {
    std::optional<PpuKernel> kernel = kernel_of(vectors);
    if (!kernel) continue;
    const Cycle cycles = cycles_of(*kernel, chip);
    if (fastest && cycles >= least) continue;
    fastest = std::move(kernel);
    least = cycles;
  }
  return fastest;
}

std::optional<PpuKernel> element_kernel(const Chip& chip, const Shape& sizes,
                                        const DescribeElements& describe) {
  const std::int64_t elements = element_count(sizes);
  return fastest_kernel(chip, [&](std::int64_t vectors) -> std::optional<PpuKernel> {
    PpuBuilder b(chip);
    const ElementWise wise = describe(b);
    const IndexSpace space = broadcast_space(wise.operands, sizes);
    if (vectors > 1 && !takes_vectors(space, vectors)) return std::nullopt;
    const std::vector<LaneAddress> at = locate(b, space, 0, vectors);
    ElementVector vector(b, wise.operands, at, vectors > 1);
    for (std::int64_t i = 0; i < vectors; ++i, vector.advance()) wise.compute(vector);
    return b.finish(threads_for(elements, vectors));
  });
}

std::optional<PpuKernel> element_kernel(const Chip& chip, const Shape& sizes,
                                        const std::vector<PpuOperand>& operands,
                                        const ComputeElements& compute) {
  return element_kernel(chip, sizes, [&](PpuBuilder& b) -> ElementWise {
    return {operands, [&](ElementVector& vector) { compute(b, vector); }};
  });
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/elements.h"

#include <algorithm>

namespace trireme {

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

std::optional<PpuKernel> with_most_vectors(const Chip& chip, std::int64_t elements,
                                           const KernelOfVectors& kernel_of) {
  const std::int64_t resident = std::int64_t{chip.ppu.threads} * chip.ppu.cores;
  for (std::int64_t vectors = kThreadVectors; vectors > 1; --vectors) {
    if (threads_for(elements, vectors) < resident) continue;
    if (std::optional<PpuKernel> kernel = kernel_of(vectors)) return kernel;
  }
  return kernel_of(1);
}

std::optional<PpuKernel> element_kernel(const Chip& chip, const Shape& sizes,
                                        const DescribeElements& describe) {
  const std::int64_t elements = element_count(sizes);
  return with_most_vectors(chip, elements, [&](std::int64_t vectors) -> std::optional<PpuKernel> {
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

// SPDX-License-Identifier: Apache-2.0
// Kernels that compute each element by itself: what a thread finds once, its addresses and constants, serves
// several vectors of four elements.
#pragma once

#include <functional>

#include "compiler/ppu_kernels/index_space.h"

namespace trireme {

// Four elements of each operand, at the same place of the result.
class ElementVector {
 public:
  // `at`: an operand each. What repeats from one vector of the thread to the next is loaded once if `keeps`.
  ElementVector(PpuBuilder& b, const std::vector<PpuOperand>& operands, const std::vector<LaneAddress>& at,
                bool keeps);

  Reg raw(std::size_t operand);   // as it is stored: codes and integers as int32, floats as float32
  Reg real(std::size_t operand);  // as float32: codes dequantized, integers converted
  void store_raw(std::size_t operand, const Reg& value);
  void store_real(std::size_t operand, const Reg& value);

  void advance();  // to the thread's next vector

 private:
  using Load = Reg (*)(PpuBuilder&, const PpuOperand&, const Reg&, const Reg&, std::int64_t);
  Reg load(std::vector<Reg>& kept, std::size_t operand, Load read);

  PpuBuilder& b_;
  const std::vector<PpuOperand>& operands_;
  const std::vector<LaneAddress>& at_;
  bool keeps_;
  std::int64_t vector_ = 0;
  std::vector<Reg> kept_raw_, kept_real_;
};

// The fastest program (timing/ppu.h) of those with 1 to kThreadVectors vectors a thread, as far as there is
// one that fits the chip. With 16, finding addresses, some 20 instructions, is a tenth of a product's
// program.
constexpr std::int64_t kThreadVectors = 16;
using KernelOfVectors = std::function<std::optional<PpuKernel>(std::int64_t vectors)>;
std::optional<PpuKernel> fastest_kernel(const Chip& chip, const KernelOfVectors& kernel_of);

// A result of `sizes`, to which all operands are broadcast.
using ComputeElements = std::function<void(PpuBuilder& b, ElementVector& vector)>;
std::optional<PpuKernel> element_kernel(const Chip& chip, const Shape& sizes,
                                        const std::vector<PpuOperand>& operands,
                                        const ComputeElements& compute);

// The same of a kernel that brings tables along: `describe` adds them to each program tried.
struct ElementWise {
  std::vector<PpuOperand> operands;
  std::function<void(ElementVector& vector)> compute;
};
using DescribeElements = std::function<ElementWise(PpuBuilder& b)>;
std::optional<PpuKernel> element_kernel(const Chip& chip, const Shape& sizes,
                                        const DescribeElements& describe);

}  // namespace trireme

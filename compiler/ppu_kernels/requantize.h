// SPDX-License-Identifier: Apache-2.0
// From 32-bit sums of products of codes to output codes, by each of the rules (docs/isa.md §4): what the
// array's requantizer does, as a program.
#pragma once

#include "compiler/ppu_kernels/operand.h"
#include "isa/job.h"

namespace trireme {

// `matrix_product`: TensorFlow Lite rounds those otherwise than other sums (numerics.md §3.2).
struct SumRule {
  RequantRule rule;
  Ties ties;
  bool matrix_product;
};

// s_in * s_w / s_out as float32 arithmetic has it, and as TensorFlow Lite has it.
struct SumFactor {
  float narrow;
  double wide;
};

class SumRequantizer {
 public:
  // One factor, or one an output channel. Refuses the program where a tie other than half up meets a factor
  // of 1/2 or more.
  SumRequantizer(PpuBuilder& b, const PpuOperand& out, const SumRule& rule,
                 const std::vector<SumFactor>& factors);
  // `channel`: the output channel of each lane; not asked for with one factor.
  Reg code(const Reg& sum, const Reg& channel = nullptr) const;

 private:
  struct Multiplier {              // value * 2^left / 2^31 / 2^right
    Reg value, left, right, half;  // half: 2^right / 2; 1, which no remainder reaches, if right is 0
  };
  Reg entry(const Reg& channel, std::int64_t word) const;
  Multiplier multiplier(const Reg& channel) const;
  Reg shifted(const Reg& high, const Multiplier& by, const Reg& extra) const;
  Reg rounded_twice(const Reg& sum, const Multiplier& by) const;
  Reg stays(const Reg& down) const;
  Reg rounded_once(const Reg& sum, const Multiplier& by) const;
  Reg in_reals(const Reg& sum, const Reg& channel) const;

  PpuBuilder& b_;
  PpuOperand out_, table_;
  SumRule rule_;
  std::vector<std::int32_t> words_;  // kWords a channel
  bool shifts_left_ = false, unshifted_ = false;
};

}  // namespace trireme

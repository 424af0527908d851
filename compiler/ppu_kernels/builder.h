// SPDX-License-Identifier: Apache-2.0
// Writes PPU programs: registers are C++ values, loops are blocks, constants and operand addresses are asked
// for by what they are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

// A register of the program; free again when the last copy is gone. One that is to live through a loop must
// be held by the code around it.
using Reg = std::shared_ptr<const std::uint8_t>;

class PpuBuilder {
 public:
  explicit PpuBuilder(const Chip& chip);
  PpuBuilder(const PpuBuilder&) = delete;
  PpuBuilder& operator=(const PpuBuilder&) = delete;

  // A register for a variable; a constant in all lanes (kept for later use of the same one); r0, the thread's
  // index; 0, 1, 2, 3. A loop that uses a constant makes it anew in every turn unless somebody outside holds
  // it.
  Reg variable();
  Reg variable(const Reg& start);
  Reg bits(std::uint32_t word);
  Reg real(float value);
  Reg whole(std::int64_t value);
  Reg thread();
  Reg lane_id();
  // The address of an operand, plus `offset` bytes; `bytes` are touched from there on, 0: any of the operand.
  Reg address(PpuOperandKind kind, std::size_t index, std::int64_t offset = 0, std::int64_t bytes = 0);
  std::size_t add_table(Bytes bytes);

  // d = opcode(a, b) in a new register, or in a variable.
  Reg op(PpuOpcode opcode, const Reg& a, const Reg& b = nullptr);
  void into(const Reg& d, PpuOpcode opcode, const Reg& a, const Reg& b = nullptr, int lane = 0);
  void assign(const Reg& d, const Reg& value) { into(d, PpuOpcode::mov, value); }
  // Predicate = a opcode b; `also`: and what it was.
  void test(PpuOpcode opcode, const Reg& a, const Reg& b, bool also = false);
  void invert();
  Reg select(const Reg& yes, const Reg& no);
  Reg load(PpuType type, const Reg& address, const Reg& step, std::int64_t offset = 0);
  void load_into(const Reg& d, PpuType type, const Reg& address, const Reg& step, std::int64_t offset = 0);
  void store(PpuType type, const Reg& value, const Reg& address, const Reg& step, std::int64_t offset = 0);

  // What `body` writes happens in the lanes of the predicate only.
  void where(const std::function<void()>& body);
  void loop(std::int64_t trips, const std::function<void()>& body);

  // What is asked for has no program: finish() gives nothing.
  void refuse() { refused_ = true; }
  // Nothing if the program does not fit the chip.
  std::optional<PpuKernel> finish(std::int64_t threads);

 private:
  struct Constant {
    Reg reg;
    std::size_t depth;  // of loops around its instruction
  };
  void emit(PpuInstruction instruction);
  Reg kept(std::uint64_t key, PpuInstruction instruction);
  Reg take();
  void drop_constants(std::size_t depth);

  int registers_, slots_;
  std::vector<bool> taken_;
  std::map<std::uint64_t, Constant> constants_;
  PpuKernel kernel_;
  std::size_t depth_ = 0;
  bool predicated_ = false, refused_ = false;
  Reg thread_;
};

}  // namespace trireme

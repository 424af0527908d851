// SPDX-License-Identifier: Apache-2.0
// The PPU's instruction set: 128-bit instructions over 128-bit registers of four 32-bit lanes (hardware.md §5; the
// encoding is ours, docs/isa.md). Control flow is counted loops and predication only, so that instruction counts are
// exact in closed form. All float arithmetic is IEEE 754 binary32, round to nearest even, no contraction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/files.h"

namespace trireme {

enum class PpuOpcode : std::uint8_t {
  end = 0,
  // moves: d = a; d = immediate in all lanes; d = uniform word in all lanes; d = lane `index` of a in all lanes
  mov, movi, movu, bcast, lane_id,
  // float, lane by lane
  fadd, fsub, fmul, fmax, fmin, frcp, frne,   // frne: to the nearest integer, ties to even, as float
  // integer, lane by lane, wrapping
  iadd, isub, imul, imax, imin, iand, ior, shl, sar, shr,
  // conversions
  i2f, f2i,                                    // f2i: to nearest even, saturating
  // comparisons write the predicate: per lane p = a < b, a <= b, a == b (float or int); pnot inverts
  flt, fle, ilt, ile, ieq, pnot,
  sel,                                         // d = p ? a : b
  // horizontal over the four lanes, result in all lanes: hadd = (l0 + l1) + (l2 + l3)
  hadd, hmax,
  // memory: address in bytes = a (integer) + lane * b (integer, bytes); predicated lanes only when `predicated`
  load, store,                                 // element type in `type`; load widens to int32 or float32
  // loop immediate-or-uniform times; ends at the matching endloop; nesting at most 8
  loop, loopu, endloop,
};

enum class PpuType : std::uint8_t { u8, i8, u16, i16, i32, f16, f32 };

struct PpuInstruction {          // 16 bytes
  std::uint8_t opcode;
  std::uint8_t dst, a, b;        // registers
  std::uint8_t type;             // PpuType of load and store
  std::uint8_t predicated;       // 1: lanes whose predicate is false keep dst, load nothing, store nothing
  std::uint8_t index;            // bcast: lane; movu, loopu: uniform
  std::uint8_t reserved;
  std::uint32_t immediate;       // movi: bits; loop: count
  std::uint32_t reserved2;
};
static_assert(sizeof(PpuInstruction) == 16);

using PpuProgram = std::vector<PpuInstruction>;

// "fadd r3, r1, r2", one a line, `;` comments, "movi r1, 0x3f800000" or "movi r1, 1.5f", "load.u8 r4, [r1 + r2]",
// "(p) store.f16 r5, [r1 + r2]", "loop 3" … "endloop". Errors name the line.
PpuProgram assemble(const std::string& text, const std::string& name);
std::string disassemble(const PpuProgram& program);
Bytes encode(const PpuProgram& program);
PpuProgram decode_ppu_program(const Bytes& bytes, const std::string& where);
// Known opcodes, registers below `registers`, loops matched and at most 8 deep, ends with `end`. Error otherwise.
void check_program(const PpuProgram& program, int registers, int slots, const std::string& where);

// Executed instructions of one thread by class, loops multiplied out; closed form.
struct PpuCounts {
  std::int64_t alu = 0, special = 0, memory = 0, control = 0;
  std::int64_t total() const { return alu + special + memory + control; }
};
PpuCounts count_instructions(const PpuProgram& program, const std::uint32_t* uniforms);
PpuCounts class_of(PpuOpcode opcode);  // one instruction's class as a count

}  // namespace trireme

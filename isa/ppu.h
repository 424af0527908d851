// SPDX-License-Identifier: Apache-2.0
// The PPU's instruction set: 128-bit instructions over 128-bit registers of four 32-bit lanes (hardware.md
// §5; the encoding is ours, docs/isa.md). Control flow is counted loops and predication only, so that
// instruction counts are exact in closed form. All float arithmetic is IEEE 754 binary32, round to nearest
// even, no contraction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/files.h"

namespace trireme {

enum class PpuOpcode : std::uint8_t {
  end = 0,
  // moves: d = a; d = immediate in all lanes; d = uniform word in all lanes; d = lane `index` of a in all
  // lanes; d = 0, 1, 2, 3
  mov,
  movi,
  movu,
  bcast,
  lane_id,
  // float, lane by lane; a NaN result is 0x7fc00000; fmax is a > b ? a : b, fmin a < b ? a : b
  fadd,
  fsub,
  fmul,
  fmax,
  fmin,
  frcp,
  fsqrt,
  frne,  // 1/a, square root; to the nearest integer, ties to even, as float
  // integer, lane by lane, wrapping; shifts by b modulo 32
  iadd,
  isub,
  imul,
  imax,
  imin,
  iand,
  ior,
  shl,
  sar,
  shr,
  // conversions, to nearest even
  i2f,
  f2i,  // f2i: saturating, NaN gives 0
  // comparisons write the predicate: per lane p = a < b, a <= b, a == b (float or int); pnot inverts.
  // A predicated comparison is an "and": lanes that are false stay false.
  flt,
  fle,
  ilt,
  ile,
  ieq,
  pnot,
  sel,  // d = p ? a : b
  // horizontal over the four lanes, result in all lanes: hadd = (l0 + l1) + (l2 + l3)
  hadd,
  hmax,
  // memory: byte address of lane j = a[j] + j * b[j] + immediate (integers, wrapping); predicated lanes only
  // when `predicated`. Element type in `type`: load widens to int32 or float32, store takes its data from
  // dst: integers keep their low bits, float16 rounds to nearest even; of i64 load takes the low word, store
  // extends the sign.
  load,
  store,
  // repeat the body immediate times (loop) or as often as the uniform says (loopu), maybe 0 times; nesting at
  // most 8
  loop,
  loopu,
  endloop,
  // float: a / b correctly rounded; the largest integer <= a; d + a * b and d + a * (lane `index` of b), the
  // product rounded before it is added
  fdiv,
  ffloor,
  fmad,
  fmadl,
  // integer: high word of the signed product; (a * b + 2^30) >> 31, saturating (only -2^31 * -2^31
  // overflows); quotient towards zero (0 if b is 0, wrapping) and what it leaves, a - quotient * b;
  // exclusive or
  imulh,
  imulrh,
  idiv,
  imod,
  ixor,
  // comparisons: p = a == b (float), a < b (unsigned)
  feq,
  ult,
};

constexpr int kPpuOpcodes = static_cast<int>(PpuOpcode::ult) + 1;

enum class PpuType : std::uint8_t { u8, i8, u16, i16, i32, f16, f32, i64 };
constexpr int kPpuTypes = static_cast<int>(PpuType::i64) + 1;
int bytes_of(PpuType type);

struct PpuInstruction {  // 16 bytes
  std::uint8_t opcode;
  std::uint8_t dst, a, b;  // registers
  std::uint8_t type;       // PpuType of load and store
  // 1: lanes whose predicate is false keep dst, load nothing, store nothing. Not for pnot, loops and end.
  std::uint8_t predicated;
  std::uint8_t index;  // bcast, fmadl: lane; movu, loopu: uniform
  std::uint8_t reserved;
  std::uint32_t immediate;  // movi: bits; loop: count; load, store: byte offset
  std::uint32_t reserved2;
};
static_assert(sizeof(PpuInstruction) == 16);

// At the start of a thread every lane of r0 holds the thread's index, the other registers 0, the predicate is
// true in all lanes. Threads may not read what other threads of the job write.
constexpr int kPpuLanes = 4;
constexpr int kPpuRegisters = 256;  // most the encoding can name; a chip has fewer (ppu.temp_registers)
constexpr int kMaxLoopDepth = 8;

using PpuProgram = std::vector<PpuInstruction>;

// "fadd r3, r1, r2", one a line, `;` comments, "movi r1, 0x3f800000" or "movi r1, 1.5f", "load.u8 r4, [r1 +
// r2]", "(p) store.f16 r5, [r1 + r2 + 16]", "loop 3" … "endloop". Errors name the line.
PpuProgram assemble(const std::string& text, const std::string& name);
std::string disassemble(const PpuProgram& program);
Bytes encode(const PpuProgram& program);
PpuProgram decode_ppu_program(const Bytes& bytes, const std::string& where);
// Known opcodes, registers below `registers`, loops matched and at most 8 deep, one `end` and that last.
// Error otherwise.
void check_program(const PpuProgram& program, int registers, int slots, const std::string& where);

// Executed instructions of one thread by class, loops multiplied out; closed form.
struct PpuCounts {
  std::int64_t alu = 0, special = 0, memory = 0, control = 0;
  std::int64_t total() const { return alu + special + memory + control; }
};
// Loops count once where they begin, endloop once an iteration. Counts beyond 2^62 stay there. The program
// must pass check_program; `uniforms` has kPpuUniforms words.
PpuCounts count_instructions(const PpuProgram& program, const std::uint32_t* uniforms);
PpuCounts class_of(PpuOpcode opcode);  // one instruction's class as a count

// For the loop that begins at instruction i: the index of its endloop, and the other way round; -1 elsewhere.
std::vector<int> loop_partners(const PpuProgram& program);

}  // namespace trireme

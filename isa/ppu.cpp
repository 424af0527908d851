// SPDX-License-Identifier: Apache-2.0
#include "isa/ppu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "isa/job.h"
#include "isa/ppu_opcodes.h"
#include "support/error.h"

namespace trireme {

namespace {

constexpr std::int64_t kCountLimit = std::int64_t{1} << 62;

bool begins_loop(const PpuInstruction& instruction) {
  const auto opcode = static_cast<PpuOpcode>(instruction.opcode);
  return opcode == PpuOpcode::loop || opcode == PpuOpcode::loopu;
}

bool is(const PpuInstruction& instruction, PpuOpcode opcode) {
  return instruction.opcode == static_cast<std::uint8_t>(opcode);
}

// What can be said about one instruction without the others; also true of the unused fields.
void check_instruction(const PpuInstruction& instruction, int registers, const std::string& where,
                       Problems& problems) {
  if (instruction.opcode >= kPpuOpcodes) {
    problems.add(where, fmt::format("unknown opcode {}", instruction.opcode),
                 fmt::format("0 to {}", kPpuOpcodes - 1));
    return;
  }
  const PpuOpcodeInfo& info = info_of(static_cast<PpuOpcode>(instruction.opcode));
  const auto in_range = [&](const char* what, bool used, unsigned value, int count) {
    const unsigned limit = used ? static_cast<unsigned>(count) : 1;
    if (value >= limit)
      problems.add(where, fmt::format("{}: {} {}", info.name, what, value), fmt::format("below {}", limit));
  };
  in_range("register", info.has('d'), instruction.dst, registers);
  in_range("register", info.reads_a(), instruction.a, registers);
  in_range("register", info.reads_b(), instruction.b, registers);
  in_range("element type", info.klass == PpuClass::memory, instruction.type, kPpuTypes);
  in_range("predicate flag", info.may_be_predicated, instruction.predicated, 2);
  in_range("index", info.has('u') || info.has('l'), instruction.index,
           info.has('u') ? kPpuUniforms : kPpuLanes);
  if (!info.has('i') && !info.has('m')) in_range("immediate", false, instruction.immediate, 0);
  in_range("reserved field", false, instruction.reserved, 0);
  in_range("reserved field", false, instruction.reserved2, 0);
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  return a > kCountLimit - b ? kCountLimit : a + b;
}

std::int64_t saturating_multiply(std::int64_t a, std::int64_t times) {
  return times != 0 && a > kCountLimit / times ? kCountLimit : a * times;
}

void add(PpuCounts& sum, const PpuCounts& counts) {
  sum.alu = saturating_add(sum.alu, counts.alu);
  sum.special = saturating_add(sum.special, counts.special);
  sum.memory = saturating_add(sum.memory, counts.memory);
  sum.control = saturating_add(sum.control, counts.control);
}

PpuCounts times(const PpuCounts& counts, std::int64_t n) {
  return {saturating_multiply(counts.alu, n), saturating_multiply(counts.special, n),
          saturating_multiply(counts.memory, n), saturating_multiply(counts.control, n)};
}

}  // namespace

Bytes encode(const PpuProgram& program) {
  Bytes bytes(program.size() * sizeof(PpuInstruction));
  if (!program.empty()) std::memcpy(bytes.data(), program.data(), bytes.size());
  return bytes;
}

PpuProgram decode_ppu_program(const Bytes& bytes, const std::string& where) {
  if (bytes.size() % sizeof(PpuInstruction) != 0) {
    throw Error(where, fmt::format("a program of {} bytes", bytes.size()),
                fmt::format("instructions have {} bytes", sizeof(PpuInstruction)));
  }
  PpuProgram program(bytes.size() / sizeof(PpuInstruction));
  if (!program.empty()) std::memcpy(program.data(), bytes.data(), bytes.size());
  Problems problems;
  for (std::size_t i = 0; i < program.size(); ++i) {
    check_instruction(program[i], kPpuRegisters, fmt::format("{}: instruction {}", where, i), problems);
  }
  problems.throw_if_any();
  return program;
}

void check_program(const PpuProgram& program, int registers, int slots, const std::string& where) {
  Problems problems;
  if (program.size() > static_cast<std::size_t>(slots)) {
    problems.add(where, fmt::format("{} instructions", program.size()), fmt::format("at most {}", slots));
  }
  std::size_t depth = 0, deepest = 0;
  for (std::size_t i = 0; i < program.size(); ++i) {
    const std::string place = fmt::format("{}: instruction {}", where, i);
    check_instruction(program[i], registers, place, problems);
    if (begins_loop(program[i])) deepest = std::max(deepest, ++depth);
    if (is(program[i], PpuOpcode::endloop)) {
      if (depth == 0) problems.add(place, "endloop without a loop", "begin it with loop or loopu");
      depth -= depth > 0 ? 1 : 0;
    }
    if (is(program[i], PpuOpcode::end) && i + 1 != program.size()) {
      problems.add(place, "end is not the last instruction", "write one end, as the last instruction");
    }
  }
  if (depth > 0) problems.add(where, fmt::format("{} loops without endloop", depth), "end every loop");
  if (deepest > kMaxLoopDepth) {
    problems.add(where, fmt::format("loops nested {} deep", deepest),
                 fmt::format("at most {}", kMaxLoopDepth));
  }
  if (program.empty() || !is(program.back(), PpuOpcode::end))
    problems.add(where, "does not end with end", "add it");
  problems.throw_if_any();
}

PpuCounts class_of(PpuOpcode opcode) {
  PpuCounts one;
  switch (info_of(opcode).klass) {
    case PpuClass::alu:
      one.alu = 1;
      break;
    case PpuClass::special:
      one.special = 1;
      break;
    case PpuClass::memory:
      one.memory = 1;
      break;
    case PpuClass::control:
      one.control = 1;
      break;
  }
  return one;
}

// A stack of bodies: endloop multiplies the top by its trip count and adds it to the one below.
PpuCounts count_instructions(const PpuProgram& program, const std::uint32_t* uniforms) {
  struct Body {
    PpuCounts counts;
    std::int64_t trips;
  };
  std::vector<Body> bodies = {{PpuCounts{}, 1}};
  for (const PpuInstruction& instruction : program) {
    add(bodies.back().counts, class_of(static_cast<PpuOpcode>(instruction.opcode)));
    if (is(instruction, PpuOpcode::loop)) bodies.push_back({PpuCounts{}, instruction.immediate});
    if (is(instruction, PpuOpcode::loopu)) bodies.push_back({PpuCounts{}, uniforms[instruction.index]});
    if (!is(instruction, PpuOpcode::endloop)) continue;
    if (bodies.size() == 1) internal_error("instructions counted of a program with unmatched loops");
    const Body body = bodies.back();
    bodies.pop_back();
    add(bodies.back().counts, times(body.counts, body.trips));
  }
  return bodies.front().counts;
}

std::vector<int> loop_partners(const PpuProgram& program) {
  std::vector<int> partners(program.size(), -1), open;
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (begins_loop(program[i])) open.push_back(static_cast<int>(i));
    if (!is(program[i], PpuOpcode::endloop)) continue;
    if (open.empty()) internal_error("loop_partners of a program with unmatched loops");
    partners[i] = open.back();
    partners[static_cast<std::size_t>(open.back())] = static_cast<int>(i);
    open.pop_back();
  }
  return partners;
}

}  // namespace trireme

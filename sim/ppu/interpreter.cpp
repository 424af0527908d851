// SPDX-License-Identifier: Apache-2.0
#include "sim/ppu/interpreter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "isa/ppu_opcodes.h"
#include "sim/ppu/lane_access.h"
#include "sim/ppu/lane_loops.h"
#include "support/error.h"

namespace trireme {

namespace {

// Threads in lock-step. The registers a loop uses should stay in the processor's first cache.
constexpr std::uint32_t kBatch = 128;
// All lanes of all threads of a batch: [thread][lane], so that every instruction is one tight loop.
constexpr std::size_t kLanes = kBatch * kPpuLanes;
using Lanes = std::array<std::uint32_t, kLanes>;

// How far the lanes of a register are known to hold one number; in this order the smaller is true of both.
enum class Spread : std::uint8_t { lanes_differ, one_a_thread, one_for_all };

class Batch {
 public:
  Batch(int registers, const std::uint32_t* uniforms, PpuMemory& memory)
      : registers_(static_cast<std::size_t>(registers)),
        spreads_(registers_.size()),
        uniforms_(uniforms),
        memory_(memory) {}

  // Threads first .. first + count - 1 from their start to `end`.
  void run(const PpuProgram& program, const std::vector<int>& partners, std::uint32_t first,
           std::uint32_t count, PpuCounts& executed);

 private:
  void start(std::uint32_t first, std::uint32_t count);
  void execute(const PpuInstruction& instruction);
  void fill(const PpuInstruction& instruction);
  void arithmetic(const PpuInstruction& instruction, LaneLoop loop, const PpuOpcodeInfo& info);
  void compare(const PpuInstruction& instruction, LaneLoop loop);
  void access(const PpuInstruction& instruction);
  void finish(const PpuInstruction& instruction, Spread spread);
  Spread spread_of(const PpuInstruction& instruction, const PpuOpcodeInfo& info) const;

  // Where an instruction puts its result: into its register, or aside until `finish` selects by the
  // predicate.
  std::uint32_t* target(const PpuInstruction& instruction) {
    return instruction.predicated != 0 ? aside_.data() : registers_[instruction.dst].data();
  }

  std::vector<Lanes> registers_;
  std::vector<Spread> spreads_;
  Lanes predicate_{}, aside_{};  // the predicate is all ones or 0 in every lane
  Spread predicate_spread_ = Spread::one_for_all;
  const std::uint32_t* uniforms_;
  PpuMemory& memory_;
  std::size_t used_ = 0;  // lanes of the threads there are
};

void Batch::start(std::uint32_t first, std::uint32_t count) {
  used_ = std::size_t{count} * kPpuLanes;
  for (Lanes& lanes : registers_) lanes.fill(0);
  std::fill(spreads_.begin(), spreads_.end(), Spread::one_for_all);
  for (std::size_t i = 0; i < used_; ++i)
    registers_[0][i] = first + static_cast<std::uint32_t>(i / kPpuLanes);
  spreads_[0] = Spread::one_a_thread;
  predicate_.fill(0xFFFFFFFFu);
  predicate_spread_ = Spread::one_for_all;
}

// dst has its new value in `target`.
void Batch::finish(const PpuInstruction& instruction, Spread spread) {
  if (instruction.predicated != 0) {
    std::uint32_t* const dst = registers_[instruction.dst].data();
    select_lanes(dst, predicate_.data(), aside_.data(), dst, used_);
    spread = std::min({spread, predicate_spread_, spreads_[instruction.dst]});
  }
  spreads_[instruction.dst] = spread;
}

void Batch::fill(const PpuInstruction& instruction) {
  std::uint32_t* const out = target(instruction);
  const auto opcode = static_cast<PpuOpcode>(instruction.opcode);
  if (opcode == PpuOpcode::lane_id) {
    for (std::size_t i = 0; i < used_; ++i) out[i] = static_cast<std::uint32_t>(i % kPpuLanes);
    return finish(instruction, Spread::lanes_differ);
  }
  std::fill_n(out, used_, opcode == PpuOpcode::movi ? instruction.immediate : uniforms_[instruction.index]);
  finish(instruction, Spread::one_for_all);
}

// Lane by lane, one number in gives one number out; operations across a thread give one number a thread.
Spread Batch::spread_of(const PpuInstruction& instruction, const PpuOpcodeInfo& info) const {
  Spread spread = Spread::one_for_all;
  if (info.reads_a()) spread = std::min(spread, spreads_[instruction.a]);
  if (info.reads_b()) spread = std::min(spread, spreads_[instruction.b]);
  switch (info.opcode) {
    case PpuOpcode::fmad:
    case PpuOpcode::fmadl:
      return std::min(spread, spreads_[instruction.dst]);
    case PpuOpcode::bcast:
    case PpuOpcode::hadd:
    case PpuOpcode::hmax:
      return std::max(spread, Spread::one_a_thread);
    default:
      return spread;
  }
}

void Batch::arithmetic(const PpuInstruction& instruction, LaneLoop loop, const PpuOpcodeInfo& info) {
  const Spread spread = spread_of(instruction, info);
  loop({target(instruction), registers_[instruction.dst].data(), registers_[instruction.a].data(),
        registers_[instruction.b].data(), used_, instruction.index});
  finish(instruction, spread);
}

// A predicated comparison is an "and".
void Batch::compare(const PpuInstruction& instruction, LaneLoop loop) {
  const Spread spread = std::min(spreads_[instruction.a], spreads_[instruction.b]);
  loop({aside_.data(), aside_.data(), registers_[instruction.a].data(), registers_[instruction.b].data(),
        used_, 0});
  if (instruction.predicated == 0) {
    std::copy_n(aside_.begin(), used_, predicate_.begin());
    predicate_spread_ = spread;
  } else {
    for (std::size_t i = 0; i < used_; ++i) predicate_[i] &= aside_[i];
    predicate_spread_ = std::min(predicate_spread_, spread);
  }
}

void Batch::access(const PpuInstruction& instruction) {
  const Lanes& a = registers_[instruction.a];
  const Lanes& b = registers_[instruction.b];
  // The addresses first: a load may overwrite one of its own address registers.
  Lanes& addresses = aside_;
  lane_addresses(addresses.data(), a.data(), b.data(), instruction.immediate, used_);
  LaneAccess access;
  access.type = static_cast<PpuType>(instruction.type);
  access.addresses = addresses.data();
  access.mask = instruction.predicated != 0 ? predicate_.data() : nullptr;
  access.data = registers_[instruction.dst].data();
  access.lanes = used_;
  const bool even =
      spreads_[instruction.a] != Spread::lanes_differ && spreads_[instruction.b] == Spread::one_for_all;
  if (even) access.step = b[0];
  if (static_cast<PpuOpcode>(instruction.opcode) == PpuOpcode::store) return store_lanes(memory_, access);
  load_lanes(memory_, access);
  const bool one = access.step == 0 && instruction.predicated == 0;
  spreads_[instruction.dst] = one ? spreads_[instruction.a] : Spread::lanes_differ;
}

void Batch::execute(const PpuInstruction& instruction) {
  const auto opcode = static_cast<PpuOpcode>(instruction.opcode);
  switch (opcode) {
    case PpuOpcode::movi:
    case PpuOpcode::movu:
    case PpuOpcode::lane_id:
      return fill(instruction);
    case PpuOpcode::pnot:
      for (std::size_t i = 0; i < used_; ++i) predicate_[i] = ~predicate_[i];
      return;
    case PpuOpcode::sel: {
      const Spread spread = std::min({spreads_[instruction.a], spreads_[instruction.b], predicate_spread_});
      select_lanes(registers_[instruction.dst].data(), predicate_.data(), registers_[instruction.a].data(),
                   registers_[instruction.b].data(), used_);
      spreads_[instruction.dst] = spread;
      return;
    }
    case PpuOpcode::load:
    case PpuOpcode::store:
      return access(instruction);
    default:
      break;
  }
  const LaneLoop loop = lane_loop(opcode);
  if (loop == nullptr) internal_error("PPU instruction without a meaning");
  const PpuOpcodeInfo& info = info_of(opcode);
  info.has('d') ? arithmetic(instruction, loop, info) : compare(instruction, loop);
}

void Batch::run(const PpuProgram& program, const std::vector<int>& partners, std::uint32_t first,
                std::uint32_t count, PpuCounts& executed) {
  start(first, count);
  std::vector<std::uint32_t> trips_left;  // of the loops the program is in
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const PpuInstruction& instruction = program[pc];
    const auto opcode = static_cast<PpuOpcode>(instruction.opcode);
    const PpuCounts one = class_of(opcode);
    executed.alu += one.alu * count;
    executed.special += one.special * count;
    executed.memory += one.memory * count;
    executed.control += one.control * count;
    if (opcode == PpuOpcode::end) return;
    if (opcode == PpuOpcode::loop || opcode == PpuOpcode::loopu) {
      const std::uint32_t trips =
          opcode == PpuOpcode::loop ? instruction.immediate : uniforms_[instruction.index];
      if (trips == 0) pc = static_cast<std::size_t>(partners[pc]);
      if (trips != 0) trips_left.push_back(trips);
    } else if (opcode == PpuOpcode::endloop) {
      if (--trips_left.back() > 0) pc = static_cast<std::size_t>(partners[pc]);
      if (trips_left.back() == 0) trips_left.pop_back();
    } else {
      execute(instruction);
    }
  }
}

int registers_used(const PpuProgram& program) {
  int most = 0;
  for (const PpuInstruction& instruction : program) {
    most = std::max({most, int{instruction.dst}, int{instruction.a}, int{instruction.b}});
  }
  return most + 1;
}

}  // namespace

void run_ppu_program(const PpuProgram& program, const std::uint32_t* uniforms, std::uint32_t threads,
                     PpuMemory& memory, PpuCounts* executed) {
  check_program(program, kPpuRegisters, std::numeric_limits<int>::max(), "PPU program");
  const std::vector<int> partners = loop_partners(program);
  Batch batch(registers_used(program), uniforms, memory);
  PpuCounts counts;
  for (std::uint32_t first = 0; first < threads;) {
    const std::uint32_t count = std::min(kBatch, threads - first);
    batch.run(program, partners, first, count, counts);
    first += count;
  }
  if (executed != nullptr) *executed = counts;
}

}  // namespace trireme

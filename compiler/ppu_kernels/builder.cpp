// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/builder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "isa/job.h"
#include "support/error.h"

namespace trireme {

namespace {

constexpr std::uint64_t kUniformKey = std::uint64_t{1} << 32;  // above the words that name constants
constexpr std::uint64_t kLaneKey = std::uint64_t{2} << 32;

std::uint8_t number(const Reg& reg) { return reg == nullptr ? std::uint8_t{0} : *reg; }

PpuInstruction instruction_of(PpuOpcode opcode) {
  PpuInstruction instruction{};
  instruction.opcode = static_cast<std::uint8_t>(opcode);
  return instruction;
}

PpuInstruction access_of(PpuOpcode opcode, PpuType type, const Reg& address, const Reg& step,
                         std::int64_t offset) {
  PpuInstruction instruction = instruction_of(opcode);
  instruction.type = static_cast<std::uint8_t>(type);
  instruction.a = number(address);
  instruction.b = number(step);
  instruction.immediate = static_cast<std::uint32_t>(offset);
  return instruction;
}

}  // namespace

PpuBuilder::PpuBuilder(const Chip& chip)
    : registers_(chip.ppu.temp_registers), slots_(chip.ppu.instruction_slots), taken_(kPpuRegisters) {
  taken_[0] = true;
  thread_ = std::make_shared<const std::uint8_t>(std::uint8_t{0});
}

void PpuBuilder::emit(PpuInstruction instruction) {
  if (predicated_) instruction.predicated = 1;
  kernel_.program.push_back(instruction);
}

// The lowest register that is free. If there is none, a kept constant of this very loop body gives way:
// nothing before this place reads it again. One from outside the loop would be read in the next iteration.
Reg PpuBuilder::take() {
  const auto end = taken_.begin() + registers_;
  auto free = std::find(taken_.begin(), end, false);
  for (auto entry = constants_.begin(); free == end && entry != constants_.end();) {
    const bool idle = entry->second.depth == depth_ && entry->second.reg.use_count() == 1;
    entry = idle ? constants_.erase(entry) : std::next(entry);
    free = std::find(taken_.begin(), end, false);
  }
  if (free == end) {
    refused_ = true;
    return std::make_shared<const std::uint8_t>(std::uint8_t{0});
  }
  *free = true;
  const auto index = static_cast<std::uint8_t>(free - taken_.begin());
  return {new std::uint8_t(index), [this](const std::uint8_t* reg) {
            taken_[*reg] = false;
            delete reg;
          }};
}

Reg PpuBuilder::variable() { return take(); }

Reg PpuBuilder::variable(const Reg& start) {
  Reg reg = take();
  assign(reg, start);
  return reg;
}

// Written in all lanes whatever the predicate is: others will use it.
Reg PpuBuilder::kept(std::uint64_t key, PpuInstruction instruction) {
  const auto found = constants_.find(key);
  if (found != constants_.end()) return found->second.reg;
  Reg reg = take();
  instruction.dst = *reg;
  kernel_.program.push_back(instruction);
  constants_[key] = {reg, depth_};
  return reg;
}

Reg PpuBuilder::bits(std::uint32_t word) {
  PpuInstruction instruction = instruction_of(PpuOpcode::movi);
  instruction.immediate = word;
  return kept(word, instruction);
}

Reg PpuBuilder::real(float value) {
  std::uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  return bits(word);
}

Reg PpuBuilder::whole(std::int64_t value) {
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::uint32_t>::max())
    refused_ = true;
  return bits(static_cast<std::uint32_t>(value));
}

Reg PpuBuilder::thread() { return thread_; }

Reg PpuBuilder::lane_id() { return kept(kLaneKey, instruction_of(PpuOpcode::lane_id)); }

Reg PpuBuilder::address(PpuOperandKind kind, std::size_t index, std::int64_t offset, std::int64_t bytes) {
  const auto same = [&](const PpuAddress& other) {
    return other.kind == kind && other.index == index && other.offset == static_cast<std::uint32_t>(offset) &&
           other.bytes == static_cast<std::uint32_t>(bytes);
  };
  auto found = std::find_if(kernel_.addresses.begin(), kernel_.addresses.end(), same);
  if (found == kernel_.addresses.end()) {
    const auto uniform = static_cast<std::uint32_t>(kernel_.addresses.size());
    kernel_.addresses.push_back({uniform, kind, static_cast<std::uint32_t>(index),
                                 static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(bytes)});
    found = std::prev(kernel_.addresses.end());
  }
  PpuInstruction instruction = instruction_of(PpuOpcode::movu);
  instruction.index = static_cast<std::uint8_t>(found->uniform);
  return kept(kUniformKey + found->uniform, instruction);
}

std::size_t PpuBuilder::add_table(Bytes bytes) {
  kernel_.tables.push_back(std::move(bytes));
  return kernel_.tables.size() - 1;
}

Reg PpuBuilder::op(PpuOpcode opcode, const Reg& a, const Reg& b) {
  Reg d = take();
  into(d, opcode, a, b);
  return d;
}

void PpuBuilder::into(const Reg& d, PpuOpcode opcode, const Reg& a, const Reg& b, int lane) {
  PpuInstruction instruction = instruction_of(opcode);
  instruction.dst = number(d);
  instruction.a = number(a);
  instruction.b = number(b);
  instruction.index = static_cast<std::uint8_t>(lane);
  emit(instruction);
}

void PpuBuilder::test(PpuOpcode opcode, const Reg& a, const Reg& b, bool also) {
  PpuInstruction instruction = instruction_of(opcode);
  instruction.a = number(a);
  instruction.b = number(b);
  instruction.predicated = also ? 1 : 0;
  kernel_.program.push_back(instruction);
}

void PpuBuilder::invert() { kernel_.program.push_back(instruction_of(PpuOpcode::pnot)); }

Reg PpuBuilder::select(const Reg& yes, const Reg& no) {
  Reg d = take();
  PpuInstruction instruction = instruction_of(PpuOpcode::sel);
  instruction.dst = *d;
  instruction.a = number(yes);
  instruction.b = number(no);
  kernel_.program.push_back(instruction);
  return d;
}

Reg PpuBuilder::load(PpuType type, const Reg& address, const Reg& step, std::int64_t offset) {
  Reg d = take();
  load_into(d, type, address, step, offset);
  return d;
}

void PpuBuilder::load_into(const Reg& d, PpuType type, const Reg& address, const Reg& step,
                           std::int64_t offset) {
  PpuInstruction instruction = access_of(PpuOpcode::load, type, address, step, offset);
  instruction.dst = number(d);
  emit(instruction);
}

void PpuBuilder::store(PpuType type, const Reg& value, const Reg& address, const Reg& step,
                       std::int64_t offset) {
  PpuInstruction instruction = access_of(PpuOpcode::store, type, address, step, offset);
  instruction.dst = number(value);
  emit(instruction);
}

void PpuBuilder::where(const std::function<void()>& body) {
  const bool before = std::exchange(predicated_, true);
  body();
  predicated_ = before;
}

// A loop of one turn needs no loop. Constants that the body made are not there for the code after it: the
// body may run no times.
void PpuBuilder::loop(std::int64_t trips, const std::function<void()>& body) {
  if (trips == 1) return body();
  if (trips < 0 || trips > std::numeric_limits<std::uint32_t>::max()) refused_ = true;
  for (auto entry = constants_.begin(); entry != constants_.end();)
    entry = entry->second.reg.use_count() == 1 ? constants_.erase(entry) : std::next(entry);
  PpuInstruction begin = instruction_of(PpuOpcode::loop);
  begin.immediate = static_cast<std::uint32_t>(trips);
  kernel_.program.push_back(begin);
  if (++depth_ > kMaxLoopDepth) refused_ = true;
  body();
  drop_constants(depth_--);
  kernel_.program.push_back(instruction_of(PpuOpcode::endloop));
}

void PpuBuilder::drop_constants(std::size_t depth) {
  for (auto entry = constants_.begin(); entry != constants_.end();) {
    entry = entry->second.depth >= depth ? constants_.erase(entry) : std::next(entry);
  }
}

std::optional<PpuKernel> PpuBuilder::finish(std::int64_t threads) {
  kernel_.program.push_back(instruction_of(PpuOpcode::end));
  constants_.clear();
  const bool fits = !refused_ && kernel_.program.size() <= static_cast<std::size_t>(slots_) &&
                    kernel_.addresses.size() <= static_cast<std::size_t>(kPpuUniforms) && threads > 0 &&
                    threads <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) return std::nullopt;
  kernel_.threads = static_cast<std::uint32_t>(threads);
  kernel_.uniforms.assign(kernel_.addresses.size(), 0);
  return std::move(kernel_);
}

}  // namespace trireme

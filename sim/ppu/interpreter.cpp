// SPDX-License-Identifier: Apache-2.0
#include "sim/ppu/interpreter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "sim/ppu/lane_math.h"
#include "support/error.h"
#include "tensor/half.h"

namespace trireme {

namespace {

constexpr std::uint32_t kBatch = 256;
// All lanes of all threads of a batch: [thread][lane], so that every instruction is one tight loop.
constexpr std::size_t kLanes = kBatch * kPpuLanes;
using Lanes = std::array<std::uint32_t, kLanes>;

std::uint32_t widen(const std::uint8_t* bytes, PpuType type) {
  std::uint32_t raw = 0;
  std::memcpy(&raw, bytes, static_cast<std::size_t>(bytes_of(type)));
  switch (type) {
    case PpuType::i8:
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<std::int8_t>(raw)));
    case PpuType::i16:
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<std::int16_t>(raw)));
    case PpuType::f16:
      return lane::as_bits(half_to_float(static_cast<std::uint16_t>(raw)));
    default:
      return raw;
  }
}

std::uint32_t narrow(std::uint32_t value, PpuType type) {
  return type == PpuType::f16 ? float_to_half(lane::as_float(value)) : value;
}

class Batch {
 public:
  Batch(int registers, const std::uint32_t* uniforms, PpuMemory& memory)
      : registers_(static_cast<std::size_t>(registers)), uniforms_(uniforms), memory_(memory) {}

  // Threads first .. first + count - 1 from their start to `end`.
  void run(const PpuProgram& program, const std::vector<int>& partners, std::uint32_t first,
           std::uint32_t count, PpuCounts& executed);

 private:
  void start(std::uint32_t first, std::uint32_t count);
  void execute(const PpuInstruction& instruction);
  void move(const PpuInstruction& instruction);
  bool arithmetic(const PpuInstruction& instruction);
  void compare(const PpuInstruction& instruction);
  void horizontal(const PpuInstruction& instruction);
  void access(const PpuInstruction& instruction);

  // d = f(lane) where the predicate lets it.
  template <typename Function>
  void each(const PpuInstruction& instruction, Function f) {
    Lanes& dst = registers_[instruction.dst];
    if (instruction.predicated == 0) {
      for (std::size_t i = 0; i < used_; ++i) dst[i] = f(i);
    } else {
      for (std::size_t i = 0; i < used_; ++i) dst[i] = predicate_[i] != 0 ? f(i) : dst[i];
    }
  }

  std::vector<Lanes> registers_;
  std::array<std::uint8_t, kLanes> predicate_{};
  const std::uint32_t* uniforms_;
  PpuMemory& memory_;
  std::size_t used_ = 0;  // lanes of the threads there are
};

void Batch::start(std::uint32_t first, std::uint32_t count) {
  used_ = std::size_t{count} * kPpuLanes;
  for (Lanes& lanes : registers_) lanes.fill(0);
  for (std::size_t i = 0; i < used_; ++i)
    registers_[0][i] = first + static_cast<std::uint32_t>(i / kPpuLanes);
  predicate_.fill(1);
}

void Batch::move(const PpuInstruction& instruction) {
  const Lanes& a = registers_[instruction.a];
  switch (static_cast<PpuOpcode>(instruction.opcode)) {
    case PpuOpcode::mov:
      return each(instruction, [&](std::size_t i) { return a[i]; });
    case PpuOpcode::movi:
      return each(instruction, [&](std::size_t) { return instruction.immediate; });
    case PpuOpcode::movu:
      return each(instruction, [&](std::size_t) { return uniforms_[instruction.index]; });
    case PpuOpcode::lane_id:
      return each(instruction, [](std::size_t i) { return static_cast<std::uint32_t>(i % kPpuLanes); });
    case PpuOpcode::sel: {
      const Lanes& b = registers_[instruction.b];
      return each(instruction, [&](std::size_t i) { return predicate_[i] != 0 ? a[i] : b[i]; });
    }
    default:
      internal_error("move of another kind");
  }
}

// Lane by lane; false if the opcode is of another kind.
bool Batch::arithmetic(const PpuInstruction& instruction) {
  const Lanes& a = registers_[instruction.a];
  const Lanes& b = registers_[instruction.b];
  const auto floats = [&](auto f) {
    each(instruction,
         [&](std::size_t i) { return lane::float_result(f(lane::as_float(a[i]), lane::as_float(b[i]))); });
    return true;
  };
  const auto words = [&](auto f) {
    each(instruction, [&](std::size_t i) -> std::uint32_t { return f(a[i], b[i]); });
    return true;
  };
  using Word = std::uint32_t;
  switch (static_cast<PpuOpcode>(instruction.opcode)) {
    case PpuOpcode::fadd:
      return floats([](float x, float y) { return x + y; });
    case PpuOpcode::fsub:
      return floats([](float x, float y) { return x - y; });
    case PpuOpcode::fmul:
      return floats([](float x, float y) { return x * y; });
    case PpuOpcode::fmax:
      return words(lane::fmax);
    case PpuOpcode::fmin:
      return words(lane::fmin);
    case PpuOpcode::frcp:
      return floats([](float x, float) { return 1.0f / x; });
    case PpuOpcode::fsqrt:
      return floats([](float x, float) { return lane::square_root(x); });
    case PpuOpcode::frne:
      return floats([](float x, float) { return lane::round_nearest_even(x); });
    case PpuOpcode::iadd:
      return words([](Word x, Word y) { return x + y; });
    case PpuOpcode::isub:
      return words([](Word x, Word y) { return x - y; });
    case PpuOpcode::imul:
      return words([](Word x, Word y) { return x * y; });
    case PpuOpcode::imax:
      return words([](Word x, Word y) { return lane::as_int(x) > lane::as_int(y) ? x : y; });
    case PpuOpcode::imin:
      return words([](Word x, Word y) { return lane::as_int(x) < lane::as_int(y) ? x : y; });
    case PpuOpcode::iand:
      return words([](Word x, Word y) { return x & y; });
    case PpuOpcode::ior:
      return words([](Word x, Word y) { return x | y; });
    case PpuOpcode::shl:
      return words([](Word x, Word y) { return x << (y % 32); });
    case PpuOpcode::shr:
      return words([](Word x, Word y) { return x >> (y % 32); });
    case PpuOpcode::sar:
      return words([](Word x, Word y) { return lane::shift_right_arithmetic(x, y % 32); });
    case PpuOpcode::i2f:
      return words([](Word x, Word) { return lane::as_bits(static_cast<float>(lane::as_int(x))); });
    case PpuOpcode::f2i:
      return words([](Word x, Word) { return lane::as_bits(lane::float_to_int(lane::as_float(x))); });
    default:
      return false;
  }
}

void Batch::compare(const PpuInstruction& instruction) {
  const Lanes& a = registers_[instruction.a];
  const Lanes& b = registers_[instruction.b];
  const auto test = [&](auto f) {
    const std::uint8_t ignore = instruction.predicated != 0 ? 0 : 1;  // a predicated comparison is an "and"
    for (std::size_t i = 0; i < used_; ++i) {
      predicate_[i] = static_cast<std::uint8_t>((predicate_[i] | ignore) & (f(a[i], b[i]) ? 1 : 0));
    }
  };
  using Word = std::uint32_t;
  switch (static_cast<PpuOpcode>(instruction.opcode)) {
    case PpuOpcode::flt:
      return test([](Word x, Word y) { return lane::as_float(x) < lane::as_float(y); });
    case PpuOpcode::fle:
      return test([](Word x, Word y) { return lane::as_float(x) <= lane::as_float(y); });
    case PpuOpcode::ilt:
      return test([](Word x, Word y) { return lane::as_int(x) < lane::as_int(y); });
    case PpuOpcode::ile:
      return test([](Word x, Word y) { return lane::as_int(x) <= lane::as_int(y); });
    case PpuOpcode::ieq:
      return test([](Word x, Word y) { return x == y; });
    default:
      internal_error("comparison of another kind");
  }
}

// Operations that read other lanes of the thread: from a copy, since dst may be a.
void Batch::horizontal(const PpuInstruction& instruction) {
  const Lanes a = registers_[instruction.a];
  const auto of_thread = [&](auto f) {
    each(instruction, [&](std::size_t i) { return f(&a[i / kPpuLanes * kPpuLanes]); });
  };
  using Word = std::uint32_t;
  switch (static_cast<PpuOpcode>(instruction.opcode)) {
    case PpuOpcode::bcast:
      return of_thread([&](const Word* lanes) { return lanes[instruction.index]; });
    case PpuOpcode::hadd:
      return of_thread([](const Word* lanes) {
        const float low = lane::as_float(lanes[0]) + lane::as_float(lanes[1]);
        const float high = lane::as_float(lanes[2]) + lane::as_float(lanes[3]);
        return lane::float_result(low + high);
      });
    case PpuOpcode::hmax:
      return of_thread([](const Word* lanes) {
        return lane::fmax(lane::fmax(lanes[0], lanes[1]), lane::fmax(lanes[2], lanes[3]));
      });
    default:
      internal_error("horizontal operation of another kind");
  }
}

void Batch::access(const PpuInstruction& instruction) {
  const auto type = static_cast<PpuType>(instruction.type);
  const auto bytes = static_cast<std::size_t>(bytes_of(type));
  const bool loads = static_cast<PpuOpcode>(instruction.opcode) == PpuOpcode::load;
  Lanes& data = registers_[instruction.dst];
  // The addresses first: a load may overwrite one of its own address registers.
  Lanes addresses;
  for (std::size_t i = 0; i < used_; ++i) {
    const auto lane = static_cast<std::uint32_t>(i % kPpuLanes);
    addresses[i] = registers_[instruction.a][i] + lane * registers_[instruction.b][i];
  }
  for (std::size_t i = 0; i < used_; ++i) {
    if (instruction.predicated != 0 && predicate_[i] == 0) continue;
    if (loads) {
      std::uint8_t raw[4] = {};
      memory_.load(addresses[i], raw, bytes);
      data[i] = widen(raw, type);
    } else {
      const std::uint32_t raw = narrow(data[i], type);
      memory_.store(addresses[i], &raw, bytes);
    }
  }
}

void Batch::execute(const PpuInstruction& instruction) {
  switch (static_cast<PpuOpcode>(instruction.opcode)) {
    case PpuOpcode::mov:
    case PpuOpcode::movi:
    case PpuOpcode::movu:
    case PpuOpcode::lane_id:
    case PpuOpcode::sel:
      return move(instruction);
    case PpuOpcode::flt:
    case PpuOpcode::fle:
    case PpuOpcode::ilt:
    case PpuOpcode::ile:
    case PpuOpcode::ieq:
      return compare(instruction);
    case PpuOpcode::pnot:
      for (std::size_t i = 0; i < used_; ++i) predicate_[i] ^= 1;
      return;
    case PpuOpcode::bcast:
    case PpuOpcode::hadd:
    case PpuOpcode::hmax:
      return horizontal(instruction);
    case PpuOpcode::load:
    case PpuOpcode::store:
      return access(instruction);
    default:
      if (!arithmetic(instruction)) internal_error("PPU instruction without a meaning");
  }
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

// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/ppu_machine.h"

#include <array>
#include <cmath>
#include <cstring>

#include "support/error.h"
#include "tensor/half.h"

namespace trireme::test {

namespace {

using Lanes = std::array<std::uint32_t, 4>;

float as_float(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float nearest_even(float value) { return std::nearbyintf(value); }

struct Thread {
  const PpuProgram& program;
  const std::uint32_t* uniforms;
  const std::function<std::uint8_t&(std::uint64_t)>& byte;
  std::array<Lanes, 256> r{};
  std::array<bool, 4> p = {true, true, true, true};

  std::uint32_t lane(const PpuInstruction& i, std::size_t j) {
    const Lanes& a = r[i.a];
    const std::uint32_t x = a[j], y = r[i.b][j];
    switch (static_cast<PpuOpcode>(i.opcode)) {
      case PpuOpcode::mov:
        return x;
      case PpuOpcode::movi:
        return i.immediate;
      case PpuOpcode::movu:
        return uniforms[i.index];
      case PpuOpcode::lane_id:
        return static_cast<std::uint32_t>(j);
      case PpuOpcode::fadd:
        return bits_of(as_float(x) + as_float(y));
      case PpuOpcode::fsub:
        return bits_of(as_float(x) - as_float(y));
      case PpuOpcode::fmul:
        return bits_of(as_float(x) * as_float(y));
      case PpuOpcode::fmax:
        return as_float(x) > as_float(y) ? x : y;
      case PpuOpcode::frcp:
        return bits_of(1.0F / as_float(x));
      case PpuOpcode::frne:
        return bits_of(nearest_even(as_float(x)));
      case PpuOpcode::iadd:
        return x + y;
      case PpuOpcode::isub:
        return x - y;
      case PpuOpcode::imul:
        return x * y;
      case PpuOpcode::shl:
        return x << (y & 31U);
      case PpuOpcode::i2f:
        return bits_of(static_cast<float>(static_cast<std::int32_t>(x)));
      case PpuOpcode::f2i: {
        const float rounded = nearest_even(as_float(x));
        return std::fabs(rounded) < 1e9F ? static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded)) : 0;
      }
      case PpuOpcode::hadd:
        return bits_of((as_float(a[0]) + as_float(a[1])) + (as_float(a[2]) + as_float(a[3])));
      case PpuOpcode::hmax:
        return bits_of(
            std::fmax(std::fmax(as_float(a[0]), as_float(a[1])), std::fmax(as_float(a[2]), as_float(a[3]))));
      case PpuOpcode::load:
        return byte(x + j * std::uint64_t{y});
      default:
        internal_error("the test machine has no such instruction");
    }
  }

  void step(const PpuInstruction& i) {
    const auto opcode = static_cast<PpuOpcode>(i.opcode);
    const Lanes before = r[i.dst];
    Lanes result = before;
    for (std::size_t j = 0; j < 4; ++j) {
      if (i.predicated != 0 && !p[j]) continue;
      if (opcode == PpuOpcode::ilt) {
        p[j] = static_cast<std::int32_t>(r[i.a][j]) < static_cast<std::int32_t>(r[i.b][j]);
      } else if (opcode == PpuOpcode::store) {
        const std::uint16_t half = float_to_half(as_float(before[j]));
        const std::uint64_t address = r[i.a][j] + j * std::uint64_t{r[i.b][j]};
        byte(address) = static_cast<std::uint8_t>(half);
        byte(address + 1) = static_cast<std::uint8_t>(half >> 8);
      } else {
        result[j] = lane(i, j);
      }
    }
    r[i.dst] = result;
  }

  // Runs from `at` to the endloop or end that closes this level; returns its index.
  std::size_t run(std::size_t at) {
    for (;; ++at) {
      const PpuInstruction& i = program[at];
      const auto opcode = static_cast<PpuOpcode>(i.opcode);
      if (opcode == PpuOpcode::end || opcode == PpuOpcode::endloop) return at;
      if (opcode != PpuOpcode::loopu) {
        step(i);
        continue;
      }
      std::size_t last = at;
      for (std::uint32_t n = 0; n < uniforms[i.index]; ++n) last = run(at + 1);
      at = last;
    }
  }
};

}  // namespace

void run_ppu(const PpuProgram& program, const std::uint32_t* uniforms, std::uint32_t threads,
             const std::function<std::uint8_t&(std::uint64_t)>& byte) {
  for (std::uint32_t t = 0; t < threads; ++t) {
    Thread thread{program, uniforms, byte};
    thread.r[0].fill(t);
    thread.run(0);
  }
}

}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// A memory of bytes for PPU programs run alone.
#pragma once

#include <array>
#include <cstring>

#include "sim/ppu/interpreter.h"
#include "support/error.h"
#include "support/files.h"

namespace trireme {

using Uniforms = std::array<std::uint32_t, kPpuUniforms>;
using Vector = std::array<std::uint32_t, kPpuLanes>;

class FlatMemory : public PpuMemory {
 public:
  explicit FlatMemory(std::size_t size) : bytes(size) {}
  void load(Address address, void* data, std::size_t count) override {
    if (address + count > bytes.size()) throw Error("", "load outside");
    std::memcpy(data, bytes.data() + address, count);
  }
  void store(Address address, const void* data, std::size_t count) override {
    if (address + count > bytes.size()) throw Error("", "store outside");
    std::memcpy(bytes.data() + address, data, count);
  }
  Bytes bytes;
};

constexpr std::uint32_t f(float value) { return __builtin_bit_cast(std::uint32_t, value); }

}  // namespace trireme

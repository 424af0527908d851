// SPDX-License-Identifier: Apache-2.0
// A plain interpreter of isa/ppu.h: one thread after the other.
#pragma once

#include <functional>

#include "isa/ppu.h"

namespace trireme::test {

void run_ppu(const PpuProgram& program, const std::uint32_t* uniforms, std::uint32_t threads,
             const std::function<std::uint8_t&(std::uint64_t)>& byte);

}  // namespace trireme::test

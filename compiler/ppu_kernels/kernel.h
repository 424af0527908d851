// SPDX-License-Identifier: Apache-2.0
// A program for the PPU with everything a job needs but addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/ppu.h"
#include "model/graph/graph.h"
#include "support/files.h"

namespace trireme {

// What a program reads and writes: inputs and outputs of the node by position, tables, constants that the
// kernel brings along (repacked weights, indices), and scratch memory, to be read or to be written.
enum class PpuOperandKind : std::uint8_t { input, table, output, scratch_in, scratch_out };

struct PpuAddress {  // uniform `uniform` = address of the operand + offset
  std::uint32_t uniform = 0;
  PpuOperandKind kind = PpuOperandKind::input;
  std::uint32_t index = 0;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;  // that are touched from there on; 0: any of the operand
};

// An operand that is not in `addresses` is not touched: convolutions leave their weight input to a table. All
// operands are dense and row-major in their stored type.
struct PpuKernel {
  PpuProgram program;
  std::uint32_t threads = 0;
  std::vector<std::uint32_t> uniforms;  // at most kPpuUniforms words; those of `addresses` are 0
  std::vector<PpuAddress> addresses;
  std::vector<Bytes> tables;
};

// The kernel of a node; nothing if there is none for this operator, or none for these types, or if the
// program exceeds the chip's registers or instruction slots.
std::optional<PpuKernel> ppu_kernel(const Graph& graph, const Node& node, const Chip& chip);

}  // namespace trireme

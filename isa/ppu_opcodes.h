// SPDX-License-Identifier: Apache-2.0
// Inside isa only: what every opcode looks like. Assembler, disassembler, checks and counts walk this table.
#pragma once

#include <string_view>

#include "isa/ppu.h"

namespace trireme {

enum class PpuClass { alu, special, memory, control };

struct PpuOpcodeInfo {
  PpuOpcode opcode;
  std::string_view name;
  // What follows the name, in order: d, a, b registers; i immediate; u uniform; l lane; m memory operand [a +
  // b].
  std::string_view operands;
  PpuClass klass;
  bool may_be_predicated;

  bool has(char operand) const { return operands.find(operand) != std::string_view::npos; }
  bool reads_a() const { return has('a') || has('m'); }
  bool reads_b() const { return has('b') || has('m'); }
};

const PpuOpcodeInfo& info_of(PpuOpcode opcode);
const PpuOpcodeInfo* find_opcode(std::string_view name);  // null if there is none
std::vector<std::string> opcode_names();

std::string_view name_of(PpuType type);           // "u8"
const PpuType* find_type(std::string_view name);  // null if there is none
std::vector<std::string> type_names();

}  // namespace trireme

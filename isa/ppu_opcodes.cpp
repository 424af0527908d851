// SPDX-License-Identifier: Apache-2.0
#include "isa/ppu_opcodes.h"

#include <algorithm>
#include <array>

#include "support/error.h"

namespace trireme {

namespace {

constexpr std::array<PpuOpcodeInfo, kPpuOpcodes> kOpcodes = {{
    {PpuOpcode::end, "end", "", PpuClass::control, false},
    {PpuOpcode::mov, "mov", "da", PpuClass::alu, true},
    {PpuOpcode::movi, "movi", "di", PpuClass::alu, true},
    {PpuOpcode::movu, "movu", "du", PpuClass::alu, true},
    {PpuOpcode::bcast, "bcast", "dal", PpuClass::alu, true},
    {PpuOpcode::lane_id, "lane_id", "d", PpuClass::alu, true},
    {PpuOpcode::fadd, "fadd", "dab", PpuClass::alu, true},
    {PpuOpcode::fsub, "fsub", "dab", PpuClass::alu, true},
    {PpuOpcode::fmul, "fmul", "dab", PpuClass::alu, true},
    {PpuOpcode::fmax, "fmax", "dab", PpuClass::alu, true},
    {PpuOpcode::fmin, "fmin", "dab", PpuClass::alu, true},
    {PpuOpcode::frcp, "frcp", "da", PpuClass::special, true},
    {PpuOpcode::fsqrt, "fsqrt", "da", PpuClass::special, true},
    {PpuOpcode::frne, "frne", "da", PpuClass::alu, true},
    {PpuOpcode::iadd, "iadd", "dab", PpuClass::alu, true},
    {PpuOpcode::isub, "isub", "dab", PpuClass::alu, true},
    {PpuOpcode::imul, "imul", "dab", PpuClass::alu, true},
    {PpuOpcode::imax, "imax", "dab", PpuClass::alu, true},
    {PpuOpcode::imin, "imin", "dab", PpuClass::alu, true},
    {PpuOpcode::iand, "iand", "dab", PpuClass::alu, true},
    {PpuOpcode::ior, "ior", "dab", PpuClass::alu, true},
    {PpuOpcode::shl, "shl", "dab", PpuClass::alu, true},
    {PpuOpcode::sar, "sar", "dab", PpuClass::alu, true},
    {PpuOpcode::shr, "shr", "dab", PpuClass::alu, true},
    {PpuOpcode::i2f, "i2f", "da", PpuClass::alu, true},
    {PpuOpcode::f2i, "f2i", "da", PpuClass::alu, true},
    {PpuOpcode::flt, "flt", "ab", PpuClass::alu, true},
    {PpuOpcode::fle, "fle", "ab", PpuClass::alu, true},
    {PpuOpcode::ilt, "ilt", "ab", PpuClass::alu, true},
    {PpuOpcode::ile, "ile", "ab", PpuClass::alu, true},
    {PpuOpcode::ieq, "ieq", "ab", PpuClass::alu, true},
    {PpuOpcode::pnot, "pnot", "", PpuClass::alu, false},
    {PpuOpcode::sel, "sel", "dab", PpuClass::alu, false},  // the predicate is an operand already
    {PpuOpcode::hadd, "hadd", "da", PpuClass::special, true},
    {PpuOpcode::hmax, "hmax", "da", PpuClass::special, true},
    {PpuOpcode::load, "load", "dm", PpuClass::memory, true},
    {PpuOpcode::store, "store", "dm", PpuClass::memory, true},
    {PpuOpcode::loop, "loop", "i", PpuClass::control, false},
    {PpuOpcode::loopu, "loopu", "u", PpuClass::control, false},
    {PpuOpcode::endloop, "endloop", "", PpuClass::control, false},
    {PpuOpcode::fdiv, "fdiv", "dab", PpuClass::special, true},
    {PpuOpcode::ffloor, "ffloor", "da", PpuClass::alu, true},
    {PpuOpcode::fmad, "fmad", "dab", PpuClass::alu, true},
    {PpuOpcode::fmadl, "fmadl", "dabl", PpuClass::alu, true},
    {PpuOpcode::imulh, "imulh", "dab", PpuClass::alu, true},
    {PpuOpcode::imulrh, "imulrh", "dab", PpuClass::alu, true},
    {PpuOpcode::idiv, "idiv", "dab", PpuClass::special, true},
    {PpuOpcode::imod, "imod", "dab", PpuClass::special, true},
    {PpuOpcode::ixor, "ixor", "dab", PpuClass::alu, true},
    {PpuOpcode::feq, "feq", "ab", PpuClass::alu, true},
    {PpuOpcode::ult, "ult", "ab", PpuClass::alu, true},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kOpcodes.size(); ++i) {
    if (static_cast<std::size_t>(kOpcodes[i].opcode) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by opcode");

constexpr std::array<std::string_view, kPpuTypes> kTypeNames = {"u8",  "i8",  "u16", "i16",
                                                                "i32", "f16", "f32", "i64"};
constexpr std::array<PpuType, kPpuTypes> kTypes = {PpuType::u8,  PpuType::i8,  PpuType::u16, PpuType::i16,
                                                   PpuType::i32, PpuType::f16, PpuType::f32, PpuType::i64};

}  // namespace

const PpuOpcodeInfo& info_of(PpuOpcode opcode) {
  const auto index = static_cast<std::size_t>(opcode);
  if (index >= kOpcodes.size()) internal_error("unknown PPU opcode");
  return kOpcodes[index];
}

const PpuOpcodeInfo* find_opcode(std::string_view name) {
  const auto found =
      std::find_if(kOpcodes.begin(), kOpcodes.end(), [&](const auto& info) { return info.name == name; });
  return found == kOpcodes.end() ? nullptr : &*found;
}

std::vector<std::string> opcode_names() {
  std::vector<std::string> names;
  for (const PpuOpcodeInfo& info : kOpcodes) names.emplace_back(info.name);
  return names;
}

std::string_view name_of(PpuType type) {
  const auto index = static_cast<std::size_t>(type);
  if (index >= kTypeNames.size()) internal_error("unknown PPU element type");
  return kTypeNames[index];
}

const PpuType* find_type(std::string_view name) {
  const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), name);
  return found == kTypeNames.end() ? nullptr : &kTypes[static_cast<std::size_t>(found - kTypeNames.begin())];
}

std::vector<std::string> type_names() { return {kTypeNames.begin(), kTypeNames.end()}; }

int bytes_of(PpuType type) {
  switch (type) {
    case PpuType::u8:
    case PpuType::i8:
      return 1;
    case PpuType::u16:
    case PpuType::i16:
    case PpuType::f16:
      return 2;
    case PpuType::i32:
    case PpuType::f32:
      return 4;
    case PpuType::i64:
      return 8;
  }
  internal_error("unknown PPU element type");
}

}  // namespace trireme

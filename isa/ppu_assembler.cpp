// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "isa/job.h"
#include "isa/ppu_opcodes.h"
#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

constexpr const char* kPredicate = "(p)";

template <typename Number, typename... Format>
std::optional<Number> whole(std::string_view text, Format... format) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, format...);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> float_bits(std::string_view digits, std::chars_format format, bool negative) {
  const std::optional<float> value = whole<float>(digits, format);
  if (!value || digits.front() == '-') return std::nullopt;
  std::uint32_t bits;
  std::memcpy(&bits, &*value, sizeof bits);
  return negative ? bits | 0x80000000u : bits;
}

// 42, -1, 0xff; floats end in f or have a binary exponent: 1.5f, -inff, 0x1.8p+3f.
std::optional<std::uint32_t> immediate_bits(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const bool hex = text.size() > 2 && text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  if (!hex && text.back() == 'f')
    return float_bits(text.substr(0, text.size() - 1), std::chars_format::general, negative);
  if (hex && text.find('p') != std::string_view::npos) {
    if (text.back() == 'f') text.remove_suffix(1);
    return float_bits(text, std::chars_format::hex, negative);
  }
  const std::optional<std::int64_t> value = whole<std::int64_t>(text, hex ? 16 : 10);
  if (!value || *value < 0 || *value > (negative ? std::int64_t{1} << 31 : 0xFFFFFFFF)) return std::nullopt;
  return static_cast<std::uint32_t>(negative ? -*value : *value);
}

// One source line.
class Line {
 public:
  Line(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& what, const std::string& hint) const {
    throw Error(where_, what, hint);
  }

  PpuInstruction parse() {
    PpuInstruction instruction{};
    std::string name = word();
    if (name == kPredicate) {
      instruction.predicated = 1;
      name = word();
    }
    const PpuOpcodeInfo& info = opcode(name, instruction);
    if (instruction.predicated != 0 && !info.may_be_predicated) {
      fail(fmt::format("'{}' cannot be predicated", info.name), "leave '(p)' out");
    }
    operands(info, instruction);
    return instruction;
  }

 private:
  // "load.u8" -> opcode load, type u8.
  const PpuOpcodeInfo& opcode(const std::string& name, PpuInstruction& instruction) {
    const std::size_t dot = name.find('.');
    const std::string base = name.substr(0, dot);
    const PpuOpcodeInfo* info = find_opcode(base);
    if (info == nullptr)
      fail(fmt::format("unknown instruction '{}'", base), suggestion(base, opcode_names()));
    instruction.opcode = static_cast<std::uint8_t>(info->opcode);
    if (info->klass != PpuClass::memory) {
      if (dot != std::string::npos)
        fail(fmt::format("'{}' has no element type", base), "only load and store have");
      return *info;
    }
    const std::string type = dot == std::string::npos ? "" : name.substr(dot + 1);
    const PpuType* found = find_type(type);
    if (found == nullptr) {
      fail(fmt::format("unknown element type '{}'", type),
           fmt::format("{}.{}", base, join(type_names(), ", .")));
    }
    instruction.type = static_cast<std::uint8_t>(*found);
    return *info;
  }

  void operands(const PpuOpcodeInfo& info, PpuInstruction& instruction) {
    for (std::size_t i = 0; i < info.operands.size(); ++i) {
      if (i > 0) expect(',');
      switch (info.operands[i]) {
        case 'd':
          instruction.dst = reg();
          break;
        case 'a':
          instruction.a = reg();
          break;
        case 'b':
          instruction.b = reg();
          break;
        case 'i':
          instruction.immediate = immediate();
          break;
        case 'u':
          instruction.index = number("a uniform", "u", kPpuUniforms - 1);
          break;
        case 'l':
          instruction.index = number("a lane", "", kPpuLanes - 1);
          break;
        case 'm':
          expect('[');
          instruction.a = reg();
          expect('+');
          instruction.b = reg();
          if (accept('+')) instruction.immediate = immediate();
          expect(']');
          break;
        default:
          internal_error("operand letter without a meaning");
      }
    }
    const std::string rest = trim(text_);
    if (!rest.empty()) fail(fmt::format("'{}' after the last operand", rest), "one instruction a line");
  }

  std::uint8_t reg() { return number("a register", "r", kPpuRegisters - 1); }

  std::uint8_t number(const char* kind, std::string_view prefix, int last) {
    const std::string token = word();
    const bool begins = std::string_view(token).substr(0, prefix.size()) == prefix;
    const auto value = begins ? whole<int>(std::string_view(token).substr(prefix.size()), 10) : std::nullopt;
    if (!value || *value < 0 || *value > last) {
      fail(fmt::format("'{}' is not {}", token, kind), fmt::format("{0}0 to {0}{1}", prefix, last));
    }
    return static_cast<std::uint8_t>(*value);
  }

  std::uint32_t immediate() {
    const std::string token = word();
    const std::optional<std::uint32_t> bits = immediate_bits(token);
    if (!bits) fail(fmt::format("'{}' is not a 32-bit immediate", token), "42, -1, 0xff, 1.5f or 0x1.8p+3f");
    return *bits;
  }

  // Up to the next blank, comma or bracket; '+' and '-' belong to numbers.
  std::string word() {
    skip_blanks();
    std::size_t length = text_.find_first_of(" \t\r,[]");
    if (length == std::string_view::npos) length = text_.size();
    const std::string token(text_.substr(0, length));
    text_.remove_prefix(length);
    return token;
  }

  bool accept(char wanted) {
    skip_blanks();
    const bool there = !text_.empty() && text_.front() == wanted;
    if (there) text_.remove_prefix(1);
    return there;
  }

  void expect(char wanted) {
    if (!accept(wanted)) {
      fail(fmt::format("'{}' is missing before '{}'", wanted, trim(text_)),
           "load.u8 r4, [r1 + r2]; fadd r3, r1, r2");
    }
  }

  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r"), text_.size())); }

  std::string_view text_;
  std::string where_;
};

std::string memory_operand(const PpuInstruction& instruction) {
  const auto offset = static_cast<std::int32_t>(instruction.immediate);
  return offset == 0 ? fmt::format("[r{} + r{}]", instruction.a, instruction.b)
                     : fmt::format("[r{} + r{} + {}]", instruction.a, instruction.b, offset);
}

}  // namespace

PpuProgram assemble(const std::string& text, const std::string& name) {
  PpuProgram program;
  Problems problems;
  int number = 0;
  for (const std::string& source : split(text, '\n')) {
    ++number;
    const std::string line = trim(std::string_view(source).substr(0, source.find(';')));
    if (line.empty()) continue;
    try {
      program.push_back(Line(line, fmt::format("{}:{}", name, number)).parse());
    } catch (const Error& error) {
      problems.add(error);
    }
  }
  problems.throw_if_any();
  return program;
}

std::string disassemble(const PpuProgram& program) {
  std::string text;
  std::size_t depth = 0;
  for (const PpuInstruction& instruction : program) {
    const PpuOpcodeInfo& info = info_of(static_cast<PpuOpcode>(instruction.opcode));
    if (info.opcode == PpuOpcode::endloop && depth > 0) --depth;
    text += std::string(2 * depth, ' ');
    if (instruction.predicated != 0) text += fmt::format("{} ", kPredicate);
    text += info.name;
    if (info.klass == PpuClass::memory)
      text += fmt::format(".{}", name_of(static_cast<PpuType>(instruction.type)));
    const char* separator = " ";
    for (const char operand : info.operands) {
      text += separator;
      separator = ", ";
      if (operand == 'd') text += fmt::format("r{}", instruction.dst);
      if (operand == 'a') text += fmt::format("r{}", instruction.a);
      if (operand == 'b') text += fmt::format("r{}", instruction.b);
      if (operand == 'i')
        text += fmt::format(info.opcode == PpuOpcode::loop ? "{}" : "0x{:08x}", instruction.immediate);
      if (operand == 'u') text += fmt::format("u{}", instruction.index);
      if (operand == 'l') text += fmt::format("{}", instruction.index);
      if (operand == 'm') text += memory_operand(instruction);
    }
    text += '\n';
    if (info.opcode == PpuOpcode::loop || info.opcode == PpuOpcode::loopu) ++depth;
  }
  return text;
}

}  // namespace trireme

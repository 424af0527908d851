// SPDX-License-Identifier: Apache-2.0
#include "isa/ppu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isa/job.h"
#include "isa/ppu_opcodes.h"
#include "support/error.h"

namespace trireme {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string message_of(const std::string& text) {
  try {
    check_program(assemble(text, "k.ppu"), 32, 512, "k.ppu");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// One line for every opcode, with every operand different, so that a swap would show.
std::string line_for(const PpuOpcodeInfo& info) {
  std::string text(info.name);
  if (info.klass == PpuClass::memory) text += ".i16";
  const char* separator = " ";
  for (const char operand : info.operands) {
    text += separator;
    separator = ", ";
    text += operand == 'd'                   ? "r1"
            : operand == 'a'                 ? "r2"
            : operand == 'b'                 ? "r3"
            : operand == 'u'                 ? "u31"
            : operand == 'l'                 ? "3"
            : operand == 'm'                 ? "[r4 + r5]"
            : info.opcode == PpuOpcode::loop ? "77"
                                             : "0xdeadbeef";
  }
  return text + "\n";
}

TEST(Ppu, EveryOpcodeSurvivesTextAndBytes) {
  for (int i = 0; i < kPpuOpcodes; ++i) {
    const PpuOpcodeInfo& info = info_of(static_cast<PpuOpcode>(i));
    for (const std::string& text : {line_for(info), "(p) " + line_for(info)}) {
      if (text[0] == '(' && !info.may_be_predicated) {
        EXPECT_THROW(assemble(text, "t"), Error) << text;
        continue;
      }
      const PpuProgram program = assemble(text, "t");
      ASSERT_EQ(program.size(), 1u);
      EXPECT_EQ(program[0].opcode, i);
      EXPECT_EQ(disassemble(program), text);
      EXPECT_EQ(encode(decode_ppu_program(encode(program), "t")), encode(program));
    }
  }
}

TEST(Ppu, FieldsAreWhereTheTableSays) {
  const Bytes bytes = encode(assemble("(p) store.f16 r9, [r7 + r8]\nmovi r1, 1.5f\nbcast r2, r3, 2\n", "t"));
  EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 16), (Bytes{static_cast<std::uint8_t>(PpuOpcode::store), 9,
                                                             7, 8, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(
      Bytes(bytes.begin() + 16, bytes.begin() + 32),
      (Bytes{static_cast<std::uint8_t>(PpuOpcode::movi), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0}));
  EXPECT_EQ(bytes[32 + 6], 2);
}

TEST(Ppu, MemoryOperandsMayHaveAnOffset) {
  for (const char* text : {"load.f32 r1, [r2 + r3 + 16]\n", "(p) store.i64 r1, [r2 + r3 + -4]\n"})
    EXPECT_EQ(disassemble(assemble(text, "t")), text);
  EXPECT_EQ(assemble("load.f32 r1, [r2 + r3 + -4]", "t")[0].immediate, 0xFFFFFFFCu);
  EXPECT_EQ(disassemble(assemble("load.u8 r1, [r2 + r3 + 0]", "t")), "load.u8 r1, [r2 + r3]\n");
  EXPECT_THROW(assemble("load.u8 r1, [r2 + r3 + ]", "t"), Error);
}

TEST(Ppu, ImmediatesInEverySpelling) {
  const auto bits = [](const std::string& text) { return assemble("movi r0, " + text, "t")[0].immediate; };
  EXPECT_EQ(bits("42"), 42u);
  EXPECT_EQ(bits("-1"), 0xFFFFFFFFu);
  EXPECT_EQ(bits("-2147483648"), 0x80000000u);
  EXPECT_EQ(bits("4294967295"), 0xFFFFFFFFu);
  EXPECT_EQ(bits("0x3f"), 0x3Fu);  // hexadecimal, not a float that ends in f
  EXPECT_EQ(bits("1.5f"), 0x3FC00000u);
  EXPECT_EQ(bits("-1.5f"), 0xBFC00000u);
  EXPECT_EQ(bits("2f"), 0x40000000u);
  EXPECT_EQ(bits("-inff"), 0xFF800000u);
  EXPECT_EQ(bits("0x1.715476p+0f"), 0x3FB8AA3Bu);  // log2(e)
  EXPECT_EQ(bits("-0x1p-126"), 0x80800000u);
  for (const char* bad :
       {"", "r1", "1.5", "0x", "4294967296", "-2147483649", "--1", "0x1g", "1e999f", "f", "-", "0x-1"}) {
    EXPECT_THROW(bits(bad), Error) << bad;
  }
}

TEST(Ppu, AssemblerErrorsNameTheLine) {
  EXPECT_THAT(message_of("mov r1, r2\n; remark\nfad r1, r2, r3\nend"),
              AllOf(HasSubstr("k.ppu:3: unknown instruction 'fad'"), HasSubstr("fadd")));
  EXPECT_THAT(message_of("fadd r1, r2\nend"), HasSubstr("',' is missing"));
  EXPECT_THAT(message_of("mov r1, r2, r3\nend"), HasSubstr("after the last operand"));
  EXPECT_THAT(message_of("mov r1, x2\nend"), HasSubstr("'x2' is not a register"));
  EXPECT_THAT(message_of("mov r1, r256\nend"), HasSubstr("r0 to r255"));
  EXPECT_THAT(message_of("movu r1, u32\nend"), HasSubstr("u0 to u31"));
  EXPECT_THAT(message_of("bcast r1, r2, 4\nend"), HasSubstr("0 to 3"));
  EXPECT_THAT(message_of("load r1, [r2 + r3]\nend"), HasSubstr("element type"));
  EXPECT_THAT(message_of("load.u9 r1, [r2 + r3]\nend"), HasSubstr("element type 'u9'"));
  EXPECT_THAT(message_of("fadd.u8 r1, r2, r3\nend"), HasSubstr("no element type"));
  EXPECT_THAT(message_of("load.u8 r1, r2\nend"), HasSubstr("'[' is missing"));
  EXPECT_THAT(message_of("(p) loop 3\nendloop\nend"), HasSubstr("cannot be predicated"));
  // All lines at once.
  EXPECT_THAT(message_of("foo\nbar\n"), AllOf(HasSubstr("k.ppu:1"), HasSubstr("k.ppu:2")));
}

TEST(Ppu, CheckFindsWhatIsNoProgram) {
  EXPECT_EQ(message_of("end"), "no error");
  EXPECT_THAT(message_of(""), HasSubstr("does not end with end"));
  EXPECT_THAT(message_of("mov r1, r2"), HasSubstr("does not end with end"));
  EXPECT_THAT(message_of("end\nend"), HasSubstr("end is not the last"));
  EXPECT_THAT(message_of("mov r32, r2\nend"), HasSubstr("register 32"));
  EXPECT_THAT(message_of("load.u8 r1, [r2 + r99]\nend"), HasSubstr("register 99"));
  EXPECT_THAT(message_of("loop 2\nend"), HasSubstr("1 loops without endloop"));
  EXPECT_THAT(message_of("endloop\nend"), HasSubstr("endloop without a loop"));
  std::string nested = "end";
  for (int i = 0; i < 8; ++i) nested = "loop 1\n" + nested.substr(0, nested.size() - 3) + "endloop\nend";
  EXPECT_EQ(message_of(nested), "no error");
  EXPECT_THAT(message_of("loop 1\n" + nested.substr(0, nested.size() - 3) + "endloop\nend"),
              HasSubstr("9 deep"));
  EXPECT_THROW(check_program(assemble("mov r1, r2\nend", "t"), 32, 1, "t"), Error);
}

TEST(Ppu, DecodeRejectsAnyOtherField) {
  const Bytes good = encode(assemble("fadd r1, r2, r3\nend", "t"));
  EXPECT_NO_THROW(decode_ppu_program(good, "t"));
  // Type, predicate, index, reserved, immediate and reserved2 of an instruction that uses none of them but
  // the predicate.
  for (const std::size_t at : {4u, 6u, 7u, 8u, 11u, 12u, 15u}) {
    Bytes bytes = good;
    bytes[at] = 1;
    EXPECT_THROW(decode_ppu_program(bytes, "t"), Error) << at;
  }
  Bytes bytes = good;
  bytes[0] = kPpuOpcodes;
  EXPECT_THROW(decode_ppu_program(bytes, "t"), Error);
  bytes = good;
  bytes[5] = 2;
  EXPECT_THROW(decode_ppu_program(bytes, "t"), Error);
  bytes.pop_back();
  EXPECT_THROW(decode_ppu_program(bytes, "t"), Error);
}

// loopu u2 = 3 times { mov; loop 5 times { fmul; load; endloop }; frcp; endloop }; end
//   alu     3 * (1 + 5 * 1)     = 18
//   special 3 * 1               = 3
//   memory  3 * 5 * 1           = 15
//   control 1 (loopu) + 3 * (1 (loop) + 5 * 1 (endloop) + 1 (endloop)) + 1 (end) = 1 + 21 + 1 = 23
TEST(Ppu, CountsByHand) {
  const PpuProgram program = assemble(
      "loopu u2\n mov r1, r0\n loop 5\n  fmul r1, r1, r1\n  load.u8 r2, [r0 + r1]\n endloop\n frcp r1, "
      "r1\nendloop\nend",
      "t");
  std::uint32_t uniforms[kPpuUniforms] = {0, 0, 3};
  PpuCounts counts = count_instructions(program, uniforms);
  EXPECT_EQ(counts.alu, 18);
  EXPECT_EQ(counts.special, 3);
  EXPECT_EQ(counts.memory, 15);
  EXPECT_EQ(counts.control, 23);
  EXPECT_EQ(counts.total(), 59);
  // A loop of no times costs its loopu: 1 + end.
  uniforms[2] = 0;
  counts = count_instructions(program, uniforms);
  EXPECT_EQ(counts.total(), 2);
}

TEST(Ppu, HugeCountsSaturateInsteadOfWrapping) {
  std::string text = "end";
  for (int i = 0; i < 8; ++i) text = "loop 4294967295\n" + text.substr(0, text.size() - 3) + "endloop\nend";
  const std::uint32_t uniforms[kPpuUniforms] = {};
  EXPECT_EQ(count_instructions(assemble(text, "t"), uniforms).control, std::int64_t{1} << 62);
}

TEST(Ppu, LoopsKnowTheirPartners) {
  const PpuProgram program = assemble("loop 1\nloopu u0\nendloop\nendloop\nend", "t");
  EXPECT_EQ(loop_partners(program), (std::vector<int>{3, 2, 1, 0, -1}));
}

}  // namespace
}  // namespace trireme

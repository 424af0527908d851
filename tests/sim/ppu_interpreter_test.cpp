// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/sim/ppu_flat_memory.h"

namespace trireme {
namespace {

// r1, r2 and r3 come from memory, lane by lane; the program sets r4, which is returned.
Vector run(const std::string& program, Vector r1 = {}, Vector r2 = {}, Vector r3 = {}) {
  FlatMemory memory(64);
  std::memcpy(memory.bytes.data(), r1.data(), 16);
  std::memcpy(memory.bytes.data() + 16, r2.data(), 16);
  std::memcpy(memory.bytes.data() + 32, r3.data(), 16);
  const std::string text =
      "movi r30, 4\nmovi r31, 0\nload.i32 r1, [r31 + r30]\nmovi r31, 16\nload.i32 r2, [r31 + r30]\n"
      "movi r31, 32\nload.i32 r3, [r31 + r30]\n" +
      program + "\nmovi r31, 48\nstore.i32 r4, [r31 + r30]\nend";
  const Uniforms uniforms = {7, 8, 9};
  run_ppu_program(assemble(text, "test"), uniforms.data(), 1, memory, nullptr);
  Vector result;
  std::memcpy(result.data(), memory.bytes.data() + 48, 16);
  return result;
}

constexpr std::uint32_t kNan = 0x7FC00000, kInfinity = 0x7F800000, kMinusInfinity = 0xFF800000;

TEST(PpuInterpreter, Moves) {
  EXPECT_EQ(run("mov r4, r1", {1, 2, 3, 4}), (Vector{1, 2, 3, 4}));
  EXPECT_EQ(run("movi r4, 0xdeadbeef"), (Vector{0xDEADBEEF, 0xDEADBEEF, 0xDEADBEEF, 0xDEADBEEF}));
  EXPECT_EQ(run("movu r4, u2"), (Vector{9, 9, 9, 9}));
  EXPECT_EQ(run("bcast r4, r1, 2", {1, 2, 3, 4}), (Vector{3, 3, 3, 3}));
  EXPECT_EQ(run("mov r4, r1\nbcast r4, r4, 1", {1, 2, 3, 4}), (Vector{2, 2, 2, 2}));
  EXPECT_EQ(run("lane_id r4"), (Vector{0, 1, 2, 3}));
}

TEST(PpuInterpreter, FloatArithmetic) {
  EXPECT_EQ(
      run("fadd r4, r1, r2", {f(1), f(16777216), kInfinity, f(0.1f)}, {f(2), f(1), kMinusInfinity, f(0.2f)}),
      // 2^24 + 1 is a tie and goes to the even 2^24; inf - inf is the one NaN; 0.1f + 0.2f = 0x3e99999a
      (Vector{f(3), f(16777216), kNan, 0x3E99999A}));
  EXPECT_EQ(run("fsub r4, r1, r2", {f(1), f(0), f(5), f(-1)}, {f(2), f(0), f(5), f(1)}),
            (Vector{f(-1), 0, 0, f(-2)}));
  // 1.5 * 2^-149 * ... a denormal: 2^-140 * 2^-9 = 2^-149, the smallest float; infinity * 0 is NaN
  EXPECT_EQ(run("fmul r4, r1, r2", {f(3), f(0x1p-140f), kInfinity, f(-2)}, {f(4), f(0x1p-9f), f(0), f(0)}),
            (Vector{f(12), 1, kNan, 0x80000000}));
  EXPECT_EQ(run("fmax r4, r1, r2", {f(1), f(-1), kMinusInfinity, kNan}, {f(2), f(-2), f(-9), f(3)}),
            (Vector{f(2), f(-1), f(-9), f(3)}));
  EXPECT_EQ(run("fmin r4, r1, r2", {f(1), f(-1), kInfinity, kNan}, {f(2), f(-2), f(9), f(3)}),
            (Vector{f(1), f(-2), f(9), f(3)}));
  EXPECT_EQ(run("frcp r4, r1", {f(4), f(3), f(0), kNan}), (Vector{f(0.25f), 0x3EAAAAAB, kInfinity, kNan}));
  EXPECT_EQ(run("fsqrt r4, r1", {f(9), f(2), f(-1), f(0)}), (Vector{f(3), 0x3FB504F3, kNan, 0}));
}

TEST(PpuInterpreter, RoundToNearestEven) {
  EXPECT_EQ(run("frne r4, r1", {f(0.5f), f(1.5f), f(2.5f), f(-0.5f)}), (Vector{f(0), f(2), f(2), f(-0.0f)}));
  EXPECT_EQ(run("frne r4, r1", {f(-1.5f), f(0.49999997f), f(8388607.5f), f(-8388609)}),
            (Vector{f(-2), f(0), f(8388608), f(-8388609)}));
  EXPECT_EQ(run("frne r4, r1", {kInfinity, kNan, f(3e38f), f(4194304.5f)}),
            (Vector{kInfinity, kNan, f(3e38f), f(4194304)}));
}

TEST(PpuInterpreter, IntegerArithmetic) {
  const Vector a = {5, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000}, b = {3, 2, 1, 33};
  EXPECT_EQ(run("iadd r4, r1, r2", a, b), (Vector{8, 1, 0x80000000, 0x80000021}));
  EXPECT_EQ(run("isub r4, r1, r2", a, b), (Vector{2, 0xFFFFFFFD, 0x7FFFFFFE, 0x7FFFFFDF}));
  EXPECT_EQ(run("imul r4, r1, r2", a, b), (Vector{15, 0xFFFFFFFE, 0x7FFFFFFF, 0x80000000}));
  EXPECT_EQ(run("imax r4, r1, r2", a, b), (Vector{5, 2, 0x7FFFFFFF, 33}));
  EXPECT_EQ(run("imin r4, r1, r2", a, b), (Vector{3, 0xFFFFFFFF, 1, 0x80000000}));
  EXPECT_EQ(run("iand r4, r1, r2", a, b), (Vector{1, 2, 1, 0}));
  EXPECT_EQ(run("ior r4, r1, r2", a, b), (Vector{7, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000021}));
  // A shift by 33 is one by 1.
  EXPECT_EQ(run("shl r4, r1, r2", a, b), (Vector{40, 0xFFFFFFFC, 0xFFFFFFFE, 0}));
  EXPECT_EQ(run("shr r4, r1, r2", a, b), (Vector{0, 0x3FFFFFFF, 0x3FFFFFFF, 0x40000000}));
  EXPECT_EQ(run("sar r4, r1, r2", a, b), (Vector{0, 0xFFFFFFFF, 0x3FFFFFFF, 0xC0000000}));
  EXPECT_EQ(run("sar r4, r1, r2", a, {0, 0, 31, 31}), (Vector{5, 0xFFFFFFFF, 0, 0xFFFFFFFF}));
}

TEST(PpuInterpreter, Conversions) {
  // 2^24 + 1 is a tie between 2^24 and 2^24 + 2
  EXPECT_EQ(run("i2f r4, r1", {0xFFFFFFFF, 16777217, 16777219, 0x80000000}),
            (Vector{f(-1), f(16777216), f(16777220), f(-2147483648.0f)}));
  EXPECT_EQ(run("f2i r4, r1", {f(2.5f), f(-3.5f), f(3e9f), f(-3e9f)}),
            (Vector{2, 0xFFFFFFFC, 0x7FFFFFFF, 0x80000000}));
  EXPECT_EQ(run("f2i r4, r1", {kNan, kInfinity, f(-2147483648.0f), f(2147483520.0f)}),
            (Vector{0, 0x7FFFFFFF, 0x80000000, 0x7FFFFF80}));
}

TEST(PpuInterpreter, ComparisonsAndSelection) {
  const std::string pick = "\nmovi r5, 1\nmovi r6, 0\nsel r4, r5, r6";
  const Vector a = {f(1), f(2), kNan, f(-0.0f)}, b = {f(2), f(2), f(1), f(0)};
  EXPECT_EQ(run("flt r1, r2" + pick, a, b), (Vector{1, 0, 0, 0}));
  EXPECT_EQ(run("fle r1, r2" + pick, a, b), (Vector{1, 1, 0, 1}));
  const Vector c = {0xFFFFFFFF, 5, 6, 0}, d = {0, 5, 5, 0x80000000};
  EXPECT_EQ(run("ilt r1, r2" + pick, c, d), (Vector{1, 0, 0, 0}));
  EXPECT_EQ(run("ile r1, r2" + pick, c, d), (Vector{1, 1, 0, 0}));
  EXPECT_EQ(run("ieq r1, r2" + pick, c, d), (Vector{0, 1, 0, 0}));
  EXPECT_EQ(run("ieq r1, r2\npnot" + pick, c, d), (Vector{1, 0, 1, 1}));
  // At the start the predicate is true; a predicated comparison is an "and": c < d and c == -1.
  EXPECT_EQ(run("movi r4, 5" + pick, c, d), (Vector{1, 1, 1, 1}));
  EXPECT_EQ(run("ile r1, r2\n(p) ieq r1, r3" + pick, c, d, {0xFFFFFFFF, 0, 6, 0}), (Vector{1, 0, 0, 0}));
}

TEST(PpuInterpreter, PredicatedLanesKeepTheirValue) {
  // lanes 0 and 2 are below 2
  const std::string below = "movi r5, 2\nilt r1, r5\nmovi r4, 9\n";
  const Vector a = {1, 2, 0, 3};
  EXPECT_EQ(run(below + "(p) iadd r4, r1, r1", a), (Vector{2, 9, 0, 9}));
  EXPECT_EQ(run(below + "(p) movi r4, 4", a), (Vector{4, 9, 4, 9}));
  EXPECT_EQ(run(below + "(p) bcast r4, r1, 3", a), (Vector{3, 9, 3, 9}));
  EXPECT_EQ(run(below + "(p) load.i32 r4, [r31 + r30]", a), (Vector{0, 9, 0, 9}));  // r31 = 32: r3
  // A predicated store leaves the other lanes' memory alone: r1's words at 0, read back.
  EXPECT_EQ(run(below + "movi r31, 0\n(p) store.i32 r4, [r31 + r30]\nload.i32 r4, [r31 + r30]", a),
            (Vector{9, 2, 9, 3}));
}

TEST(PpuInterpreter, Horizontal) {
  // (2^24 + 1) + (-2^24 + 1): both brackets lose their 1, so 0, not the exact 2
  EXPECT_EQ(run("hadd r4, r1", {f(16777216), f(1), f(-16777216), f(0.5f)}), (Vector{0, 0, 0, 0}));
  EXPECT_EQ(run("hadd r4, r1", {f(1), f(2), f(3), f(4)}), (Vector{f(10), f(10), f(10), f(10)}));
  EXPECT_EQ(run("hmax r4, r1", {f(-7), f(-3), f(-9), f(-4)}), (Vector{f(-3), f(-3), f(-3), f(-3)}));
  EXPECT_EQ(run("mov r4, r1\nhadd r4, r4", {f(1), f(2), f(3), f(4)}), (Vector{f(10), f(10), f(10), f(10)}));
}

TEST(PpuInterpreter, LoadsWiden) {
  // bytes fe ff 80 3c 01 00 .. in r1's words
  const Vector bytes = {0x3C80FFFE, 0x00010203, 0, 0};
  const std::string one = "movi r31, 0\nmovi r29, 1\nmovi r28, 2\n";
  EXPECT_EQ(run(one + "load.u8 r4, [r31 + r29]", bytes), (Vector{0xFE, 0xFF, 0x80, 0x3C}));
  EXPECT_EQ(run(one + "load.i8 r4, [r31 + r29]", bytes), (Vector{0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFF80, 0x3C}));
  EXPECT_EQ(run(one + "load.u16 r4, [r31 + r28]", bytes), (Vector{0xFFFE, 0x3C80, 0x0203, 0x0001}));
  EXPECT_EQ(run(one + "load.i16 r4, [r31 + r28]", bytes), (Vector{0xFFFFFFFE, 0x3C80, 0x0203, 0x0001}));
  // half 0x3c80 = 1 + 128/1024 = 1.125; 0x0001 = 2^-24; 0x0203 = 515 * 2^-24
  EXPECT_EQ(run(one + "movi r31, 2\nload.f16 r4, [r31 + r28]", bytes),
            (Vector{f(1.125f), f(515 * 0x1p-24f), f(0x1p-24f), 0}));
  EXPECT_EQ(run(one + "load.f32 r4, [r31 + r30]", bytes), bytes);
  // Every lane its own address: a gather with b = 0.
  EXPECT_EQ(run("movi r29, 0\nload.u8 r4, [r2 + r29]", bytes, {3, 0, 2, 1}),
            (Vector{0x3C, 0xFE, 0x80, 0xFF}));
  // The destination may be the address register.
  EXPECT_EQ(run(one + "mov r4, r2\nload.u8 r4, [r4 + r31]", bytes, {3, 0, 2, 1}),
            (Vector{0x3C, 0xFE, 0x80, 0xFF}));
}

TEST(PpuInterpreter, StoresNarrow) {
  const std::string to = "movi r31, 32\nmovi r29, 1\nmovi r28, 2\n", back = "\nload.i32 r4, [r31 + r30]";
  const Vector v = {0x11223344, 0xFFFFFF80, 0x7F, 0x100};
  EXPECT_EQ(run(to + "store.u8 r1, [r31 + r29]" + back, v), (Vector{0x007F8044, 0, 0, 0}));
  EXPECT_EQ(run(to + "store.i16 r1, [r31 + r28]" + back, v), (Vector{0xFF803344, 0x0100007F, 0, 0}));
  // 1 + 2^-11 is a tie between 0x3c00 and 0x3c01, to even; 65520 rounds to infinity
  EXPECT_EQ(run(to + "store.f16 r1, [r31 + r28]" + back, {f(1.00048828125f), f(65520), f(-2), f(0x1p-24f)}),
            (Vector{0x7C003C00, 0x0001C000, 0, 0}));
}

TEST(PpuInterpreter, LoopsRunAsOftenAsTheySay) {
  // 3 * (1 + 4 * 10) = 123; a loop of no times is skipped with everything inside
  EXPECT_EQ(run("movi r4, 0\nmovi r5, 1\nmovi r6, 10\nloop 3\n iadd r4, r4, r5\n loop 4\n  iadd r4, r4, r6\n "
                "endloop\n"
                "endloop\nloopu u5\n loop 2\n  movi r4, 0\n endloop\nendloop"),
            (Vector{123, 123, 123, 123}));
}

TEST(PpuInterpreter, DivisionFloorAndMultiplyAdd) {
  EXPECT_EQ(run("fdiv r4, r1, r2", {f(1), f(1), f(0), f(-6)}, {f(3), f(0), f(0), f(2)}),
            (Vector{0x3EAAAAAB, kInfinity, kNan, f(-3)}));
  EXPECT_EQ(run("ffloor r4, r1", {f(1.5f), f(-1.5f), f(-0.0f), f(-1e-30f)}),
            (Vector{f(1), f(-2), f(-0.0f), f(-1)}));
  EXPECT_EQ(run("ffloor r4, r1", {kMinusInfinity, kNan, f(8388607.5f), f(0.99999994f)}),
            (Vector{kMinusInfinity, kNan, f(8388607), 0}));
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 loses its last bit before the 1 is taken away: fused it would not
  EXPECT_EQ(run("mov r4, r3\nfmad r4, r1, r2", {f(1 + 0x1p-12f), f(2), f(3), kInfinity},
                {f(1 + 0x1p-12f), f(5), f(-1), f(0)}, {f(-1), f(1), f(0.5f), f(1)}),
            (Vector{f(0x1p-11f), f(11), f(-2.5f), kNan}));
  EXPECT_EQ(run("mov r4, r3\nfmadl r4, r1, r2, 1", {f(1), f(2), f(3), f(4)}, {f(9), f(10), f(9), f(9)},
                {f(1), f(1), f(1), f(1)}),
            (Vector{f(11), f(21), f(31), f(41)}));
  // d may be b: all lanes take lane 2 of what was there
  EXPECT_EQ(run("mov r4, r2\nfmadl r4, r1, r4, 2", {f(1), f(1), f(1), f(1)}, {f(1), f(2), f(3), f(4)}),
            (Vector{f(4), f(5), f(6), f(7)}));
}

TEST(PpuInterpreter, ProductsQuotientsAndUnsignedComparison) {
  const Vector a = {0x80000000, 0xFFFFFFF9, 7, 0x80000000}, b = {0x80000000, 2, 0xFFFFFFFE, 0xFFFFFFFF};
  // -2^31 squared is 2^62; -7 * 2 = -14; 7 * -2 = -14; -2^31 * -1 = 2^31
  EXPECT_EQ(run("imulh r4, r1, r2", a, b), (Vector{0x40000000, 0xFFFFFFFF, 0xFFFFFFFF, 0}));
  // (2^62 + 2^30) >> 31 saturates; (-14 + 2^30) >> 31 = 0; (2^31 + 2^30) >> 31 = 1
  EXPECT_EQ(run("imulrh r4, r1, r2", a, b), (Vector{0x7FFFFFFF, 0, 0, 1}));
  // -2^30 * 1 + 2^30 = 0; one less is -1 before the shift, so -1; 2^30 * 3 + 2^30 = 2^32, so 2
  EXPECT_EQ(run("imulrh r4, r1, r2", {0xC0000000, 0xBFFFFFFF, 0x40000000, 5}, {1, 1, 3, 0}),
            (Vector{0, 0xFFFFFFFF, 2, 0}));
  // towards zero; -2^31 / -1 wraps
  EXPECT_EQ(run("idiv r4, r1, r2", a, b), (Vector{1, 0xFFFFFFFD, 0xFFFFFFFD, 0x80000000}));
  EXPECT_EQ(run("imod r4, r1, r2", a, b), (Vector{0, 0xFFFFFFFF, 1, 0}));
  EXPECT_EQ(run("idiv r4, r1, r2", {5, 0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFE}, {0, 0x7FFFFFFF, 1, 0x7FFFFFFF}),
            (Vector{0, 1, 0x7FFFFFFF, 0}));
  EXPECT_EQ(run("imod r4, r1, r2", {5, 6, 0x80000000, 9}, {0, 4, 3, 9}), (Vector{5, 2, 0xFFFFFFFE, 0}));
  EXPECT_EQ(run("ixor r4, r1, r2", {5, 0xF0, 0, 1}, {3, 0xFF, 0, 1}), (Vector{6, 0x0F, 0, 0}));
  const std::string pick = "\nmovi r5, 1\nmovi r6, 0\nsel r4, r5, r6";
  EXPECT_EQ(run("ult r1, r2" + pick, {1, 0xFFFFFFFF, 1, 2}, {2, 1, 0xFFFFFFFF, 2}), (Vector{1, 0, 1, 0}));
  EXPECT_EQ(run("feq r1, r2" + pick, {f(1), f(0), kNan, f(2)}, {f(1), f(-0.0f), kNan, f(1)}),
            (Vector{1, 1, 0, 0}));
}

// Words of 64 bits: 5 and -2 at 0 and 8; loaded, and stored to 48, where the next 8 bytes are r4's.
TEST(PpuInterpreter, WordsOf64BitsAndOffsets) {
  const Vector v = {5, 0, 0xFFFFFFFE, 0xFFFFFFFF};
  const std::string eight = "movi r31, 0\nmovi r29, 8\nmovi r28, 2\nlane_id r27\nilt r27, r28\nmovi r4, 9\n";
  EXPECT_EQ(run(eight + "(p) load.i64 r4, [r31 + r29]", v), (Vector{5, 0xFFFFFFFE, 9, 9}));
  EXPECT_EQ(
      run(eight + "(p) store.i64 r1, [r31 + r29 + 32]\nload.i32 r4, [r31 + r30 + 32]", {7, 0xFFFFFFFD, 1, 1}),
      (Vector{7, 0, 0xFFFFFFFD, 0xFFFFFFFF}));
  EXPECT_EQ(run("load.i32 r4, [r31 + r30 + -16]", {}, {1, 2, 3, 4}), (Vector{1, 2, 3, 4}));
}

// Spans are a shorter way to the same bytes: a program with every kind of access on memory without spans,
// with one span, and with two that split the threads' operands between them.
TEST(PpuInterpreter, SpansChangeNoByte) {
  const PpuProgram program = assemble(
      "movi r1, 3\nimul r2, r0, r1\nmovi r3, 1\nload.u8 r4, [r2 + r3]\nload.i16 r5, [r2 + r1 + 2]\n"
      "movi r6, 0\nload.f16 r7, [r2 + r6]\nilt r4, r5\n(p) load.i8 r7, [r4 + r3]\nimul r8, r4, r1\n"
      "load.i32 r9, [r8 + r6]\nmovi r10, 4\nload.f32 r11, [r2 + r10]\nixor r9, r9, r11\nixor r9, r9, r7\n"
      "ixor r9, r9, r5\nmovi r12, 16\nimul r12, r12, r0\nstore.i32 r9, [r12 + r10 + 1024]\n"
      "(p) store.i16 r5, [r12 + r10 + 1025]\nend",
      "t");
  const Uniforms uniforms{};
  std::vector<Bytes> results;
  for (const std::uint32_t border : {0u, 4096u, 201u}) {
    FlatMemory memory(4096);
    for (std::size_t i = 0; i < 1024; ++i) memory.bytes[i] = static_cast<std::uint8_t>(i * 37 + i / 5);
    std::uint8_t* const data = memory.bytes.data();
    if (border != 0) memory.load_spans.push_back({0, border, data, nullptr});
    if (border % 4096 != 0) memory.load_spans.push_back({border, 4096 - border, data + border, nullptr});
    memory.store_spans = memory.load_spans;
    run_ppu_program(program, uniforms.data(), 150, memory, nullptr);
    results.push_back(memory.bytes);
  }
  EXPECT_TRUE(results[0] == results[1]);
  EXPECT_TRUE(results[0] == results[2]);
}

// 600 threads are three batches; each writes its index, so all indices must appear, each at its place.
TEST(PpuInterpreter, EveryThreadKnowsItsIndex) {
  FlatMemory memory(600 * 4);
  const PpuProgram program = assemble(
      "lane_id r2\nmovi r3, 1\nilt r2, r3\nmovi r4, 4\nimul r4, r0, r4\nmovi r5, 0\n"
      "(p) store.i32 r0, [r4 + r5]\nend",
      "index");
  const Uniforms uniforms{};
  PpuCounts executed;
  run_ppu_program(program, uniforms.data(), 600, memory, &executed);
  for (std::uint32_t i = 0; i < 600; ++i) {
    std::uint32_t value;
    std::memcpy(&value, memory.bytes.data() + 4 * i, 4);
    ASSERT_EQ(value, i);
  }
  // per thread: 6 of the arithmetic unit, 1 store, 1 end
  EXPECT_EQ(executed.alu, 600 * 6);
  EXPECT_EQ(executed.memory, 600);
  EXPECT_EQ(executed.control, 600);
}

TEST(PpuInterpreter, RefusesWhatIsNoProgram) {
  FlatMemory memory(4);
  const Uniforms uniforms{};
  EXPECT_THROW(run_ppu_program(assemble("loop 3\nend", "t"), uniforms.data(), 1, memory, nullptr), Error);
  EXPECT_THROW(run_ppu_program({}, uniforms.data(), 1, memory, nullptr), Error);
}

}  // namespace
}  // namespace trireme

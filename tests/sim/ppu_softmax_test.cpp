// SPDX-License-Identifier: Apache-2.0
// Softmax, the worked example of docs/isa.md, against its definition.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tensor/half.h"
#include "tests/sim/ppu_flat_memory.h"

namespace trireme {
namespace {

std::string softmax_of_the_documentation() {
  const std::string text = read_text(std::string(TRIREME_SOURCE_DIR) + "/docs/isa.md");
  const std::size_t begin = text.find("```ppu\n; Softmax") + 7;
  return text.substr(begin, text.find("```", begin) - begin);
}

// The definition, step by step, in float32 without contraction.
std::vector<std::uint16_t> softmax_by_definition(const std::vector<std::uint8_t>& q, int zero_point,
                                                 float scale) {
  const std::size_t n = q.size();
  std::vector<float> x(n), e(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(q[i] - zero_point) * scale;
  float m = x[0];
  for (const float value : x) m = value > m ? value : m;
  for (std::size_t i = 0; i < n; ++i) {
    const float d = x[i] - m;
    float t = d * 0x1.715476p+0f;
    if (!(t > -126.0f)) t = -126.0f;
    const float k = std::nearbyint(t);
    const float frac = t - k;
    float p = 0x1.430912p-13f;
    for (const float c :
         {0x1.5d87fep-10f, 0x1.3b2ab6p-7f, 0x1.c6b08ep-5f, 0x1.ebfbe0p-3f, 0x1.62e430p-1f, 1.0f}) {
      const float product = p * frac;
      p = product + c;
    }
    const std::uint32_t bits = f(p) + (static_cast<std::uint32_t>(static_cast<int>(k)) << 23);
    e[i] = __builtin_bit_cast(float, bits);
  }
  float lanes[4] = {0, 0, 0, 0};
  for (std::size_t i = 0; i < n; ++i) lanes[i % 4] = lanes[i % 4] + e[i];
  const float low = lanes[0] + lanes[1], high = lanes[2] + lanes[3];
  const float r = 1.0f / (low + high);
  std::vector<std::uint16_t> y;
  for (const float value : e) y.push_back(float_to_half(value * r));
  return y;
}

struct SoftmaxCase {
  std::uint32_t rows, n, in_stride, out_stride;
  float scale;
};

void expect_softmax(const SoftmaxCase& c, std::mt19937& random) {
  const PpuProgram program = assemble(softmax_of_the_documentation(), "softmax");
  check_program(program, 32, 512, "softmax");
  const std::uint32_t in_row = c.n * c.in_stride + 3, out_row = c.n * c.out_stride + 2;
  const std::uint32_t out = c.rows * in_row;
  const int zero_point = static_cast<int>(random() % 256);
  FlatMemory memory(out + c.rows * out_row);
  for (std::uint8_t& byte : memory.bytes) byte = static_cast<std::uint8_t>(random());
  const Bytes before = memory.bytes;
  const Uniforms uniforms = {0,
                             out,
                             c.n,
                             (c.n + 3) / 4,
                             c.in_stride,
                             c.out_stride,
                             in_row,
                             out_row,
                             static_cast<std::uint32_t>(zero_point),
                             f(c.scale)};
  PpuCounts executed;
  run_ppu_program(program, uniforms.data(), c.rows, memory, &executed);

  Bytes wanted = before;
  for (std::uint32_t row = 0; row < c.rows; ++row) {
    std::vector<std::uint8_t> q(c.n);
    for (std::uint32_t i = 0; i < c.n; ++i) q[i] = before[row * in_row + i * c.in_stride];
    const std::vector<std::uint16_t> y = softmax_by_definition(q, zero_point, c.scale);
    for (std::uint32_t i = 0; i < c.n; ++i)
      std::memcpy(&wanted[out + row * out_row + i * c.out_stride], &y[i], 2);
  }
  EXPECT_TRUE(memory.bytes == wanted) << "n " << c.n << " scale " << c.scale;

  const PpuCounts each = count_instructions(program, uniforms.data());
  EXPECT_EQ(executed.alu, each.alu * c.rows);
  EXPECT_EQ(executed.special, each.special * c.rows);
  EXPECT_EQ(executed.memory, each.memory * c.rows);
  EXPECT_EQ(executed.control, each.control * c.rows);
}

TEST(PpuSoftmax, EqualsTheDefinitionBitForBit) {
  std::mt19937 random(7);
  for (const std::uint32_t n : {1u, 2u, 3u, 4u, 5u, 10u, 1000u}) {
    for (const float scale : {0.0001f, 0.07f, 0.5f, 3.0f}) {
      expect_softmax({7, n, 1, 2, scale}, random);
      expect_softmax({300, n, 3, 4, scale}, random);  // strided, more than one batch
    }
  }
}

// One row of 10 elements is 3 vectors; the numbers below count lines of the program.
TEST(PpuSoftmax, CountsByHand) {
  const PpuProgram program = assemble(softmax_of_the_documentation(), "softmax");
  Uniforms uniforms{};
  uniforms[3] = 3;
  const PpuCounts counts = count_instructions(program, uniforms.data());
  // memory: 3 * (1 load + 1 load + 1 load and 1 store). special: hmax, hadd, frcp.
  EXPECT_EQ(counts.memory, 12);
  EXPECT_EQ(counts.special, 3);
  // loopu 3, endloop 3 * 3, end 1
  EXPECT_EQ(counts.control, 13);
  // Outside the loops: 16 set-up, 3 before the first loop, 10 constants, 3 and 2 before the others: 34.
  // First body: ilt isub i2f fmul fmax iadd iadd: 7.
  // Second: ilt isub i2f fmul (4), fsub fmul fmax frne fsub (5), Horner (12), f2i shl iadd (3), fadd iadd
  // iadd (3): 27. Third: the same with fmul for fadd and one more iadd: 28.
  EXPECT_EQ(counts.alu, 34 + 3 * (7 + 27 + 28));
}

}  // namespace
}  // namespace trireme

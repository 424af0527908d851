// SPDX-License-Identifier: Apache-2.0
// Element by element: several vectors of four share what a thread finds once.
#include "compiler/ppu_kernels/elements.h"

#include "compiler/ppu_kernels/kernel.h"
#include "tests/compiler/ppu_kernel_support.h"
#include "tests/support_for_tests/test_chip.h"
#include "timing/ppu.h"

namespace trireme::test {
namespace {

const Quantization kCodes = codes(DataType::uint8, {0.03F}, {128});

Graph product(const Shape& a, const Shape& b) {
  Shape out = a;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(a[i], b[i]);
  return one_node("multiply", {}, {{a, DataType::float32, kCodes}, {b, DataType::float32, kCodes}},
                  {{out, DataType::float32, kCodes}});
}

// On a chip whose programs have at most `slots` instructions.
PpuKernel kernel_of(const Graph& graph, std::size_t slots = 512) {
  Chip chip = trireme::test_chip();
  chip.ppu.instruction_slots = static_cast<int>(slots);
  return *ppu_kernel(graph, graph.nodes[0], chip);
}

// 16 vectors: a thread with one waits 64 cycles for each of two loads and a store, 16 for the division and 8
// for each other instruction, some 420 in all; the chip's 8 lanes a cycle have done 16 threads' instructions,
// about 30 each, in half of that. A second vector a thread would only wait longer. Of 1,024 vectors
// instructions decide: 16 share a thread's.
TEST(ElementKernels, FewElementsHaveAThreadForEachVectorManyShareOne) {
  EXPECT_EQ(kernel_of(product({1, 1, 1, 64}, {1, 1, 1, 64})).threads, 16U);
  EXPECT_EQ(kernel_of(product({1, 2, 32, 64}, {1, 2, 1, 1})).threads, 1024U / 16);
}

// A further vector: the code loaded, centred, converted and scaled (4); the product (1); divided, rounded,
// clamped at both ends, moved to the zero point and stored (6). Addresses, constants and the factor are
// there. A channel has 640 vectors, so threads have 16, 10 or 8, whichever the program still has slots for.
TEST(ElementKernels, AFurtherVectorTakesItsOwnWorkOnly) {
  const Graph graph = product({1, 2, 40, 64}, {1, 2, 1, 1});
  const PpuKernel sixteen = kernel_of(graph), ten = kernel_of(graph, sixteen.program.size() - 1),
                  eight = kernel_of(graph, ten.program.size() - 1);
  EXPECT_EQ(sixteen.threads, 1280U / 16);
  EXPECT_EQ(ten.threads, 1280U / 10);
  EXPECT_EQ(eight.threads, 1280U / 8);
  EXPECT_EQ(sixteen.program.size(), ten.program.size() + 6 * 11);
  EXPECT_EQ(ten.program.size(), eight.program.size() + 2 * 11);
}

// Both sides change along the row: the second is loaded, centred, converted and scaled each time, too.
TEST(ElementKernels, WhatChangesIsLoadedForEachVector) {
  const Graph graph = product({1, 2, 40, 64}, {1, 2, 40, 64});
  const PpuKernel sixteen = kernel_of(graph), ten = kernel_of(graph, sixteen.program.size() - 1);
  EXPECT_EQ(sixteen.threads, 1280U / 16);
  EXPECT_EQ(ten.threads, 1280U / 10);
  EXPECT_EQ(sixteen.program.size(), ten.program.size() + 6 * 15);
}

Cycle cycles_on(const Chip& chip, const Graph& graph) {
  const PpuKernel kernel = *ppu_kernel(graph, graph.nodes[0], chip);
  std::vector<std::uint32_t> uniforms = kernel.uniforms;
  uniforms.resize(kPpuUniforms);
  return ppu_compute_cycles(count_instructions(kernel.program, uniforms.data()), kernel.threads, chip);
}

TEST(ElementKernels, NeverSlowerOnAChipWithMore) {
  const Chip chip = trireme::test_chip();
  for (const std::int64_t width : {4, 12, 64, 80, 320, 1600}) {
    const Graph graph = product({1, 8, 4, width}, {1, 8, 1, 1});
    for (int PpuConfig::*more : {&PpuConfig::cores, &PpuConfig::threads, &PpuConfig::operations_per_cycle,
                                 &PpuConfig::instruction_slots}) {
      Chip better = chip;
      better.ppu.*more *= 2;
      EXPECT_LE(cycles_on(better, graph), cycles_on(chip, graph)) << width;
    }
  }
}

// run_kernel compares the results of one thread's programs with those of many's.
TEST(ElementKernels, GiveTheSameBytesHoweverManyVectorsAThreadHas) {
  Random random(7);
  const auto size = [&] { return 1 + static_cast<std::int64_t>(random.below(3)); };
  const std::vector<std::int64_t> widths = {1, 3, 4, 8, 12, 20, 64, 80};
  for (int i = 0; i < 60; ++i) {
    const Shape full = {size(), size(), size(), widths[random.below(widths.size())]};
    Shape part = full;
    for (std::int64_t& axis : part) axis = random.below(2) == 0 ? axis : 1;
    SCOPED_TRACE(i);
    const Tensor a = Tensor::of<float>(full, reals(random, element_count(full), 4)),
                 b = Tensor::of<float>(part, reals(random, element_count(part), 4));
    ASSERT_TRUE(run_kernel(product(full, part), {quantize(a, kCodes), quantize(b, kCodes)}));
    const auto sums = run_kernel(one_node("subtract", {}, {{full}, {part}}, {{full}}), {a, b});
    ASSERT_TRUE(sums);
    std::int64_t at = 0;
    for_each_coordinate(full, [&](const Shape& coordinate) {
      Shape other = coordinate;
      for (std::size_t axis = 0; axis < other.size(); ++axis) other[axis] = part[axis] == 1 ? 0 : other[axis];
      const auto x = static_cast<float>(element(a, at)),
                 y = static_cast<float>(element(b, static_cast<std::int64_t>(flat(part, other))));
      EXPECT_EQ(element((*sums)[0], at++), static_cast<double>(x - y));
    });
  }
}

}  // namespace
}  // namespace trireme::test

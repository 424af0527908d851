// SPDX-License-Identifier: Apache-2.0
// Element by element: several vectors of four share what a thread finds once.
#include "compiler/ppu_kernels/elements.h"

#include "compiler/ppu_kernels/kernel.h"
#include "tests/compiler/ppu_kernel_support.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme::test {
namespace {

const Quantization kCodes = codes(DataType::uint8, {0.03F}, {128});

Graph product(const Shape& a, const Shape& b) {
  Shape out = a;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(a[i], b[i]);
  return one_node("multiply", {}, {{a, DataType::float32, kCodes}, {b, DataType::float32, kCodes}},
                  {{out, DataType::float32, kCodes}});
}

PpuKernel kernel_of(const Graph& graph, int threads) {
  Chip chip = trireme::test_chip();
  chip.ppu.threads = threads;
  return *ppu_kernel(graph, graph.nodes[0], chip);
}

// A map of 2 channels, 32x64, by a factor a channel: 1,024 vectors, of which a channel has 512. 16 a thread
// need 64 threads; chips with more get fewer a thread, until each has one.
TEST(ElementKernels, AsManyVectorsAsLeaveNoThreadWithout) {
  const Graph graph = product({1, 2, 32, 64}, {1, 2, 1, 1});
  for (const auto& [resident, threads] : std::map<int, std::uint32_t>{
           {1, 64}, {64, 64}, {65, 128}, {128, 128}, {129, 256}, {1024, 1024}, {2000, 1024}})
    EXPECT_EQ(kernel_of(graph, resident).threads, threads) << resident;
}

// A further vector: the code loaded, centred, converted and scaled (4); the product (1); divided, rounded,
// clamped at both ends, moved to the zero point and stored (6). Addresses, constants and the factor are
// there. A channel has 640 vectors: chips of 80, 160 and 320 threads have 16, 8 and 4 a thread.
TEST(ElementKernels, AFurtherVectorTakesItsOwnWorkOnly) {
  const Graph graph = product({1, 2, 40, 64}, {1, 2, 1, 1});
  const std::size_t eight = kernel_of(graph, 160).program.size();
  EXPECT_EQ(kernel_of(graph, 80).program.size(), eight + 8 * 11);
  EXPECT_EQ(kernel_of(graph, 320).program.size(), eight - 4 * 11);
}

// Both sides change along the row: the second is loaded, centred, converted and scaled each time, too.
TEST(ElementKernels, WhatChangesIsLoadedForEachVector) {
  const Graph graph = product({1, 2, 32, 64}, {1, 2, 32, 64});
  EXPECT_EQ(kernel_of(graph, 64).program.size(), kernel_of(graph, 128).program.size() + 8 * 15);
}

// 4,096 numbers: 16 vectors a thread on one thread, if a chip had slots for that.
TEST(ElementKernels, FewerVectorsWhereTheProgramIsLong) {
  const Operand operand{{4096}};
  const Graph graph = one_node("pow", {}, {operand, operand}, {operand});
  const PpuKernel kernel = kernel_of(graph, 1);
  EXPECT_GT(kernel.threads, 64U);
  EXPECT_LT(kernel.threads, 1024U);
  EXPECT_LE(kernel.program.size(), static_cast<std::size_t>(trireme::test_chip().ppu.instruction_slots));
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

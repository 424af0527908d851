// SPDX-License-Identifier: Apache-2.0
// Strides the array lacks: dropped results, or phases made by the TP, by cost or by the chip's compiler.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compile.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/reference_run.h"

namespace trireme {
namespace {

// The TP's launch alone is longer than the array takes for this map.
Chip chip_with_a_slow_tp(bool always) {
  Chip chip = test::test_chip();
  chip.nne.native_stride_two = false;
  chip.tp.launch_cycles = 100'000;
  chip.compiler.always_space_to_depth = always;
  return chip;
}

std::ptrdiff_t moves_of(const Graph& graph, const Chip& chip) {
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip, options);
  test::expect_reference(graph, binary, chip);
  return std::count_if(binary.jobs.begin(), binary.jobs.end(),
                       [](const Job& job) { return engine_of(job) == Engine::tp; });
}

Graph strided(const test::Conv& convolution) {
  test::Builder b;
  return test::quantized(b.finish({b.convolution(b.input({1, 8, 16, 16}), convolution)}));
}

// 16x16 pixels are whole rounds of four phases: one move.
TEST(SpaceToDepth, ByCostOrAlways) {
  const Graph graph = strided({8, 3, 2, 1});
  EXPECT_EQ(moves_of(graph, chip_with_a_slow_tp(false)), 0);
  EXPECT_EQ(moves_of(graph, chip_with_a_slow_tp(true)), 1);
}

// Pointwise and depthwise layers drop results (hardware.md §2.6), and an array that has the stride needs
// neither. Depthwise layers that are dense ones with zeros move like those (docs/timing.md).
TEST(SpaceToDepth, NotForPointwiseDepthwiseOrNativeStrides) {
  EXPECT_EQ(moves_of(strided({8, 1, 2, 0}), chip_with_a_slow_tp(true)), 0);
  EXPECT_EQ(moves_of(strided({8, 3, 2, 1, 8}), chip_with_a_slow_tp(true)), 0);
  Chip dense = chip_with_a_slow_tp(true);
  dense.nne.depthwise = false;
  dense.nne.launch_cycles = 100'000;  // zeros in one job are cheaper than a job a group
  EXPECT_EQ(moves_of(strided({8, 3, 2, 1, 8}), dense), 1);
  Chip native = chip_with_a_slow_tp(true);
  native.nne.native_stride_two = true;
  EXPECT_EQ(moves_of(strided({8, 3, 2, 1}), native), 0);
}

}  // namespace
}  // namespace trireme

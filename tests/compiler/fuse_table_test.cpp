// SPDX-License-Identifier: Apache-2.0
// Functions of one code behind the array, by its table, and tables of the TP that stand for more than
// activations: the reference's codes, fused or not.
#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/reference_run.h"

namespace trireme {
namespace {

using test::Builder;

Chip chip_with(int lut_lanes, bool leaky_relu) {
  Chip chip = test::test_chip();
  chip.nne.lut_lanes = lut_lanes;
  chip.nne.leaky_relu = leaky_relu;
  return chip;
}

// The jobs of a compiled graph, after its simulated codes have been found to be the reference's.
std::vector<Job> jobs_of(const Graph& graph, const Chip& chip, bool fuse = true) {
  CompileOptions options;
  options.fuse = fuse;
  const NetworkBinary binary = compile(graph, chip, options);
  test::expect_reference(graph, binary, chip);
  return binary.jobs;
}

Graph activated(const std::string& op, const std::any& attributes, bool pooled = false, int groups = 1) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 4, 8, 8}), {8, 3, 1, 1, groups});
  const ValueId y = b.node(op, attributes, {x});
  return test::quantized(b.finish({pooled ? b.max_pool(y, 2, 2) : y}));
}

NneActivation activation_of(const Job& job) {
  return static_cast<NneActivation>(std::get<NneJob>(job).activation);
}

TEST(FuseTable, SwishBehindTheArrayWhereThereAreLanes) {
  const Graph graph = activated("swish", SwishAttributes{});
  const std::vector<Job> fused = jobs_of(graph, chip_with(16, false));
  ASSERT_EQ(fused.size(), 1U);
  EXPECT_EQ(activation_of(fused[0]), NneActivation::table);
  const std::vector<Job> apart = jobs_of(graph, chip_with(0, true));
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_EQ(activation_of(apart[0]), NneActivation::none);
  EXPECT_EQ(jobs_of(graph, chip_with(16, false), false).size(), 2U);
}

TEST(FuseTable, SlopesNeedNoTableLanes) {
  const Graph graph = activated("leakyrelu", LeakyReluAttributes{0.1F});
  const std::vector<Job> fused = jobs_of(graph, chip_with(0, true));
  ASSERT_EQ(fused.size(), 1U);
  EXPECT_EQ(activation_of(fused[0]), NneActivation::slopes);
  EXPECT_EQ(jobs_of(graph, chip_with(0, false)).size(), 2U);
}

// The pooling follows the table: the largest code before it need not be the largest behind it.
TEST(FuseTable, PoolingComesBehindTheTable) {
  const std::vector<Job> fused = jobs_of(activated("swish", SwishAttributes{}, true), chip_with(16, false));
  ASSERT_EQ(fused.size(), 1U);
  EXPECT_EQ(std::get<NneJob>(fused[0]).pool_type, 1);
}

TEST(FuseTable, EveryGroupHasTheTable) {
  const std::vector<Job> fused = jobs_of(activated("mish", {}, false, 2), chip_with(16, false));
  for (const Job& job : fused) EXPECT_EQ(activation_of(job), NneActivation::table);
}

// What follows the table can no longer be a clamp before it, nor a second table.
TEST(FuseTable, OneFunctionOnly) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 4, 8, 8}), {8, 3, 1, 1});
  const ValueId y = b.node("swish", SwishAttributes{}, {x});
  EXPECT_EQ(jobs_of(test::quantized(b.finish({b.relu(y)})), chip_with(16, true)).size(), 2U);
}

TEST(FuseTable, ANumberWithEveryElementIsATable) {
  for (const char* op : {"multiply", "divide", "maximum", "minimum"}) {
    Builder b;
    const ValueId x = b.input({1, 4, 8, 8});
    const ValueId y = b.node(op, {}, {x, b.constant("number", {1, 1, 1}, {0.3F})});
    const std::vector<Job> jobs = jobs_of(test::quantized(b.finish({y})), chip_with(0, false));
    ASSERT_EQ(jobs.size(), 1U) << op;
    EXPECT_EQ(engine_of(jobs[0]), Engine::tp) << op;
  }
}

}  // namespace
}  // namespace trireme

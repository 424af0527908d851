// SPDX-License-Identifier: Apache-2.0
// Optimization levels change cycles and never a bit; the explanation tells what the compiler did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/quantize/calibrate.h"
#include "tests/compiler/networks.h"
#include "tests/system/cli_project.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

NetworkBinary at_level(const Graph& graph, const Chip& chip, int level, CompileOptions& options) {
  set_level(options, level);
  return compile(graph, chip, options);
}

TEST(Levels, SameBytesAtEveryLevelAndFewerCyclesInSum) {
  const Chip chip = find_chip(kDefaultChip);
  std::uint64_t cycles[kLastLevel + 1] = {};
  for (std::uint64_t seed = 100; seed < 112; ++seed) {
    Graph graph = test::quantized(test::random_network(seed, false));
    simplify(graph);
    unify_quantization(graph);
    std::vector<Tensor> inputs;
    const std::vector<Tensor> real = test::random_inputs(graph, seed);
    for (std::size_t i = 0; i < real.size(); ++i)
      inputs.push_back(quantize(real[i], graph.values[graph.inputs[i]].quantization));
    std::vector<Bytes> first;
    for (int level = 0; level <= kLastLevel; ++level) {
      CompileOptions options;
      const RunRecord record = simulate(at_level(graph, chip, level, options), chip, inputs);
      cycles[level] += record.profile.total_cycles;
      for (std::size_t i = 0; i < record.outputs.size(); ++i) {
        if (level == 0) first.push_back(record.outputs[i].tensor.bytes);
        EXPECT_EQ(record.outputs[i].tensor.bytes, first[i]) << "seed " << seed << ", level " << level;
      }
    }
  }
  EXPECT_LT(cycles[1], cycles[0]);
  EXPECT_LT(cycles[2], cycles[1]);
  EXPECT_LE(cycles[3], cycles[2] + cycles[2] / 100);
}

TEST(Levels, ChosenIsNoDearerThanItsRunnersUpWhereItWasPriced) {
  const Chip chip = find_chip(kDefaultChip);
  Graph graph = test::quantized(test::lenet_like());
  simplify(graph);
  unify_quantization(graph);
  CompileOptions options;
  options.explain = true;
  compile(graph, chip, options);
  std::size_t layers = 0, priced = 0;
  for (const ExplainedLayer& layer : options.explanation.layers) {
    ++layers;
    EXPECT_FALSE(layer.jobs.empty() && !layer.merged.empty()) << layer.name;
    for (const ExplainedJob& job : layer.jobs) {
      EXPECT_FALSE(job.chosen.what.empty()) << layer.name;
      priced += job.chosen.cycles > 0 ? 1 : 0;
      for (std::size_t i = 1; i < job.runners_up.size(); ++i)
        EXPECT_LE(job.runners_up[i - 1].cycles, job.runners_up[i].cycles);
    }
  }
  EXPECT_GE(layers, 5U);
  EXPECT_GE(priced, 4U);
}

TEST(Levels, CommandLine) {
  const Project project;
  const std::string table = project.must({"compile", "small.json", "--explain"}).out;
  EXPECT_THAT(table, HasSubstr("tile "));
  EXPECT_THAT(table, HasSubstr("next best"));
  EXPECT_THAT(table, HasSubstr("made for "));
  const Json best = Json::parse(project.must({"compile", "small.json", "--explain", "--json"}).out);
  EXPECT_GT(best.at("budgets").size(), 1U);
  EXPECT_GT(best["budgets"][0].at("estimated_cycles"), 0);
  const Json json = Json::parse(project.must({"compile", "small.json", "-O0", "--explain", "--json"}).out);
  ASSERT_FALSE(json.at("layers").empty());
  EXPECT_TRUE(json.at("budgets").empty());
  EXPECT_TRUE(json["layers"][0].contains("reason"));
  EXPECT_EQ(project.run({"compile", "small.json", "-O4"}).status, 2);
  EXPECT_EQ(project.run({"compile", "small.json", "--json"}).status, 2);
}

}  // namespace
}  // namespace trireme

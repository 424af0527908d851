// SPDX-License-Identifier: Apache-2.0
// Products of two maps on the array, and coefficients that are fetched ahead, change no byte of a result.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/simplify/simplify.h"
#include "model/quantize/calibrate.h"
#include "tests/compiler/networks.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

using test::Builder;

int jobs_of(const NetworkBinary& binary, NneOperation operation) {
  return static_cast<int>(std::count_if(binary.jobs.begin(), binary.jobs.end(), [&](const Job& job) {
    return engine_of(job) == Engine::nne && header_of(job).operation == static_cast<std::uint8_t>(operation);
  }));
}

int prefetching_jobs(const NetworkBinary& binary) {
  return static_cast<int>(std::count_if(binary.jobs.begin(), binary.jobs.end(), [](const Job& job) {
    const auto* nne = std::get_if<NneJob>(&job);
    return nne != nullptr && nne->prefetch != 0;
  }));
}

struct Case {
  Shape a, b;
  int products;  // jobs on the array
};

// Batches that repeat on either side, shapes that are no multiple of anything; too small to be worth a
// launch.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {{1, 2, 20, 32}, {1, 2, 32, 40}, 2}, {{33, 17}, {17, 70}, 1},       {{3, 1, 29, 40}, {1, 2, 40, 31}, 6},
      {{2, 1, 260, 9}, {9, 130}, 2},       {{1, 64, 64}, {3, 64, 64}, 3}, {{2, 4, 5}, {2, 5, 3}, 0},
  };
  return all;
}

TEST(ArrayProducts, GiveTheReferencesBytesUnderEveryRule) {
  const Chip chip = find_chip("A733");
  for (const RequantRule rule :
       {RequantRule::vipf, RequantRule::onnx, RequantRule::tflite, RequantRule::tflm}) {
    for (std::size_t i = 0; i < cases().size(); ++i) {
      SCOPED_TRACE(fmt::format("case {} rule {}", i, name_of(rule)));
      Builder b(i);
      const ValueId left = b.input(cases()[i].a, "left"), right = b.input(cases()[i].b, "right");
      Graph graph = test::quantized(b.finish({b.node("matmul", {}, {left, right}, "product")}), i);
      const NetworkBinary binary = compiled(graph, chip, true, true, rule);
      EXPECT_EQ(jobs_of(binary, NneOperation::matmul), cases()[i].products);
      expect_same_layers(graph, binary, chip, test::random_inputs(graph, i));
    }
  }
}

// Attention: the softmax inside has codes, so that both products run on the array.
TEST(ArrayProducts, AttentionStaysInCodes) {
  const Chip chip = find_chip("A733");
  Builder b(5);
  const ValueId query = b.input({1, 2, 48, 32}, "query"), key = b.input({1, 2, 32, 48}, "key");
  const ValueId scores = b.softmax(b.node("matmul", {}, {query, key}, "scores"), 3);
  Graph graph = test::quantized(b.finish({b.node("matmul", {}, {scores, query}, "mixed")}));
  unify_quantization(graph);
  const NetworkBinary binary = compiled(graph, chip, true);
  EXPECT_EQ(jobs_of(binary, NneOperation::matmul), 4);
  expect_same_layers(graph, binary, chip, test::random_inputs(graph, 2));
}

// The memory checker sees no write under a read.
TEST(KernelStreaming, FetchingAheadChangesNoByteAndSavesTime) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    Builder b(seed);
    // Small maps under many weights: the DRAM has less than the array takes.
    ValueId x = b.relu(b.convolution(b.input({1, 8, 12, 12}), {96, 3, 2, 1}));
    for (int i = 0; i < 4; ++i)
      x = b.relu(b.convolution(x, {96 + 32 * i, i == 2 ? 3 : 1, i == 1 ? 2 : 1, i == 2 ? 1 : 0}));
    x = b.node("add", {}, {x, b.convolution(x, {192, 1, 1, 0})});
    Graph graph = test::quantized(b.finish({b.convolution(x, {160, 1, 1, 0}, "last")}), seed);
    simplify(graph);
    unify_quantization(graph);
    Chip chip = find_chip("V853");
    const auto all_of_the_sram = [&] {  // estimates of plans for less do not know what fetching ahead saves
      CompileOptions options;
      options.budgets = false;
      return compile(graph, chip, options);
    };
    const NetworkBinary ahead = all_of_the_sram();
    EXPECT_GT(prefetching_jobs(ahead), 2);
    expect_same_layers(graph, ahead, chip, test::random_inputs(graph, seed));
    const auto cycles = [&](const NetworkBinary& binary) {
      SimulateOptions options;
      options.data = false;
      return simulate(binary, chip, {}, options).profile.total_cycles;
    };
    const std::uint64_t with = cycles(ahead);
    chip.nne.kernel_streaming = false;
    const NetworkBinary plain = all_of_the_sram();
    EXPECT_EQ(prefetching_jobs(plain), 0);
    EXPECT_LT(with, cycles(plain));
  }
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Compiled networks compute what the quantized reference computes, fused or not, on chip or not, and in any
// order of jobs that the events allow.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compile.h"
#include "model/reference/execute.h"
#include "tests/compiler/machine.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::Machine;

// Jobs in an order the events allow: always the last ready one, or any.
enum class Order { last, random };

std::vector<std::size_t> order_of(const NetworkBinary& binary, Order order, std::uint64_t seed) {
  std::vector<std::size_t> result;
  std::vector<bool> done(binary.jobs.size(), false);
  std::vector<bool> signalled(kNoEvent, false);
  test::Random random(seed);
  while (result.size() < binary.jobs.size()) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
      const JobHeader& header = header_of(binary.jobs[i]);
      const bool free =
          std::all_of(std::begin(header.wait_events), std::end(header.wait_events),
                      [&](std::uint16_t event) { return event == kNoEvent || signalled[event]; });
      if (!done[i] && free) ready.push_back(i);
    }
    if (ready.empty()) {
      ADD_FAILURE() << "no job can run";
      return result;
    }
    const auto any = static_cast<std::size_t>(random.below(static_cast<int>(ready.size())));
    const std::size_t pick = order == Order::last ? ready.back() : ready[any];
    done[pick] = true;
    const std::uint16_t event = header_of(binary.jobs[pick]).signal_event;
    if (event != kNoEvent) signalled[event] = true;
    result.push_back(pick);
  }
  return result;
}

std::vector<Tensor> run(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                        Order order, std::uint64_t seed) {
  Machine machine(binary, chip, inputs);
  for (const std::size_t job : order_of(binary, order, seed)) machine.run(job);
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < binary.outputs.size(); ++i) outputs.push_back(machine.output(i));
  return outputs;
}

void expect_reference_values(const Graph& graph, std::uint64_t seed, Chip chip) {
  std::vector<Tensor> inputs = test::random_inputs(graph, seed + 100);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    inputs[i] = quantize(inputs[i], graph.values[graph.inputs[i]].quantization);
  ExecuteOptions reference;
  reference.quantized = true;
  const std::vector<Tensor> expected = execute(graph, inputs, reference);
  for (const bool fuse : {true, false}) {
    for (const bool vip_sram : {true, false}) {
      CompileOptions options;
      options.fuse = fuse;
      options.use_vip_sram = vip_sram;
      const NetworkBinary binary = compile(graph, chip, options);
      for (const Order order : {Order::last, Order::random}) {
        const std::vector<Tensor> actual = run(binary, chip, inputs, order, seed);
        ASSERT_EQ(actual.size(), expected.size());
        for (std::size_t i = 0; i < actual.size(); ++i) {
          ASSERT_EQ(actual[i].bytes, expected[i].bytes)
              << "seed " << seed << " output " << binary.outputs[i].name << " fuse " << fuse << " vip_sram "
              << vip_sram;
        }
      }
    }
  }
}

TEST(Values, LenetLikeNetwork) {
  expect_reference_values(test::quantized(test::lenet_like()), 1, test::test_chip());
}

TEST(Values, RandomNetworks) {
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    Chip chip = test::test_chip();
    if (seed % 3 == 0) chip.vip_sram.bytes = 4096;  // most feature maps in DRAM, caches seldom
    if (seed % 5 == 0) chip.axi_sram.bytes = 16384;
    chip.nne.fused_max_pooling = seed % 4 != 0;
    expect_reference_values(test::quantized(test::random_network(seed, seed % 2 == 0)), seed, chip);
    if (HasFatalFailure()) return;
  }
}

TEST(Values, PoolsThatOverlapOverTiles) {
  // 70 columns in tiles of at most 64, 9 lines of a 3x3 kernel in tiles of 7 rows: windows of 3 span both.
  Chip chip = test::test_chip();
  chip.nne.enhanced_max_pooling = true;
  for (const int side : {69, 70}) {
    test::Builder b;
    const ValueId x = b.relu(b.convolution(b.input({1, 2, side, side}), {8, 3, 1, 1}));
    expect_reference_values(test::quantized(b.finish({b.max_pool(x, 3, 2)})), 7, chip);
  }
}

TEST(Values, OutputsThatNoNodeComputes) {
  test::Builder b;
  const ValueId x = b.input({1, 1, 8, 8});
  expect_reference_values(test::quantized(b.finish({b.relu(x), x, x})), 3, test::test_chip());
}

TEST(Values, SoftmaxOfEveryLengthAndAxis) {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{1, 2}, Shape{1, 5}, Shape{3, 7}, Shape{1, 1000}, Shape{2, 64}}) {
    test::Builder b;
    const ValueId x = b.input(shape);
    expect_reference_values(test::quantized(b.finish({b.softmax(x, 1)})), 5, test::test_chip());
  }
  test::Builder b;  // along the channels of an image: elements lie a plane apart
  const ValueId x = b.input({1, 6, 3, 4});
  expect_reference_values(test::quantized(b.finish({b.softmax(x, 1)})), 5, test::test_chip());
}

}  // namespace
}  // namespace trireme

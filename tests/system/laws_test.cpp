// SPDX-License-Identifier: Apache-2.0
// Laws of time over random networks and chips: never below the roofline, and more of anything never costs.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <functional>
#include <set>

#include "model/quantize/calibrate.h"
#include "tests/compiler/networks.h"
#include "tests/system/subject.h"
#include "timing/roofline.h"

namespace trireme {
namespace {

constexpr std::uint64_t kNetworks = 24;

Graph network(std::uint64_t seed) {
  Graph graph = test::quantized(test::random_network(seed, false));
  simplify(graph);
  unify_quantization(graph);
  return graph;
}

struct Better {
  const char* what;
  std::function<void(Chip&)> change;
};

const std::vector<Better>& improvements() {
  static const std::vector<Better> all = {
      {"two more cores", [](Chip& chip) { chip.nne.cores += 2; }},
      {"twice the cores", [](Chip& chip) { chip.nne.cores *= 2; }},
      {"twice the VIP-SRAM", [](Chip& chip) { chip.vip_sram.bytes *= 2; }},
      {"twice the VIP-SRAM's width", [](Chip& chip) { chip.vip_sram.bytes_per_cycle *= 2; }},
      {"twice the DRAM's width",
       [](Chip& chip) {
         chip.dram.bus_bytes *= 2;
         chip.dram.channel_bits *= 2;
       }},
      {"twice the clock", [](Chip& chip) { chip.clock_hz *= 2; }},
      {"one more TP core", [](Chip& chip) { chip.tp.cores += 1; }},
  };
  return all;
}

// One of several starting points: both DRAM models, little and much of everything.
Chip chip_of(std::uint64_t seed) {
  Chip chip = find_chip(kDefaultChip);
  chip.dram.model = seed % 2 == 0 ? DramModel::in_order : DramModel::scheduled;
  chip.nne.cores = 1 + static_cast<int>(seed % 4);
  chip.vip_sram.bytes = std::int64_t{32768} << seed % 3;
  return chip;
}

std::int64_t picoseconds(const Graph& graph, const Chip& chip) {
  SimulateOptions timing;
  timing.data = false;
  const auto cycles =
      static_cast<std::int64_t>(simulate(compiled(graph, chip, true), chip, {}, timing).profile.total_cycles);
  return cycles * (1'000'000'000'000 / 1'000'000) / (chip.clock_hz / 1'000'000);
}

TEST(Laws, TheRooflineNeverRisesOnABetterChip) {
  for (std::uint64_t seed = 0; seed < 10 * kNetworks; ++seed) {
    const Demand demand = demand_of(network(seed));
    const Chip chip = chip_of(seed);
    const std::int64_t bound = roofline(demand, chip).ps();
    EXPECT_GT(bound, 0);
    for (const Better& better : improvements()) {
      Chip improved = chip;
      better.change(improved);
      EXPECT_LE(roofline(demand, improved).ps(), bound) << "seed " << seed << ": " << better.what;
    }
  }
}

// 3x3, 1 -> 1 channels, 8x8 map, weights 1 but for one zero: 8 products a place, 64 places = 512. One core of
// 64 lanes and 3 coefficients: 192 a cycle: 2.67 cycles of 348 MHz, 7,662 ps. 64 bytes in and 64 out over 2
// bytes * 1,600 MT/s = 3.2 GB/s: 40,000 ps; nine weights hide in the SRAM.
TEST(Laws, RooflineOfASmallLayerByHand) {
  test::Builder builder;
  const ValueId data = builder.input({1, 1, 8, 8});
  const ValueId out = builder.convolution(data, {1, 3, 1, 1, 1, false});
  Graph graph = test::quantized(builder.finish({out}));
  const ValueId id = graph.nodes[0].inputs[1];
  Tensor weights = stored_constant(graph.values[id]);
  const auto zero = static_cast<std::uint8_t>(graph.values[id].quantization.zero_point[0]);
  for (std::size_t i = 0; i < 9; ++i) weights.bytes[i] = i == 4 ? zero : static_cast<std::uint8_t>(zero ^ 1U);
  graph.values[id].constant = std::make_shared<Tensor>(weights);
  const Demand demand = demand_of(graph);
  EXPECT_EQ(demand.products, 512);
  EXPECT_EQ(demand.input_bytes, 64U);
  EXPECT_EQ(demand.output_bytes, 64U);
  EXPECT_EQ(demand.weights, 9U);
  Chip chip = find_chip(kDefaultChip);
  chip.dram.model = DramModel::in_order;
  chip.dram.limit_bytes_per_second = 0;
  chip.nne.cores = 1;
  const Roofline bound = roofline(demand, chip);
  EXPECT_EQ(bound.array_ps, 7662);
  EXPECT_EQ(bound.memory_ps, 40000);
}

TEST(Laws, NoProgramIsFasterThanTheRooflineNorMovesLessThanItMust) {
  for (std::uint64_t seed = 0; seed < 2 * kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph graph = network(seed);
    const Chip chip = chip_of(seed);
    const Demand demand = demand_of(graph);
    EXPECT_GE(picoseconds(graph, chip), roofline(demand, chip).ps());
    SimulateOptions timing;
    timing.data = false;
    const Profile profile = simulate(compiled(graph, chip, true), chip, {}, timing).profile;
    EXPECT_GE(profile.traffic.ddr_read, demand.input_bytes);
    EXPECT_GE(profile.traffic.ddr_write, demand.output_bytes);
  }
}

// Greedy choices (tiles, places in memory) can turn out worse on a better chip. What is known is listed, with
// the most it may cost in thousandths; anything else fails.
struct Anomaly {
  std::uint64_t seed;
  const char* what;
  std::int64_t thousandths;
};
const std::vector<Anomaly> kAnomalies = {
    // 2.9 %, not traced to a choice.
    {12, "two more cores", 30},
    // Rows of twice the bytes: maps that lay in different banks meet in one.
    {9, "twice the DRAM's width", 40},
    {20, "twice the DRAM's width", 40},
};

std::int64_t allowed(std::uint64_t seed, const std::string& what) {
  for (const Anomaly& known : kAnomalies) {
    if (known.seed == seed && known.what == what) return known.thousandths;
  }
  return 10;  // 1 %
}

TEST(Laws, ABetterChipIsNeverSlower) {
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const Graph graph = network(seed);
    const Chip chip = chip_of(seed);
    const std::int64_t before = picoseconds(graph, chip);
    for (const Better& better : improvements()) {
      Chip improved = chip;
      better.change(improved);
      const std::int64_t after = picoseconds(graph, improved);
      EXPECT_LE(after - before, before / 1000 * allowed(seed, better.what))
          << fmt::format("seed {}, {}: {} -> {} ps", seed, better.what, before, after);
    }
  }
}

}  // namespace
}  // namespace trireme

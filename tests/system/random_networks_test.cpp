// SPDX-License-Identifier: Apache-2.0
// Laws over random networks (branches, several outputs, every operator the compiler places), compiled and
// simulated.
#include <gtest/gtest.h>

#include "isa/peak.h"
#include "model/quantize/calibrate.h"
#include "tests/compiler/networks.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

constexpr std::uint64_t kNetworks = 60;

Graph network(std::uint64_t seed) {
  Graph graph = test::quantized(test::random_network(seed, seed % 2 == 0));
  simplify(graph);
  unify_quantization(graph);
  return graph;
}

std::vector<Tensor> stored(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> codes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    codes.push_back(quantize(inputs[i], graph.values[graph.inputs[i]].quantization));
  }
  return codes;
}

void expect_above_roofline(const Profile& profile, const Chip& chip) {
  const auto peak = double(peak_macs_per_cycle(chip));
  const double dram =
      double(chip.dram.bus_bytes) * double(chip.dram.transfers_per_second) / double(chip.clock_hz);
  double macs = 0;
  for (const LayerProfile& layer : profile.layers) {
    if (layer.engine == "NN") macs += double(layer.macs);
  }
  EXPECT_GE(double(profile.total_cycles), macs / peak);
  EXPECT_GE(double(profile.total_cycles),
            double(profile.traffic.ddr_read + profile.traffic.ddr_write) / dram);
}

TEST(RandomNetworks, SimulatorEqualsReferenceByteForByte) {
  const Chip chip = find_chip(kDefaultChip);
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const Graph graph = network(seed);
    const std::vector<Tensor> inputs = test::random_inputs(graph, seed);
    for (const bool fuse : {true, false}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (fuse ? " fused" : " unfused"));
      compared += expect_same_layers(graph, compiled(graph, chip, fuse, seed % 3 != 0), chip, inputs);
    }
  }
  EXPECT_GT(compared, 2 * kNetworks);
}

TEST(RandomNetworks, BooksCloseAndNothingButTheProgramDecidesTime) {
  Chip chip = find_chip(kDefaultChip);
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    chip.dram.model = seed % 2 == 0 ? DramModel::in_order : DramModel::scheduled;
    const Graph graph = network(seed);
    const NetworkBinary binary = compiled(graph, chip, true, seed % 3 != 0);
    const RunRecord record = simulate(binary, chip, stored(graph, test::random_inputs(graph, seed)));
    expect_closed_books(record.profile);
    expect_above_roofline(record.profile, chip);
    SimulateOptions blind;
    blind.data = false;
    blind.reverse_construction = true;
    const RunRecord other = simulate(binary, chip, {}, blind);
    EXPECT_EQ(record.profile.total_cycles, other.profile.total_cycles);
    for (std::size_t e = 0; e < record.profile.engines.size(); ++e) {
      EXPECT_EQ(record.profile.engines[e].causes.cycles, other.profile.engines[e].causes.cycles);
    }
  }
}

}  // namespace
}  // namespace trireme

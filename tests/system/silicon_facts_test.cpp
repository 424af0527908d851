// SPDX-License-Identifier: Apache-2.0
// What is known of real chips beside latencies: shares of peak, bytes by memory, what features cost. Ranges
// are those of the published measurements; none of them was used in a fit.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>

#include "cli/common_compile.h"
#include "cli/predict.h"
#include "compiler/compile.h"
#include "isa/chip.h"
#include "isa/peak.h"
#include "sim/simulate.h"

namespace trireme {
namespace {

const Graph& graph_of(const std::string& network) {
  static std::map<std::string, Graph> graphs;
  const auto found = graphs.find(network);
  return found != graphs.end() ? found->second
                               : graphs.emplace(network, network_for_timing(network)).first->second;
}

struct Timed {
  Profile profile;
  std::int64_t weights = 0, coded = 0;
};

Timed timed(const std::string& network, const Chip& chip) {
  const Graph& graph = graph_of(network);
  CompileOptions options = compile_options({}, chip, graph);
  const NetworkBinary binary = compile(graph, chip, options);
  SimulateOptions simulate_options;
  simulate_options.data = false;
  simulate_options.timeline = false;
  Timed result{simulate(binary, chip, {}, simulate_options).profile};
  for (const LayerSymbol& layer : binary.layers) {
    result.weights += layer.weight_bytes;
    result.coded += layer.coded_bytes;
  }
  return result;
}

double share_of_peak(const Timed& run, const Chip& chip) {
  return double(run.profile.macs) / (double(run.profile.total_cycles) * double(peak_macs_per_cycle(chip)));
}

void expect_share(const std::string& network, const char* chip_name, double least, double most) {
  const Chip chip = find_chip(chip_name);
  const double share = share_of_peak(timed(network, chip), chip);
  fmt::print("{} on {}: {:.1f} % of peak, measured {:.0f} to {:.0f} %\n", network, chip_name, 100 * share,
             100 * least, 100 * most);
  EXPECT_GE(share, least) << network << " on " << chip_name;
  EXPECT_LE(share, most) << network << " on " << chip_name;
}

// Where the network was measured. Ends of the ranges are single measurements: they hold within the 15 % that
// the model aims at.
TEST(SiliconFacts, SharesOfPeak) {
  constexpr double kLess = 0.85, kMore = 1.15;
  for (const char* chip : {"RK1808", "RV1109", "A733"})
    expect_share("resnet50_v1_224", chip, kLess * 0.09, kMore * 0.32);
  for (const char* chip : {"A311D", "RK1808", "RV1109", "A733"})
    expect_share("mobilenet_v1_224", chip, kLess * 0.04, kMore * 0.21);
  for (const char* chip : {"STM32MP257", "T527"})
    expect_share("mobilenet_v2_224", chip, kLess * 0.04, kMore * 0.21);
  expect_share("synthetic_64conv5x5_128_132", "VS640", 0.96, 1.0);
  expect_share("synthetic_64conv5x5_128_132", "VS680", 0.96, 1.0);
}

TEST(SiliconFacts, SiluAgainstRelu) {
  for (const char* name : {"RV1126", "RV1109"}) {
    const Chip chip = find_chip(name);
    const double silu = double(timed("yolov5s_640", chip).profile.total_cycles);
    const double ratio = silu / double(timed("yolov5s_relu_640", chip).profile.total_cycles);
    fmt::print("SiLU against ReLU on {}: {:.2f}, measured 1.3 to 1.5\n", name, ratio);
    EXPECT_GE(ratio, 1.3) << name;
    EXPECT_LE(ratio, 1.5) << name;
  }
}

// The driver's counters print 42.7 MB read and 3.9 MB written at DRAM, 32.5 and 14.8 at the AXI-SRAM. Ours
// are not within 20 % of them (docs/timing.md says why); they are printed, and held to a factor of two where
// they are near.
TEST(SiliconFacts, BytesByMemoryOfInceptionV3) {
  const Traffic traffic = timed("inception_v3_299", find_chip("A311D")).profile.traffic;
  const auto megabytes = [](std::uint64_t bytes) { return double(bytes) / 1e6; };
  fmt::print(
      "A311D Inception v3, MB: DDR read {:.1f} (measured 42.7), written {:.1f} (3.9); AXI-SRAM read {:.1f} "
      "(32.5), written {:.1f} (14.8)\n",
      megabytes(traffic.ddr_read), megabytes(traffic.ddr_write), megabytes(traffic.axi_read),
      megabytes(traffic.axi_write));
  EXPECT_GE(megabytes(traffic.ddr_read), 42.7 / 2);
  EXPECT_LE(megabytes(traffic.ddr_read), 42.7 * 2);
  EXPECT_GE(megabytes(traffic.ddr_write), 3.9 / 2);
  EXPECT_LE(megabytes(traffic.ddr_write), 3.9 * 2);
}

TEST(SiliconFacts, MoreCoresHelpTheLargeNetworkMost) {
  const auto faster = [](const char* network) {
    const double small = timed(network, find_chip("VS640")).profile.time_ms();
    const double ratio = small / timed(network, find_chip("VS680")).profile.time_ms();
    fmt::print("VS640 to VS680, {}: {:.2f} times\n", network, ratio);
    return ratio;
  };
  EXPECT_NEAR(faster("synthetic_64conv5x5_128_132"), 563.81 / 119.34, 0.2);
  EXPECT_LT(faster("mobilenet_v1_025_224"), 2.0);  // measured 0.93 / 0.77
}

TEST(SiliconFacts, CodedBytesAWeight) {
  // Published files hold 0.63 to 0.75 bytes a weight, commands included (real weights; ours are drawn).
  for (const char* network : {"resnet50_v1_224", "mobilenet_v1_224"}) {
    const Timed run = timed(network, find_chip("A733"));
    const double ratio = double(run.coded) / double(run.weights);
    fmt::print("{}: {:.2f} coded bytes a weight, published 0.63 to 0.75\n", network, ratio);
    EXPECT_GE(ratio, 0.6);
    EXPECT_LE(ratio, 0.8);
  }
}

}  // namespace
}  // namespace trireme

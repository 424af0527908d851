// SPDX-License-Identifier: Apache-2.0
// What is known of real chips beside latencies: shares of peak, bytes by memory, what features cost. Ranges
// are those of the published measurements, as they stand; none was used in a fit, but VS640's share of peak,
// which chose its DRAM limit among values that the fit cannot tell apart. What does not hold is listed as
// off; a listed fact that begins to hold fails, so that the list stays true.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>

#include "cli/common_compile.h"
#include "cli/predict.h"
#include "compiler/compile.h"
#include "isa/chip.h"
#include "isa/peak.h"
#include "sim/simulate.h"
#include "tests/compiler/networks.h"

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

const std::set<std::string> kOff = {
    // MobileNetV2's own measurements there are 2.3 and 3.3 %, below the range.
    "share of peak, mobilenet_v2_224 on A311D",
    "share of peak, mobilenet_v2_224 on RK1808",
    // 3.8 % here; measured 4.1 %, at the range's end.
    "share of peak, mobilenet_v2_224 on STM32MP257",
    // 13 and 21 %: the dense layers' 120 M coefficients, uncoded and at 64 bytes in 13 cycles, take half of
    // the time (docs/timing.md). No source says which chips the range is of.
    "share of peak, vgg16_224 on A311D",
    "share of peak, vgg16_224 on RK1808",
    // 1.27: strided convolutions over phases by the TP cost both networks the same time (docs/timing.md).
    "SiLU against ReLU on A311D",
};

void expect_fact(const std::string& what, double ours, double least, double most) {
  const bool holds = ours >= least && ours <= most, off = kOff.count(what) != 0;
  fmt::print("{}: {:.3f}, published {:.3f} to {:.3f}{}\n", what, ours, least, most, holds ? "" : "  OFF");
  EXPECT_TRUE(holds != off) << what << (off ? " holds now: take it off the list" : " does not hold");
}

void expect_share(const std::string& network, const char* chip_name, double least, double most) {
  const Chip chip = find_chip(chip_name);
  expect_fact(fmt::format("share of peak, {} on {}", network, chip_name),
              share_of_peak(timed(network, chip), chip), least, most);
}

TEST(SiliconFacts, SharesOfPeak) {
  for (const char* chip : {"A311D", "RK1808", "RV1109", "A733"}) {
    expect_share("resnet50_v1_224", chip, 0.09, 0.32);
    expect_share("mobilenet_v1_224", chip, 0.04, 0.21);
  }
  for (const char* chip : {"A311D", "RK1808", "STM32MP257", "T527"})
    expect_share("mobilenet_v2_224", chip, 0.04, 0.21);
  for (const char* chip : {"A311D", "RK1808", "A733", "T527"}) expect_share("vgg16_224", chip, 0.34, 0.59);
  expect_share("synthetic_64conv5x5_128_132", "VS640", 0.96, 1.0);
  expect_share("synthetic_64conv5x5_128_132", "VS680", 0.96, 1.0);
}

TEST(SiliconFacts, SiluAgainstRelu) {
  for (const char* name : {"RK1808", "RV1126", "RV1109", "A311D"}) {
    const Chip chip = find_chip(name);
    const double silu = double(timed("yolov5s_640", chip).profile.total_cycles);
    expect_fact(fmt::format("SiLU against ReLU on {}", name),
                silu / double(timed("yolov5s_relu_640", chip).profile.total_cycles), 1.3, 1.5);
  }
}

// The driver's counters, within 20 %.
TEST(SiliconFacts, BytesByMemoryOfInceptionV3) {
  const Traffic traffic = timed("inception_v3_299", find_chip("A311D")).profile.traffic;
  const auto expect_near = [](const char* what, std::uint64_t bytes, double measured) {
    expect_fact(fmt::format("A311D Inception v3 MB, {}", what), double(bytes) / 1e6, 0.8 * measured,
                1.2 * measured);
  };
  expect_near("DDR read", traffic.ddr_read, 42.7);
  expect_near("DDR written", traffic.ddr_write, 3.86);
  expect_near("AXI-SRAM read", traffic.axi_read, 32.5);
  expect_near("AXI-SRAM written", traffic.axi_write, 14.8);
}

// An open driver on A311D takes 15.65 ms without coding and 9.99 ms with zero runs; what it does beside the
// array is in both.
TEST(SiliconFacts, CodingSavesTimeOfMobileNet) {
  Chip chip = find_chip("A311D");
  const double coded = timed("mobilenet_v1_224", chip).profile.time_ms();
  chip.nne.zrl_bits = 0;
  const double saved = timed("mobilenet_v1_224", chip).profile.time_ms() - coded;
  expect_fact("ms that zero runs save, mobilenet_v1_224 on A311D", saved, 0.8 * 5.66, 1.2 * 5.66);
}

TEST(SiliconFacts, ALeNetTakesLittleMoreThanItsStart) {
  for (const char* chip : {"A733", "T527"})
    expect_fact(fmt::format("ms, lenet5_28 on {}", chip),
                timed("lenet5_28", find_chip(chip)).profile.time_ms(), 0.2, 0.3);
}

// RK1808 has more cores and loses where depthwise kernels are dilated: 227 against 77 ms of a segmentation
// network whose definition is not published with its time. Here a part that such networks share: a separable
// pyramid at 33x33.
TEST(SiliconFacts, DilatedDepthwiseIsSlowWithoutADepthwiseMode) {
  test::Builder b;
  const ValueId data = b.input({1, 320, 33, 33});
  std::vector<ValueId> branches;
  for (const int dilation : {6, 12, 18}) {
    const ValueId x = b.convolution(data, {320, 3, 1, dilation, 320});
    Window& window = std::any_cast<ConvolutionAttributes&>(b.graph.nodes.back().attributes).window;
    window.dilation_h = window.dilation_w = dilation;
    branches.push_back(b.convolution(b.relu(x), {256, 1, 1, 0}));
  }
  const Graph graph = test::quantized(b.finish(branches));
  const auto ms = [&](const char* name) {
    const Chip chip = find_chip(name);
    SimulateOptions options;
    options.data = false;
    CompileOptions compile_options;
    return simulate(compile(graph, chip, compile_options), chip, {}, options).profile.time_ms();
  };
  const double lost = ms("RK1808") / ms("RV1126");
  fmt::print("RK1808 against RV1126, dilated depthwise: {:.2f} times as long\n", lost);
  EXPECT_GT(lost, 1.0);
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
    expect_fact(fmt::format("coded bytes a weight, {}", network), ratio, 0.63, 0.75);
  }
}

}  // namespace
}  // namespace trireme

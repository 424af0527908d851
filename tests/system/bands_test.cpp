// SPDX-License-Identifier: Apache-2.0
// Layers in bands of rows give the bytes that they give one by one, and the memory checker finds nothing.
#include <gtest/gtest.h>

#include "model/quantize/calibrate.h"
#include "tests/compiler/networks.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

constexpr std::uint64_t kNetworks = 60;

// A chain of what the array computes, on maps of some ten thousand bytes; sometimes a sum around it.
Graph random_chain(std::uint64_t seed) {
  test::Random random(seed);
  test::Builder b(seed);
  ValueId x = b.input({1, 2 + random.below(6), 40 + random.below(30), 40 + random.below(30)});
  const int layers = 2 + random.below(5);
  for (int i = 0; i < layers; ++i) {
    const int channels = static_cast<int>(b.graph.values[x].shape[1]);
    const int kernel = 1 + random.below(5), stride = random.below(4) == 0 ? 2 : 1;
    const int out = 6 + random.below(16), pad = random.below(kernel);
    switch (random.below(5)) {
      case 0:
        x = b.convolution(x, {channels, kernel, stride, pad, channels});
        break;
      case 1: {
        const ValueId inner = b.relu(b.convolution(x, {out, 3, 1, 1}));
        x = b.node("add", {}, {x, b.convolution(inner, {channels, 1, 1, 0})});
        break;
      }
      case 2:
        x = b.max_pool(b.relu(b.convolution(x, {out, kernel, 1, pad})), 2 + random.below(2), 2);
        break;
      default:
        x = b.relu(b.convolution(x, {out, kernel, stride, pad}));
    }
    const Shape& shape = b.graph.values[x].shape;
    if (std::min(shape[2], shape[3]) < 8) break;
  }
  Graph graph = test::quantized(b.finish({x}));
  simplify(graph);
  unify_quantization(graph);
  return graph;
}

Chip chip_of(std::uint64_t seed) {
  static const char* const kChips[] = {"v853", "a733", "stm32mp25"};
  Chip chip = find_chip(kChips[seed % 3]);
  chip.vip_sram.bytes = 8192 << seed % 2;
  chip.axi_sram.bytes = seed % 5 == 0 ? 8192 : 0;
  chip.nne.launch_cycles = static_cast<int>(seed % 4 * 200);
  chip.dram.limit_bytes_per_second = 500'000'000;  // dear enough that runs in bands pay
  return chip;
}

std::size_t groups_of(const NetworkBinary& binary) {
  std::size_t groups = 0;
  for (const LayerSymbol& layer : binary.layers)
    groups += layer.reason.find("what is between them stays on chip") != std::string::npos ? 1 : 0;
  return groups;
}

NetworkBinary compiled_with(const Graph& graph, const Chip& chip, int level, bool bands) {
  CompileOptions options;
  options.rule = chip.requant_rule;
  set_level(options, level);
  options.bands = bands;
  return compile(graph, chip, options);
}

TEST(Bands, SameBytesAsLayerByLayerInRandomChains) {
  std::size_t groups = 0;
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Chip chip = chip_of(seed);
    const Graph graph = random_chain(seed);
    const NetworkBinary grouped = compiled_with(graph, chip, seed % 10 == 0 ? 3 : 2, true);
    groups += groups_of(grouped);
    const std::vector<Tensor> inputs = test::random_inputs(graph, seed);
    expect_same_layers(graph, grouped, chip, inputs);  // the host's execution, layer by layer; no finding
    std::vector<Tensor> stored = {quantize(inputs[0], graph.values[graph.inputs[0]].quantization)};
    const RunRecord in_bands = simulate(grouped, chip, stored);
    const RunRecord apart = simulate(compiled_with(graph, chip, 2, false), chip, stored);
    EXPECT_EQ(in_bands.outputs[0].tensor.bytes, apart.outputs[0].tensor.bytes);
  }
  EXPECT_GT(groups, kNetworks / 2);  // the chains are what they are here for
}

TEST(Bands, SaveCyclesAndDramTrafficInSum) {
  SimulateOptions timing;
  timing.data = false;
  Cycle in_bands = 0, apart = 0;
  std::uint64_t bytes_in_bands = 0, bytes_apart = 0;
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const Chip chip = chip_of(seed);
    const Graph graph = random_chain(seed);
    const Profile a = simulate(compiled_with(graph, chip, 2, true), chip, {}, timing).profile;
    const Profile b = simulate(compiled_with(graph, chip, 2, false), chip, {}, timing).profile;
    in_bands += a.total_cycles;
    apart += b.total_cycles;
    bytes_in_bands += a.traffic.ddr_read + a.traffic.ddr_write;
    bytes_apart += b.traffic.ddr_read + b.traffic.ddr_write;
  }
  EXPECT_LT(in_bands, apart);
  EXPECT_LT(bytes_in_bands, bytes_apart);
}

}  // namespace
}  // namespace trireme

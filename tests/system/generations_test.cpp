// SPDX-License-Identifier: Apache-2.0
// What the compiler makes of operators that a generation lacks, zero-filled kernels, phases instead of
// strides, additions and dense layers as convolutions, changes no byte of a result.
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

// The default chip as one of the V7 generation, and as an early V8 one; reduced TP cores only.
Chip chip_of(const std::string& generation, int launch_cycles = 3500) {
  const std::string lacks =
      "  native_stride_two: false\n  tensor_add: false\n  per_channel: false\n  leaky_relu: false\n"
      "  cores_int16: 0\n";
  const std::string array = generation == "v7"
                                ? "  plane_dot_product: 6\n  coefficient_block: 6\n  depthwise: false\n"
                                  "  coefficient_coding: zero_run\n  max_tile_width: 64\n"
                                  "  zero_skip_group: 6\n  tile_bubble_cycles: 20\n"
                                : "  zero_skip_group: 3\n  small_batch: true\n";
  return parse_chip(
      fmt::format("name: what_if\ninherits: {}\ngeneration: {}\nnne:\n{}{}  launch_cycles: {}\n"
                  "tp:\n  cores: 0\n  lite_cores: 2\n  vip_sram_outstanding: 1\n  launch_cycles: {}\n"
                  "compiler:\n  always_space_to_depth: false\n",
                  kDefaultChip, generation, lacks, array, launch_cycles, launch_cycles),
      "what_if.yaml");
}

// Strides over even and odd maps, with and without pads, wide and small kernels, all kinds of groups.
Graph awkward_network(int side) {
  Builder b(static_cast<std::uint64_t>(side));
  const ValueId data = b.input({1, 3, side, side});
  ValueId x = b.relu(b.convolution(data, {12, 7, 2, 3}));
  x = b.relu(b.convolution(x, {12, 3, 2, 1, 12}, "depthwise"));
  ValueId y = b.convolution(x, {12, 3, 1, 1, 4}, "grouped");
  y = b.convolution(y, {12, 1, 1, 0, 2}, "pointwise_groups");
  x = b.node("add", {}, {x, y});
  const ValueId narrow = b.convolution(x, {16, 1, 2, 0}, "strided_pointwise");
  const ValueId wide = b.convolution(x, {16, 5, 3, 0}, "stride_three");
  const ValueId dense = b.fullconnect(b.flatten(b.max_pool(narrow, 2, 2)), 10);
  return b.finish({dense, wide});
}

struct Chosen {
  int phases = 0, thinned = 0, groups = 0, jobs = 0;
};

Chosen chosen(const NetworkBinary& binary, const Chip& chip) {
  Chosen chosen;
  for (const Job& job : binary.jobs) {
    const auto* nne = std::get_if<NneJob>(&job);
    if (nne == nullptr || is(*nne, NneOperation::add)) continue;
    ++chosen.jobs;
    chosen.groups += nne->groups > 1 && nne->header.operation == 0 ? 1 : 0;
    chosen.thinned += nne->stride_w > 1 ? 1 : 0;
    chosen.phases += nne->input.channels == 12 && nne->kernel_w == 4 ? 1 : 0;  // 7x7 over 3 channels
    EXPECT_NE(nne->dot_products, 0U) << "zeros are skipped";
    EXPECT_EQ(nne->decoder_symbols != 0, chip.nne.coefficient_coding == CoefficientCoding::zero_run);
  }
  return chosen;
}

TEST(Generations, AwkwardLayersGiveTheReferencesBytes) {
  for (const char* generation : {"v7", "v8"}) {
    // Launches that cost nothing make the compiler move pixels, dear ones do not.
    for (const int launch : {0, 1'000'000}) {
      for (const int side : {32, 33, 35}) {
        SCOPED_TRACE(fmt::format("{} launch {} side {}", generation, launch, side));
        const Chip chip = chip_of(generation, launch);
        Graph graph = test::quantized(awkward_network(side));
        simplify(graph);
        unify_quantization(graph);
        const NetworkBinary binary = compiled(graph, chip, true);
        expect_same_layers(graph, binary, chip, test::random_inputs(graph, 3));
        const Chosen what = chosen(binary, chip);
        EXPECT_EQ(what.phases, launch == 0 ? 1 : 0);
        EXPECT_GT(what.thinned, 0);
        if (launch > 0) {
          EXPECT_GE(what.groups, 2);
        }
      }
    }
  }
}

TEST(Generations, GeneratedNetworksGiveTheReferencesBytes) {
  for (const char* generation : {"v7", "v8"}) {
    const Chip chip = chip_of(generation);
    for (std::uint64_t seed = 0; seed < 15; ++seed) {
      SCOPED_TRACE(fmt::format("{} seed {}", generation, seed));
      Graph graph = test::quantized(test::random_network(seed, seed % 2 == 0));
      simplify(graph);
      unify_quantization(graph);
      expect_same_layers(graph, compiled(graph, chip, true), chip, test::random_inputs(graph, seed));
    }
  }
}

// Time does not depend on activations; launching early never makes a run longer.
TEST(Generations, SmallBatchesHideLaunches) {
  Graph graph = test::quantized(awkward_network(32));
  simplify(graph);
  unify_quantization(graph);
  Chip chip = chip_of("v8");
  const NetworkBinary binary = compiled(graph, chip, true);
  const auto cycles = [&] {
    SimulateOptions options;
    options.data = false;
    return simulate(binary, chip, {}, options).profile.total_cycles;
  };
  const std::uint64_t overlapped = cycles();
  chip.nne.small_batch = false;
  EXPECT_LT(overlapped, cycles());
}

}  // namespace
}  // namespace trireme

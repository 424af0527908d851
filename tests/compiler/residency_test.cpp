// SPDX-License-Identifier: Apache-2.0
#include "compiler/tile/residency.h"

#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/share_buffers.h"
#include "compiler/memory/trial.h"
#include "compiler/place/place.h"
#include "compiler/tile/tile.h"
#include "tests/compiler/networks.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

// Two 3x3 layers of 64 channels with a map of 64 columns between them, which is all that the VIP-SRAM has
// room for.
Graph two_layers(int rows) {
  test::Builder b;
  const ValueId x = b.input({1, 64, rows, 64});
  const ValueId between = b.convolution(x, {64, 3, 1, 1});
  return test::quantized(b.finish({b.convolution(between, {64, 3, 1, 1})}));
}

Chip chip_with_room_for_the_map(int rows) {
  Chip chip = test::test_chip();
  chip.vip_sram.bytes = chip.vip_sram.reserved_bytes + std::int64_t{64} * 64 * rows;
  chip.axi_sram.bytes = 0;
  return chip;
}

Plan placed(const Graph& graph, const Chip& chip) {
  Plan plan = place(graph, chip, RequantRule::vipf, Ties::half_up);
  fuse(plan, chip);
  share_buffers(plan, true, true);
  return plan;
}

Cycle cycles_of(Plan plan, const Chip& chip) {
  tile(plan, chip, TileSearch::cheapest, place_maps(plan, chip, true));
  return trial_of(plan, chip).total;
}

// Coefficients are 64 x 64 x 9 = 36 KiB. A map of 40 rows takes several tiles a layer, each of which reads
// them again; bytes of the map come and go once. Where DRAM is dear the map's 160 KiB serve better as caches
// for both layers.
TEST(Residency, AMapLeavesTheVipSramToCachesThatSaveMore) {
  Chip chip = chip_with_room_for_the_map(40);
  chip.dram.address_cycles = 200;
  Plan plan = placed(two_layers(40), chip);
  const Cycle before = cycles_of(plan, chip);
  KnownTilings none;
  tile_and_choose_residency(plan, chip, TileSearch::cheapest, none);
  EXPECT_EQ(plan.off_vip_sram.size(), 1U);
  EXPECT_LT(cycles_of(plan, chip), before);
  const PlacedMaps maps = place_maps(plan, chip, true);
  EXPECT_EQ(memory_of_value(maps.storage, *plan.off_vip_sram.begin()), Memory::dram);
}

// Four rows are one tile: coefficients are read once, a cache would save nothing.
TEST(Residency, AMapStaysWhereCachesSaveNothing) {
  Chip chip = chip_with_room_for_the_map(4);
  chip.dram.address_cycles = 200;
  Plan plan = placed(two_layers(4), chip);
  KnownTilings none;
  tile_and_choose_residency(plan, chip, TileSearch::cheapest, none);
  EXPECT_TRUE(plan.off_vip_sram.empty());
}

TEST(Residency, AChipThatKeepsNoMapsThereHasNothingToChoose) {
  Chip chip = chip_with_room_for_the_map(40);
  chip.vip_sram.feature_maps = false;
  Plan plan = placed(two_layers(40), chip);
  KnownTilings none;
  tile_and_choose_residency(plan, chip, TileSearch::cheapest, none);
  EXPECT_TRUE(plan.off_vip_sram.empty());
}

// The estimate of all jobs never gets worse, whatever room there is.
TEST(Residency, NeverWorseByTheEstimate) {
  for (const std::int64_t kib : {4, 8, 16, 32, 64, 128}) {
    Chip chip = test::test_chip();
    chip.vip_sram.bytes = kib * 1024;
    Plan plan = placed(test::quantized(test::lenet_like()), chip);
    const Cycle before = cycles_of(plan, chip);
    KnownTilings none;
    tile_and_choose_residency(plan, chip, TileSearch::cheapest, none);
    EXPECT_LE(cycles_of(plan, chip), before) << kib;
  }
}

// Bytes of every layer's job are where the plan says: the compiled program is checked and -O3 has fewer maps
// on chip.
TEST(Residency, TheLastLevelChoosesIt) {
  Chip chip = chip_with_room_for_the_map(40);
  chip.dram.address_cycles = 200;
  const auto maps_on_chip = [&](int level) {
    CompileOptions options;
    set_level(options, level);
    options.bands = options.budgets = false;  // a smaller one would leave it out at -O2, too
    int maps = 0;
    for (const Buffer& buffer : compile(two_layers(40), chip, options).buffers)
      maps += buffer.kind == "feature_map" && memory_of(buffer.address) == Memory::vip_sram ? 1 : 0;
    return maps;
  };
  EXPECT_EQ(maps_on_chip(2), 1);
  EXPECT_EQ(maps_on_chip(3), 0);
}

// The first of both layers gives the map.
TEST(Residency, TheExplanationSaysWhichMapLeaves) {
  Chip chip = chip_with_room_for_the_map(40);
  chip.dram.address_cycles = 200;
  for (const int level : {2, 3}) {
    CompileOptions options;
    set_level(options, level);
    options.bands = options.budgets = false;
    options.explain = true;
    compile(two_layers(40), chip, options);
    std::vector<bool> leaves;
    for (const ExplainedLayer& layer : options.explanation.layers) {
      if (!layer.jobs.empty())
        leaves.push_back(layer.reason.find("leaves the VIP-SRAM to caches") != std::string::npos);
    }
    EXPECT_EQ(leaves, (std::vector<bool>{level == 3, false})) << "-O" << level;
  }
}

}  // namespace
}  // namespace trireme

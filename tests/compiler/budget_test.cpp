// SPDX-License-Identifier: Apache-2.0
#include "compiler/budget/budget.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compile.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/share_buffers.h"
#include "compiler/memory/trial.h"
#include "compiler/pack/pack.h"
#include "compiler/place/place.h"
#include "tests/compiler/networks.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

using Bytes64 = std::vector<std::int64_t>;

Chip chip_with(std::int64_t vip_sram) {
  Chip chip = test::test_chip();
  chip.axi_sram.bytes = 0;
  chip.vip_sram.bytes = vip_sram;
  return chip;
}

TEST(Budget, SizesAreThoseOfTheGridAndAllThereIs) {
  EXPECT_EQ(budgets_of(chip_with(128 * 1024)),
            (Bytes64{131072, 114688, 98304, 81920, 65536, 57344, 49152, 40960, 32768}));
  EXPECT_EQ(budgets_of(chip_with(100'000)),
            (Bytes64{100'000, 98304, 81920, 65536, 57344, 49152, 40960, 32768}));
  EXPECT_EQ(budgets_of(chip_with(32768)), (Bytes64{32768}));
  EXPECT_EQ(budgets_of(chip_with(4096)), (Bytes64{4096}));
  EXPECT_EQ(budgets_of(chip_with(0)), Bytes64{});
}

// All but the whole of it, which may lie between two sizes of the grid.
TEST(Budget, AChipWithMoreCanHaveThePlansOfOneWithLess) {
  Chip chip = test::test_chip();
  for (std::int64_t less = 4096; less < 3'000'000; less += 61 * 1024) {
    chip.vip_sram.bytes = less;
    const Bytes64 budgets = budgets_of(chip);
    chip.vip_sram.bytes = less + 200'000;
    const Bytes64 more = budgets_of(chip);
    for (std::size_t i = 1; i < budgets.size(); ++i)
      EXPECT_NE(std::find(more.begin(), more.end(), budgets[i]), more.end()) << less << ": " << budgets[i];
  }
}

Plan placed(const Graph& graph, const Chip& chip) {
  Plan plan = place(graph, chip, RequantRule::vipf, Ties::half_up);
  share_buffers(plan, true, true);
  return plan;
}

Plan tiled(const Graph& graph, const Chip& chip) {
  Plan plan = placed(graph, chip);
  tile(plan, chip, TileSearch::cheapest, place_maps(plan, chip, true));
  return plan;
}

// A convolution and a pooling that read the same map and write different ones: the array and the TP work side
// by side, the network ends with the longer of the two.
TEST(Budget, EnginesWorkSideBySideWhereNothingWaits) {
  const Chip chip = chip_with(256 * 1024);
  test::Builder b;
  const ValueId x = b.input({1, 8, 32, 32});
  const ValueId convolved = b.convolution(x, {8, 3, 1, 1});
  const Plan plan = tiled(test::quantized(b.finish({convolved, b.max_pool(x, 2, 2)})), chip);
  const Trial trial = trial_of(plan, chip);
  ASSERT_EQ(trial.cycles.size(), 2U);
  EXPECT_GT(std::min(trial.cycles[0], trial.cycles[1]), 0U);
  EXPECT_EQ(makespan_of(plan, chip), std::max(trial.cycles[0], trial.cycles[1]));
}

// The same two one behind the other: the pooling waits for what it reads.
TEST(Budget, AJobWaitsForWhatItReads) {
  const Chip chip = chip_with(256 * 1024);
  test::Builder b;
  const ValueId convolved = b.convolution(b.input({1, 8, 32, 32}), {8, 3, 1, 1});
  const Plan plan = tiled(test::quantized(b.finish({b.max_pool(convolved, 2, 2)})), chip);
  const Trial trial = trial_of(plan, chip);
  ASSERT_EQ(trial.cycles.size(), 2U);
  EXPECT_GT(std::min(trial.cycles[0], trial.cycles[1]), 0U);
  EXPECT_EQ(makespan_of(plan, chip), trial.cycles[0] + trial.cycles[1]);
}

// 1,024 x 2,048 weights lie from address 0 on before `memory` gives them another, 2 MiB that reach into the
// maps': no job waits for those who write there.
TEST(Budget, ConstantsThatLieNowhereYetLetNobodyWait) {
  Chip chip = chip_with(0);
  chip.compiler.tp_dense_weights = 0;
  test::Builder b;
  const ValueId x = b.input({1, 1024, 1, 1}), y = b.input({1, 8, 32, 32}, "other");
  const ValueId pooled = b.max_pool(y, 2, 2);
  const Plan plan = tiled(test::quantized(b.finish({pooled, b.convolution(x, {2048, 1})})), chip);
  const Trial trial = trial_of(plan, chip);
  ASSERT_EQ(trial.cycles.size(), 2U);
  EXPECT_EQ(makespan_of(plan, chip), std::max(trial.cycles[0], trial.cycles[1]));
}

// Two 3x3 layers of 64 channels, 40 rows of 64 columns: with room for just the map between them, 160 KiB,
// that is where it goes, and the 36 KiB of either layer's coefficients are read again for each of several
// tiles. Where an address costs 200 cycles, no map and caches for both are cheaper.
Graph two_layers() {
  test::Builder b;
  const ValueId between = b.convolution(b.input({1, 64, 40, 64}), {64, 3, 1, 1});
  return test::quantized(b.finish({b.convolution(between, {64, 3, 1, 1})}));
}
Chip chip_with_room_for_the_map() {
  Chip chip = chip_with(2048 + std::int64_t{64} * 64 * 40);
  chip.vip_sram.reserved_bytes = 2048;
  chip.dram.address_cycles = 200;
  return chip;
}

TEST(Budget, APlanForLessIsTakenWhereItEndsFirst) {
  const Chip chip = chip_with_room_for_the_map();
  CompileOptions options;
  options.bands = false;
  Plan plan = placed(two_layers(), chip);
  choose_budget(plan, chip, options);
  ASSERT_EQ(plan.budgets.size(), budgets_of(chip).size());
  EXPECT_LT(plan.budgets.front().bytes, chip.vip_sram.bytes);
  for (std::size_t i = 1; i < plan.budgets.size(); ++i)
    EXPECT_LE(plan.budgets[i - 1].cycles, plan.budgets[i].cycles);
  EXPECT_EQ(plan.vip_sram_budget, plan.budgets.front().bytes);
  EXPECT_EQ(within_budget(chip, plan).vip_sram.bytes, plan.vip_sram_budget);
  // The program is made of it.
  const auto maps_on_chip = [&](bool budgets) {
    options.budgets = budgets;
    const NetworkBinary binary = compile(two_layers(), chip, options);
    return std::count_if(binary.buffers.begin(), binary.buffers.end(), [](const Buffer& buffer) {
      return buffer.kind == "feature_map" && memory_of(buffer.address) == Memory::vip_sram;
    });
  };
  EXPECT_EQ(maps_on_chip(false), 1);
  EXPECT_EQ(maps_on_chip(true), 0);
}

// Tiled for 40 KiB: widening keeps the tiles and never ends later by the estimate, nor goes below the budget
// or beyond the chip.
TEST(Budget, WideningKeepsTheTilesAndEndsNoLater) {
  for (const std::int64_t kib : {48, 64, 100, 160, 256, 512}) {
    Chip chip = chip_with_room_for_the_map();
    chip.vip_sram.bytes = kib * 1024;
    Plan plan = placed(two_layers(), chip);
    KnownTilings none;
    plan.vip_sram_budget = 40960;
    tile_as_wanted(plan, within_budget(chip, plan), {}, none);
    pack(plan, chip);
    const std::string before = dump(plan);
    const Cycle cycles = makespan_of(plan, within_budget(chip, plan));
    widen_budget(plan, chip);
    EXPECT_EQ(dump(plan), before) << kib;
    EXPECT_LE(makespan_of(plan, within_budget(chip, plan)), cycles) << kib;
    EXPECT_GE(plan.vip_sram_budget, 40960) << kib;
    EXPECT_LE(plan.vip_sram_budget, chip.vip_sram.bytes) << kib;
    // 512 KiB have room for the map and both caches.
    EXPECT_TRUE(kib < 512 || plan.vip_sram_budget > 40960);
  }
}

TEST(Budget, TheExplanationSaysWhatOthersWouldCost) {
  const Chip chip = chip_with_room_for_the_map();
  CompileOptions options;
  options.explain = true;
  compile(two_layers(), chip, options);
  ASSERT_EQ(options.explanation.budgets.size(), budgets_of(chip).size());
  EXPECT_NE(options.explanation.budgets.front().what.find("B of the VIP-SRAM"), std::string::npos);
  set_level(options, 1);
  compile(two_layers(), chip, options);
  EXPECT_TRUE(options.explanation.budgets.empty());
}

}  // namespace
}  // namespace trireme

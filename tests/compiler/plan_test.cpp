// SPDX-License-Identifier: Apache-2.0
// Placement, fusion and tiling.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "compiler/compile.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/share_buffers.h"
#include "compiler/memory/caches.h"
#include "compiler/memory/memory.h"
#include "compiler/pack/requantizer.h"
#include "compiler/place/place.h"
#include "compiler/tile/tile.h"
#include "tests/compiler/networks.h"
#include "timing/nne.h"

namespace trireme {
namespace {

using test::Builder;
using ::testing::HasSubstr;

TEST(Place, EveryOperatorHasItsEngineAndReason) {
  Builder b;
  ValueId x = b.convolution(b.input({1, 3, 24, 24}), {8, 11, 4, 2}, "strided");
  x = b.convolution(x, {8, 3, 1, 1, 8}, "depthwise");
  x = b.pooling(b.node("leakyrelu", LeakyReluAttributes{}, {x}), PoolingAttributes::Type::avg, 2, 2);
  x = b.permute(b.node("tanh", {}, {b.node("sigmoid", {}, {x})}), {0, 2, 3, 1});
  x = b.node("relun", ClipAttributes{0, 6}, {b.relu(x)});
  x = b.softmax(b.fullconnect(b.flatten(x), 10), 1);
  test::expect_golden("place_every_operator", dump(place(test::quantized(b.finish({x})), test::test_chip(),
                                                         RequantRule::vipf, Ties::half_up)));
}

// Without the mode kernels have zeros for the other channels, or each channel is a job: what is faster.
TEST(Place, WithoutDepthwiseModeKernelsAreFilledWithZeros) {
  Builder b;
  const Graph graph = test::quantized(b.finish({b.convolution(b.input({1, 4, 8, 8}), {4, 3, 1, 1, 4})}));
  Chip chip = test::test_chip();
  EXPECT_EQ(place(graph, chip, RequantRule::vipf, Ties::half_up).layers.at(0).jobs.size(), 1U);
  chip.nne.depthwise = false;
  const PlannedLayer filled = place(graph, chip, RequantRule::vipf, Ties::half_up).layers.at(0);
  ASSERT_EQ(filled.jobs.size(), 1U);  // four launches of 3,500 cycles cost more than four planes
  EXPECT_EQ(std::get<NneJob>(filled.jobs[0].job).groups, 4);
  EXPECT_THAT(filled.reason, HasSubstr("4 groups, kernels with zeros for the other groups"));
  // Jobs that cost nothing to start: two groups of 90 channels are half of the work.
  Builder big;
  chip.nne.launch_cycles = chip.nne.job_start_cycles = 0;
  const Graph halves =
      test::quantized(big.finish({big.convolution(big.input({1, 180, 28, 28}), {180, 3, 1, 1, 2})}));
  EXPECT_EQ(place(halves, chip, RequantRule::vipf, Ties::half_up).layers.at(0).jobs.size(), 2U);
}

Plan fused(const Graph& graph, const Chip& chip = test::test_chip()) {
  Plan plan = place(test::quantized(graph), chip, RequantRule::vipf, Ties::half_up);
  fuse(plan, chip);
  return plan;
}

std::size_t layers_after_fusing(int side, int kernel, bool relu, const Chip& chip = test::test_chip()) {
  Builder b;
  ValueId x = b.convolution(b.input({1, 2, side, side}), {4, 3, 1, 1});
  if (relu) x = b.relu(x);
  return fused(b.finish({b.max_pool(x, kernel, 2)}), chip).layers.size();
}

TEST(Fuse, MaxPoolingByTheRulesOfTheArray) {
  EXPECT_EQ(layers_after_fusing(16, 2, true), 1U);
  EXPECT_EQ(layers_after_fusing(16, 2, false), 1U);
  EXPECT_EQ(layers_after_fusing(15, 2, true), 2U);  // 2x2 wants an even map
  EXPECT_EQ(layers_after_fusing(15, 3, true), 1U);
  EXPECT_EQ(layers_after_fusing(16, 3, true), 2U);  // 3x3 wants an odd map
  EXPECT_EQ(layers_after_fusing(37, 3, true),
            2U);  // 37 rows are no single tile: 9 lines hold 7 rows of a 3x3 kernel
  EXPECT_EQ(layers_after_fusing(64, 2, true), 1U);
  Chip chip = test::test_chip();
  chip.nne.enhanced_max_pooling = true;  // over tiles, so on any map
  EXPECT_EQ(layers_after_fusing(37, 3, true, chip), 1U);
  EXPECT_EQ(layers_after_fusing(130, 3, true, chip), 1U);
  chip.nne.fused_max_pooling = false;
  EXPECT_EQ(layers_after_fusing(16, 2, true, chip), 2U);
}

// Layers left of a network whose values all have the same parameters: nothing but its structure decides.
std::size_t layers_of_equal_parameters(const Graph& graph) {
  Graph equal = test::quantized(graph);
  for (const Node& node : equal.nodes) {
    equal.values[node.outputs[0]].quantization = equal.values[equal.nodes[0].outputs[0]].quantization;
  }
  Plan plan = place(equal, test::test_chip(), RequantRule::vipf, Ties::half_up);
  fuse(plan, test::test_chip());
  return plan.layers.size();
}

TEST(Fuse, OnlyWhatNobodyElseReads) {
  Builder b;
  EXPECT_EQ(layers_of_equal_parameters(b.finish({b.relu(b.convolution(b.input({1, 2, 8, 8}), {4, 3}))})), 1U);
  Builder c;  // the convolution itself is an output
  const ValueId seen = c.convolution(c.input({1, 2, 8, 8}), {4, 3});
  EXPECT_EQ(layers_of_equal_parameters(c.finish({c.relu(seen), seen})), 2U);
  Builder d;  // two readers
  const ValueId twice = d.convolution(d.input({1, 2, 8, 8}), {4, 3});
  EXPECT_EQ(layers_of_equal_parameters(d.finish({d.relu(twice), d.relu(twice)})), 3U);
}

TEST(Fuse, ClampsIntersect) {
  // scale 0.1, zero point 10: relu lets 10..255 pass, relun(-0.5, 6) 5..70, both 10..70.
  Builder b;
  ValueId x = b.relu(b.convolution(b.input({1, 2, 8, 8}), {4, 3, 1, 1}));
  Graph graph = test::quantized(b.finish({b.node("relun", ClipAttributes{-0.5F, 6}, {x})}));
  for (const char* name : {"convolution_out", "relu_out", "relun_out"}) {
    Quantization& q = graph.values[graph.find_value(name)].quantization;
    q.scale = {0.1F};
    q.zero_point = {10};
  }
  Plan plan = place(graph, test::test_chip(), RequantRule::vipf, Ties::half_up);
  fuse(plan, test::test_chip());
  ASSERT_EQ(plan.layers.size(), 1U);
  const NneJob& job = std::get<NneJob>(plan.layers[0].jobs.at(0).job);
  EXPECT_EQ(job.post.clamp_low, 10);
  EXPECT_EQ(job.post.clamp_high, 70);
}

NneJob tiled(int side, const test::Conv& conv, int pool = 0) {
  Builder b;
  ValueId x = b.convolution(b.input({1, 3, side, side}), conv);
  if (pool != 0) x = b.max_pool(x, pool, 2);
  Plan plan = fused(b.finish({x}));
  share_buffers(plan, true, true);
  tile(plan, test::test_chip(), TileSearch::cheapest, place_maps(plan, test::test_chip(), true));
  // The last one: a stride may have become phases that the TP makes.
  return std::get<NneJob>(plan.layers[0].jobs.back().job);
}

TEST(Tile, KeepsToTheLimitsOfTheChip) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 3, 40, 40}), {16, 3, 1, 1});
  Plan plan = fused(b.finish({x}));
  const NneJob job = std::get<NneJob>(plan.layers[0].jobs.back().job);
  Chip chip = test::test_chip();
  chip.nne.max_tile_height = 3;
  for (const NneJob& tiling : tilings(job, chip, 0)) EXPECT_LE(tiling.tile_h, 3);
  chip = test::test_chip();
  // A window of 40 columns wants (160 / 40) = 4 rows: a tile of 2 and a halo row on either side.
  chip.nne.min_window_pixels = 160;
  for (const NneJob& tiling : tilings(job, chip, 0)) {
    EXPECT_GE(std::min(tiling.tile_w + 2, 40) * std::min(tiling.tile_h + 2, 40), 160)
        << tiling.tile_w << "x" << tiling.tile_h;
  }
  chip.nne.min_window_pixels = 40 * 40 + 1;  // no map is that large: any tile then
  EXPECT_FALSE(tilings(job, chip, 0).empty());
}

// Narrow rows are dear in DRAM, where each pays its address, and cheap in the VIP-SRAM.
TEST(Tile, PricesMapsWhereTheyLie) {
  Chip chip = test::test_chip();
  chip.dram.address_cycles = 64;
  NneJob job = tiled(56, {64, 3, 1, 1});
  job.input.channels = 64;
  job.input.address = job.output.address = kDramBase;
  const NneJob in_dram = tiled(job, chip);
  job.input.address = job.output.address = kVipSramBase;
  const NneJob in_sram = tiled(job, chip);
  EXPECT_LT(estimate(in_sram, chip), estimate(in_dram, chip));
  NneJob moved = in_dram;
  moved.input.address = moved.output.address = kVipSramBase;
  EXPECT_LT(estimate(in_sram, chip), estimate(moved, chip));
}

// 40 kernels of 3x3x512 with one tile at a time: whether tiles may come back to the coefficients depends on
// the bytes there are for them.
TEST(Tile, KernelsThatCanBeCachedAllowSmallerTiles) {
  const Chip chip = test::test_chip();
  NneJob job = tiled(28, {40, 3, 1, 1});
  job.input.channels = 512;
  const NneJob without = tiled(job, chip, TileSearch::cheapest, 0);
  const NneJob with = tiled(job, chip, TileSearch::cheapest, 1 << 20);
  EXPECT_LE(with_caches(with, chip, 1 << 20).cycles, with_caches(without, chip, 1 << 20).cycles);
  const NneJob cached = with_caches(with, chip, 1 << 20).job;
  EXPECT_EQ(cached.kernel_cache_bytes,
            cached.coefficient_bytes / 128 * 128 + (cached.coefficient_bytes % 128 > 0 ? 128 : 0));
  EXPECT_EQ(with_caches(with, chip, 100).job.kernel_cache_bytes, 0U);
}

// 1,024 channels in 102,400 bytes: 100 a plane, 96 in units of 16, two rows of 40 (§2.3). A third would take
// 128 * 1,024. Without a cache none of less than a quarter of the coarsest tile's height is tried.
TEST(Tile, AsManyRowsAsTheImageCacheHolds) {
  const Chip chip = test::test_chip();
  NneJob job = tiled(40, {256, 1, 1, 0});
  job.input.channels = 1024;
  job.input.address = job.output.address = kDramBase;
  const auto heights = [&](std::uint64_t room) {
    std::set<int> found;
    for (const NneJob& tiling : tilings(job, chip, room)) {
      if (tiling.tile_w == 40) found.insert(tiling.tile_h);
    }
    return found;
  };
  const std::set<int> without = heights(0), with = heights(102'400);
  EXPECT_EQ(without.count(2), 0U);
  EXPECT_EQ(with.count(2), 1U);
  EXPECT_EQ(with.size(), without.size() + 1);
  const NneJob best = tiled(job, chip, TileSearch::cheapest, 102'400);
  EXPECT_EQ(best.tile_h, 2);
  EXPECT_EQ(with_caches(best, chip, 102'400).job.image_cache_bytes, 80U * 1024);
  job.input.address = kVipSramBase;  // it is there already
  EXPECT_EQ(heights(102'400), without);
  // Two rows of 42 are no window of three.
  job.input.address = kDramBase;
  job.kernel_w = job.kernel_h = 3;
  EXPECT_EQ(heights(102'400), heights(0));
}

TEST(Tile, EveryTilingRespectsTheBuffers) {
  const Chip chip = test::test_chip();
  for (const int side : {5, 16, 31, 56, 130, 224}) {
    for (const int kernel : {1, 3, 5, 11}) {
      for (const int stride : {1, 2, 4}) {
        if (kernel > side) continue;
        const NneJob job = tiled(side, {40, kernel, stride, kernel / 2});
        SCOPED_TRACE(std::to_string(side) + " kernel " + std::to_string(kernel) + " stride " +
                     std::to_string(stride));
        EXPECT_GE(job.tile_w, 1);
        EXPECT_LE(job.tile_w, chip.nne.max_tile_width);
        // Stride 4 is computed at stride 1, what the lanes hold is wider than the tile; or it is gone, and
        // the kernel smaller.
        const int k = job.kernel_w, s = job.stride_w;
        EXPECT_EQ(job.interleave, interleave_of(chip, k, computed_extent(chip, job.tile_w, s)));
        EXPECT_LE(job.tile_h, max_tile_height(chip, k, s, job.interleave, job.conv_height));
        EXPECT_LE(job.kernels_per_core,
                  kernels_at_once(chip, k, s, job.tile_w, job.tile_h, job.interleave, 40));
        EXPECT_GE(job.kernels_per_core * job.superblocks, 14);        // 40 kernels on 3 cores: 14, 13, 13
        EXPECT_LT(job.kernels_per_core * (job.superblocks - 1), 14);  // no empty superblock
      }
    }
  }
}

TEST(Tile, EdgesLieBetweenPoolingWindows) {
  for (const int side : {20, 56, 112, 224}) {
    const NneJob job = tiled(side, {8, 3, 1, 1}, 2);
    ASSERT_EQ(job.pool_type, 1) << side;
    EXPECT_EQ(job.tile_w % 2, 0) << side;
    EXPECT_EQ(job.tile_h % 2, 0) << side;
  }
  const NneJob whole = tiled(15, {8, 3, 1, 1}, 3);
  ASSERT_EQ(whole.pool_type, 1);
  EXPECT_EQ(whole.tile_w, 15);
  EXPECT_EQ(whole.tile_h, 15);
}

TEST(Tile, TheChosenTileIsNoDearerThanSimpleOnes) {
  const Chip chip = test::test_chip();
  const NneJob best = tiled(56, {64, 3, 1, 1});
  for (const int width : {14, 28, 56}) {
    NneJob other = best;
    other.tile_w = static_cast<std::uint16_t>(width);
    other.interleave = static_cast<std::uint8_t>(interleave_of(chip, 3, width));
    other.tile_h = static_cast<std::uint16_t>(max_tile_height(chip, 3, 1, other.interleave, 56));
    other.kernels_per_core =
        static_cast<std::uint16_t>(kernels_at_once(chip, 3, 1, width, other.tile_h, other.interleave, 64));
    other.superblocks = static_cast<std::uint16_t>(ceil_div(22, other.kernels_per_core));
    EXPECT_LE(estimate(best, chip), estimate(other, chip)) << width;
  }
}

// 0.75 = 1.5 * 2^-1: float32 0x3f400000, biased exponent 126, mantissa 0x400000.
TEST(RequantizerOf, ThreeQuartersByHand) {
  EXPECT_EQ(requantizer_of(RequantRule::vipf, 3, 4).multiplier, 0x3f400000U);
  const Requantizer vip8 = requantizer_of(RequantRule::vip8, 3, 4);  // (2^23 + 2^22) / 2^24
  EXPECT_EQ(vip8.multiplier, 0xC00000U);
  EXPECT_EQ(vip8.shift, 150 - 126);
  const Requantizer vip7 = requantizer_of(RequantRule::vip7, 3, 4);  // (2^15 + 2^14) / 2^16
  EXPECT_EQ(vip7.multiplier, 0xC000U);
  EXPECT_EQ(vip7.shift, 142 - 126);
  const Requantizer tflite = requantizer_of(RequantRule::tflite, 3, 4);  // frexp: 0.75 * 2^0
  EXPECT_EQ(tflite.multiplier, 0x60000000U);
  EXPECT_EQ(tflite.shift, 0);
}

TEST(RequantizerOf, OneIsExactInEveryRule) {
  EXPECT_EQ(requantizer_of(RequantRule::onnx, 1, 1).multiplier, 0x3f800000U);
  EXPECT_EQ(requantizer_of(RequantRule::vip8, 1, 1).shift, 23);  // 2^23 / 2^23
  EXPECT_EQ(requantizer_of(RequantRule::tflm, 1, 1).multiplier, 1U << 30);
  EXPECT_EQ(requantizer_of(RequantRule::tflm, 1, 1).shift, 1);
}

TEST(RequantizerOf, RefusesFactorsThatNoTensorHas) {
  EXPECT_THROW(requantizer_of(RequantRule::vipf, 0, 1), Error);
  EXPECT_THROW(requantizer_of(RequantRule::vipf, 1, 0), Error);
  EXPECT_THROW(requantizer_of(RequantRule::vip8, 0x1p30F, 1), Error);
}

TEST(Symbols, LenetMapsBackToTheModel) {
  CompileOptions options;
  const NetworkBinary binary = compile(test::quantized(test::lenet_like()), test::test_chip(), options);
  ASSERT_EQ(binary.layers.size(), 7U);  // input, conv1, conv2, reshape, fc1, fc2, softmax
  EXPECT_EQ(binary.layers[0].op, "input");
  EXPECT_EQ(binary.layers[0].outputs.at(0).after_job, -1);
  const LayerSymbol& conv1 = binary.layers[1];
  EXPECT_EQ(conv1.merged, (std::vector<std::string>{"relu", "pooling"}));
  EXPECT_EQ(conv1.engine, "NN");
  EXPECT_EQ(conv1.macs, 24 * 24 * 20 * 25);
  EXPECT_EQ(conv1.weight_bytes, 20 * 25);
  EXPECT_EQ(conv1.output_shape, (Shape{1, 20, 12, 12}));
  EXPECT_EQ(binary.layers[6].outputs.at(0).dtype, DataType::float16);
  for (const Job& job : binary.jobs) {
    const LayerSymbol& layer = binary.layers.at(header_of(job).layer);
    EXPECT_EQ(layer.engine, name_of(engine_of(job)));
    EXPECT_EQ(layer.outputs.at(0).after_job, header_of(job).job);
  }
  ASSERT_EQ(binary.outputs.size(), 1U);
  EXPECT_EQ(binary.outputs[0].dtype, DataType::float16);
}

}  // namespace
}  // namespace trireme

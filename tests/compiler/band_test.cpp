// SPDX-License-Identifier: Apache-2.0
// Bands of rows: which rows each job needs, and what the pass makes of a plan.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/band/schedule.h"
#include "compiler/compile.h"
#include "tests/compiler/machine.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/reference_run.h"

namespace trireme {
namespace {

struct Vertical {
  int height = 16, kernel = 3, stride = 1, pad = 1, dilation = 1, pool_kernel = 0, pool_stride = 0;
};

NneJob job_of(const Vertical& v) {
  NneJob job{};
  job.header.operation = static_cast<std::uint8_t>(NneOperation::convolution);
  job.input.height = static_cast<std::uint16_t>(v.height);
  job.kernel_h = static_cast<std::uint8_t>(v.kernel);
  job.stride_h = static_cast<std::uint8_t>(v.stride);
  job.dilation_h = static_cast<std::uint8_t>(v.dilation);
  job.pad_top = static_cast<std::int8_t>(v.pad);
  const int span = (v.kernel - 1) * v.dilation + 1;
  job.conv_height = static_cast<std::uint16_t>((v.height + 2 * v.pad - span) / v.stride + 1);
  job.output.height = job.conv_height;
  if (v.pool_kernel > 0) {
    job.pool_type = 1;
    job.pool_kernel = static_cast<std::uint8_t>(v.pool_kernel);
    job.pool_stride = static_cast<std::uint8_t>(v.pool_stride);
    job.output.height = static_cast<std::uint16_t>((job.conv_height - v.pool_kernel) / v.pool_stride + 1);
  }
  return job;
}

void expect_band(const Vertical& vertical, Rows output, Rows input, int conv_height, int pad_top) {
  const BandedJob band = banded(job_of(vertical), output);
  EXPECT_EQ(band.input.first, input.first);
  EXPECT_EQ(band.input.count, input.count);
  const auto& job = std::get<NneJob>(band.job);
  EXPECT_EQ(job.input.height, input.count);
  EXPECT_EQ(job.output.height, output.count);
  EXPECT_EQ(job.conv_height, conv_height);
  EXPECT_EQ(job.pad_top, pad_top);
}

// 3x3, pad 1, 16 rows in and out: row y reads y-1..y+1. The first four read -1..4, of which -1 is padding;
// 4..7 read 3..8; the last four read 11..16, of which 16 is padding.
TEST(Band, RowsOfAThreeByThreeKernel) {
  const Vertical v;
  expect_band(v, {0, 4}, {0, 5}, 4, 1);
  expect_band(v, {4, 4}, {3, 6}, 4, 0);
  expect_band(v, {12, 4}, {11, 5}, 4, 0);
}

// 5x5, stride 2, pad 2, 17 rows: (17 + 4 - 5) / 2 + 1 = 9 results; result y reads 2y-2..2y+2. Results 3..5
// read 4..12, results 0 and 1 read -2..4: two rows of padding.
TEST(Band, RowsOfAStridedKernel) {
  const Vertical v{17, 5, 2, 2};
  expect_band(v, {3, 3}, {4, 9}, 3, 0);
  expect_band(v, {0, 2}, {0, 5}, 2, 2);
}

// 3x3 with dilation 3 spans 7; pad 3, 16 rows in and out: row y reads y-3, y, y+3. Rows 2 and 3 read -1..6:
// one row of padding above is left of three.
TEST(Band, RowsOfADilatedKernel) { expect_band({16, 3, 1, 3, 3}, {2, 2}, {0, 7}, 2, 1); }

// 3x3, pad 1 on 15 rows, then a maximum of 3 rows every 2: 7 outputs. Outputs 2 and 3 are of results 4..8
// (2*2 to 3*2+2), which read rows 3..9. 2x2 pooling of 16: outputs 2 and 3 are of results 4..7.
TEST(Band, RowsBehindPooling) {
  expect_band({15, 3, 1, 1, 1, 3, 2}, {2, 2}, {3, 7}, 5, 0);
  expect_band({16, 3, 1, 1, 1, 2, 2}, {2, 2}, {3, 6}, 4, 0);
}

// Two 3x3 of pad 1 on 16 rows: outputs 4..7 read 3..8 of the map between, which read 2..9 of the input.
TEST(Band, HalosAddUpFromTheLastLayerBack) {
  const NneJob job = job_of({});
  const std::vector<BandedJob> band = band_of({job, job}, {4, 4});
  EXPECT_EQ(band[1].input.first, 3);
  EXPECT_EQ(band[1].input.count, 6);
  EXPECT_EQ(band[0].output.first, 3);
  EXPECT_EQ(band[0].output.count, 6);
  EXPECT_EQ(band[0].input.first, 2);
  EXPECT_EQ(band[0].input.count, 8);
}

// Every tap of every result reads the row it reads in the whole map, padding where it is padding there.
TEST(Band, EveryTapReadsTheRowItReadsInTheWholeMap) {
  test::Random random(5);
  int padded = 0, inside = 0;
  for (int round = 0; round < 500; ++round) {
    Vertical v;
    v.kernel = 1 + random.below(5);
    v.dilation = 1 + random.below(2);
    v.stride = 1 + random.below(3);
    v.pad = random.below(v.kernel);
    v.height = (v.kernel - 1) * v.dilation + 1 + random.below(30);
    const NneJob whole = job_of(v);
    const int rows = 1 + random.below(whole.output.height);
    int next = 0;
    for (const std::vector<BandedJob>& band : bands_of({whole}, rows)) {
      const BandedJob& b = band.front();
      ASSERT_EQ(b.output.first, next);  // every row once, in order
      next += b.output.count;
      const auto& job = std::get<NneJob>(b.job);
      for (int y = 0; y < job.conv_height; ++y) {
        for (int tap = 0; tap < v.kernel; ++tap) {
          const int in_whole = (b.output.first + y) * v.stride - v.pad + tap * v.dilation;
          const int in_band = y * v.stride - job.pad_top + tap * v.dilation;
          const bool padding = in_whole < 0 || in_whole >= v.height;
          (padding ? padded : inside) += 1;
          ASSERT_EQ(in_band < 0 || in_band >= b.input.count, padding) << "round " << round;
          if (padding) continue;
          ASSERT_EQ(b.input.first + in_band, in_whole) << "round " << round;
        }
      }
    }
    ASSERT_EQ(next, whole.output.height);
  }
  EXPECT_GT(padded, 1000);
  EXPECT_GT(inside, 10000);
}

TpJob pool_of(int height, int kernel, int stride, int pad) {
  TpJob job{};
  job.header.engine = static_cast<std::uint8_t>(Engine::tp);
  job.header.operation = static_cast<std::uint8_t>(TpOperation::max_pool);
  job.kernel_h = static_cast<std::uint8_t>(kernel);
  job.stride_h = static_cast<std::uint8_t>(stride);
  job.pad_top = static_cast<std::int8_t>(pad);
  job.input.height = static_cast<std::uint16_t>(height);
  job.output.height = static_cast<std::uint16_t>((height + 2 * pad - kernel) / stride + 1);
  return job;
}

// A maximum of 3 rows every 2, pad 1, of 15 rows: 8 outputs; output y reads 2y-1..2y+1. 0 and 1 read -1..3,
// 2..4 read 3..9, 6 and 7 read 11..15, of which 15 is padding.
TEST(Band, RowsOfJobsOfTheTp) {
  const auto expect = [](const Job& whole, Rows output, Rows input, int pad_top) {
    const BandedJob band = banded(whole, output);
    const auto& job = std::get<TpJob>(band.job);
    EXPECT_EQ(band.input.first, input.first);
    EXPECT_EQ(band.input.count, input.count);
    EXPECT_EQ(job.input.height, input.count);
    EXPECT_EQ(job.output.height, output.count);
    EXPECT_EQ(job.pad_top, pad_top);
  };
  expect(pool_of(15, 3, 2, 1), {0, 2}, {0, 4}, 1);
  expect(pool_of(15, 3, 2, 1), {2, 3}, {3, 7}, 0);
  expect(pool_of(15, 3, 2, 1), {6, 2}, {11, 4}, 0);
}

Bands bands_on(const std::vector<Engine>& engines, std::size_t bands) {
  std::vector<BandedJob> band;
  for (const Engine engine : engines) {
    if (engine == Engine::tp)
      band.push_back({pool_of(1, 1, 1, 0), {}, {}});
    else
      band.push_back({job_of({}), {}, {}});
  }
  return Bands(bands, band);
}

std::string text_of(const std::vector<Step>& order) {
  std::string text;
  for (const Step& step : order) text += fmt::format(" {}{}", static_cast<char>('a' + step.layer), step.band);
  return text;
}

// a on the array, b on the TP, c on the array: c one band later, so that a of the next band runs while b
// does.
TEST(Band, TheArrayWorksOnTheNextBandWhileTheTpRuns) {
  EXPECT_EQ(text_of(order_of(bands_on({Engine::nne, Engine::nne}, 2))), " a0 b0 a1 b1");
  const Bands bands = bands_on({Engine::nne, Engine::tp, Engine::nne}, 3);
  EXPECT_EQ(text_of(order_of(bands)), " a0 b0 a1 b1 c0 a2 b2 c1 c2");
  // a 10, b 8, c 5 cycles. Array: a0 to 10, a1 to 20, c0 (b0 done at 18) to 25, a2 to 35, c1 (b1 at 28) to
  // 40, c2 waits for b2 (35 + 8 = 43), to 48. One after the other: 69.
  EXPECT_EQ(cycles_of(bands, std::vector<std::vector<Cycle>>(3, {10, 8, 5})), 48U);
}

// Two layers on 64x64 with 32 channels between: 131,072 bytes, more than the 32 KiB of VIP-SRAM. Launches are
// short and addresses dear, so that a map of this size pays for some more of the former.
Graph two_convolutions() {
  test::Builder b;
  const ValueId x = b.input({1, 4, 64, 64});
  const ValueId between = b.relu(b.convolution(x, {32, 3, 1, 1}, "first"));
  return test::quantized(b.finish({b.convolution(between, {4, 1, 1, 0}, "second")}));
}

Chip small_chip() {
  Chip chip = test::test_chip();
  chip.vip_sram.bytes = 32768;
  chip.nne.launch_cycles = 200;
  chip.dram.address_cycles = 24;
  return chip;
}

TEST(Band, AMapBetweenTwoLayersStaysOnChip) {
  const Graph graph = two_convolutions();
  CompileOptions options, without;
  without.bands = false;
  const NetworkBinary grouped = compile(graph, small_chip(), options);
  const NetworkBinary apart = compile(graph, small_chip(), without);
  const auto in_dram = [](const Buffer& b) { return b.kind == "feature_map" && is_dram(b.address); };
  EXPECT_EQ(std::count_if(apart.buffers.begin(), apart.buffers.end(), in_dram), 1);
  EXPECT_EQ(std::count_if(grouped.buffers.begin(), grouped.buffers.end(), in_dram), 0);
  int scratch = 0;
  for (const Buffer& buffer : grouped.buffers) {
    if (buffer.kind != "scratch") continue;
    ++scratch;
    EXPECT_EQ(memory_of(buffer.address), Memory::vip_sram) << buffer.name;
  }
  EXPECT_GE(scratch, 2);
  // One layer for the user, of both layers' work; its jobs come band by band.
  ASSERT_EQ(apart.jobs.size(), 2U);
  ASSERT_EQ(grouped.layers.size(), 2U);  // the input and the group
  EXPECT_EQ(grouped.layers[1].merged.size(), 2U);
  EXPECT_EQ(grouped.layers[1].macs, apart.layers[1].macs + apart.layers[2].macs);
  EXPECT_EQ(grouped.layers[1].weight_bytes, apart.layers[1].weight_bytes + apart.layers[2].weight_bytes);
  ASSERT_EQ(grouped.jobs.size(), static_cast<std::size_t>(2 * scratch));
  for (std::size_t i = 0; i < grouped.jobs.size(); ++i)
    EXPECT_EQ(std::get<NneJob>(grouped.jobs[i]).output.channels, i % 2 == 0 ? 32U : 4U);
}

// conv, pool that overlaps, conv; with `table` a tanh of the TP behind the first one.
Graph pool_between_convolutions(bool table) {
  test::Builder b;
  const ValueId x = b.input({1, 4, 64, 64});
  const ValueId first = b.convolution(x, {32, 3, 1, 1}, "first");
  const ValueId between = table ? b.node("tanh", {}, {first}) : first;
  const ValueId pooled = b.pooling(between, PoolingAttributes::Type::max, 3, 2, 1);
  return test::quantized(b.finish({b.convolution(pooled, {4, 3, 1, 1}, "second")}));
}

Chip chip_with_a_fast_tp() {
  Chip chip = small_chip();
  chip.tp.elements_per_cycle_per_core = 16;
  chip.tp.launch_cycles = 20;
  return chip;
}

// One run of both engines, and the reference's codes.
TEST(Band, PoolsAreMembers) {
  const Graph graph = pool_between_convolutions(false);
  const Chip chip = chip_with_a_fast_tp();
  CompileOptions options;
  const NetworkBinary grouped = compile(graph, chip, options);
  ASSERT_EQ(grouped.layers.size(), 3U);  // the input, the run, the last convolution
  EXPECT_THAT(grouped.layers[1].merged, ::testing::SizeIs(1));
  EXPECT_GE(std::count_if(grouped.jobs.begin(), grouped.jobs.end(),
                          [](const Job& job) { return engine_of(job) == Engine::tp; }),
            2);
  test::expect_reference(graph, grouped, chip);
}

Chip chip_without_strides() {
  Chip chip = chip_with_a_fast_tp();
  chip.nne.native_stride_two = false;
  chip.dram.address_cycles = 96;  // the phases' moves are a part of what a run must save an eighth of
  return chip;
}

// Stride 2 on an array without it: the TP makes the phases of the whole image, the bands convolve them.
TEST(Band, ARunMayBeginWithPhases) {
  test::Builder b;
  const ValueId x = b.input({1, 4, 127, 128});
  const ValueId between = b.relu(b.convolution(x, {32, 3, 2, 1}, "first"));
  const Graph graph = test::quantized(b.finish({b.convolution(between, {4, 1, 1, 0}, "second")}));
  const Chip chip = chip_without_strides();
  CompileOptions options;
  const NetworkBinary grouped = compile(graph, chip, options);
  ASSERT_EQ(grouped.layers.size(), 2U);  // the input and the run
  const auto of_tp = [](const Job& job) { return engine_of(job) == Engine::tp; };
  const auto first = std::find_if_not(grouped.jobs.begin(), grouped.jobs.end(), of_tp);
  EXPECT_GT(first - grouped.jobs.begin(), 0);
  EXPECT_GE(grouped.jobs.end() - first, 4);  // two bands of two layers at least
  EXPECT_EQ(std::count_if(first, grouped.jobs.end(), of_tp), 0);
  test::expect_reference(graph, grouped, chip);
}

// Behind another layer they need that one's whole map.
TEST(Band, NoRunGoesOnThroughPhases) {
  test::Builder b;
  const ValueId x = b.input({1, 4, 64, 64});
  const ValueId between = b.relu(b.convolution(x, {32, 3, 1, 1}, "first"));
  const Graph graph = test::quantized(b.finish({b.convolution(between, {32, 3, 2, 1}, "second")}));
  const Chip chip = chip_without_strides();
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip, options);
  ASSERT_EQ(binary.layers.size(), 3U);  // the input and each of both
  EXPECT_THAT(binary.layers[2].reason, ::testing::HasSubstr("the TP makes channels of the pixels"));
  test::expect_reference(graph, binary, chip);
}

TEST(Band, TablesAreWholePasses) {
  const Graph graph = pool_between_convolutions(true);
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip_with_a_fast_tp(), options);
  const auto is_table = [](const Job& job) {
    const auto* tp = std::get_if<TpJob>(&job);
    return tp != nullptr && is(*tp, TpOperation::lut);
  };
  EXPECT_EQ(std::count_if(binary.jobs.begin(), binary.jobs.end(), is_table), 1);
}

// The weights of both layers once, whatever the number of bands.
TEST(Band, BandsShareTheirCoefficients) {
  CompileOptions options;
  const NetworkBinary binary = compile(two_convolutions(), small_chip(), options);
  ASSERT_GT(binary.jobs.size(), 2U);
  std::vector<Address> streams;
  for (const Job& job : binary.jobs) streams.push_back(std::get<NneJob>(job).coefficients);
  std::sort(streams.begin(), streams.end());
  EXPECT_EQ(std::unique(streams.begin(), streams.end()) - streams.begin(), 2);
}

TEST(Band, NoneAtLowLevelsWithoutFusingOrSram) {
  const Graph graph = two_convolutions();
  for (int level = 0; level <= kLastLevel; ++level) {
    CompileOptions options;
    set_level(options, level);
    EXPECT_EQ(compile(graph, small_chip(), options).jobs.size() > 3, level >= 2) << level;
  }
  CompileOptions plain, dram;
  plain.fuse = false;
  dram.use_vip_sram = false;
  EXPECT_EQ(compile(graph, small_chip(), plain).jobs.size(), 3U);
  EXPECT_EQ(compile(graph, small_chip(), dram).jobs.size(), 2U);
}

// What the host wants to see, or two layers read, keeps its bytes.
TEST(Band, ValuesThatAreReadElsewhereAreNotHidden) {
  test::Builder b;
  const ValueId x = b.input({1, 4, 64, 64});
  const ValueId between = b.convolution(x, {32, 3, 1, 1}, "first");
  const ValueId second = b.convolution(between, {4, 1, 1, 0}, "second");
  CompileOptions options;
  const NetworkBinary seen = compile(test::quantized(b.finish({between, second})), small_chip(), options);
  EXPECT_EQ(seen.jobs.size(), 2U);
}

}  // namespace
}  // namespace trireme

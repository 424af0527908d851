// SPDX-License-Identifier: Apache-2.0
// Buffers that share bytes are never alive together, whatever order the events allow.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/compile.h"
#include "compiler/memory/allocator.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

struct Touch {
  std::uint64_t begin, end;
  bool write;
};

void view(std::vector<Touch>& list, const TensorView& v, bool write) {
  // Packed: every byte from the first to the last element belongs to the view.
  const std::uint64_t bytes = std::uint64_t{v.width} * v.height * v.channels *
                              static_cast<unsigned>(bytes_of(static_cast<DataType>(v.dtype)));
  list.push_back({v.address, v.address + bytes, write});
}

std::vector<Touch> touches(const Job& job) {
  std::vector<Touch> list;
  const auto range = [&](std::uint64_t begin, std::uint64_t bytes, bool write) {
    list.push_back({begin, begin + bytes, write});
  };
  if (const auto* nne = std::get_if<NneJob>(&job))
    view(list, nne->input, false), view(list, nne->output, true);
  const auto* tensor = std::get_if<TpJob>(&job);
  if (tensor != nullptr && static_cast<TpOperation>(tensor->header.operation) == TpOperation::reshuffle) {
    // Loops that lie packed: all elements together.
    const std::uint64_t bytes = elements_of_reshuffle(*tensor) * tensor->element_bytes;
    range(tensor->input.address, bytes, false);
    range(tensor->output.address, bytes, true);
  } else if (tensor != nullptr) {
    view(list, tensor->input, false), view(list, tensor->output, true);
  }
  if (const auto* ppu = std::get_if<PpuJob>(&job)) {
    for (const OperandRange& operand : ppu->operands) {
      if (operand.access != OperandRange::unused)
        range(operand.address, operand.bytes, operand.access == OperandRange::write);
    }
  }
  if (const auto* nne = std::get_if<NneJob>(&job)) {
    list.push_back({nne->kernel_cache, std::uint64_t{nne->kernel_cache} + nne->kernel_cache_bytes, true});
    list.push_back({nne->image_cache, std::uint64_t{nne->image_cache} + nne->image_cache_bytes, true});
    list.push_back({nne->coefficients, std::uint64_t{nne->coefficients} + nne->coefficient_bytes, false});
  }
  if (const auto* tp = std::get_if<TpJob>(&job))
    list.push_back({tp->table, std::uint64_t{tp->table} + tp->table_bytes, false});
  return list;
}

bool meet(const Touch& a, const Touch& b) { return a.begin < b.end && b.begin < a.end; }

// before[k] holds every job that must have finished when job k starts, by events alone.
std::vector<std::set<std::size_t>> happens_before(const NetworkBinary& binary) {
  std::vector<std::set<std::size_t>> before(binary.jobs.size());
  for (std::size_t k = 0; k < binary.jobs.size(); ++k) {
    for (const std::uint16_t event : header_of(binary.jobs[k]).wait_events) {
      if (event == kNoEvent) continue;
      for (std::size_t j = 0; j < k; ++j) {
        if (header_of(binary.jobs[j]).signal_event != event) continue;
        before[k].insert(j);
        before[k].insert(before[j].begin(), before[j].end());
      }
    }
  }
  return before;
}

void expect_conflicts_ordered(const NetworkBinary& binary) {
  const auto before = happens_before(binary);
  std::vector<std::vector<Touch>> all;
  for (const Job& job : binary.jobs) all.push_back(touches(job));
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (std::size_t j = 0; j < k; ++j) {
      for (const Touch& a : all[j]) {
        for (const Touch& b : all[k]) {
          if (!(a.write || b.write) || !meet(a, b)) continue;
          ASSERT_EQ(before[k].count(j), 1U) << "jobs " << j << " and " << k << " of " << binary.name;
        }
      }
    }
  }
}

void expect_live_buffers_apart(const NetworkBinary& binary) {
  const std::set<std::string> shared = {"feature_map", "cache", "scratch"};
  for (std::size_t i = 0; i < binary.buffers.size(); ++i) {
    const Buffer& a = binary.buffers[i];
    for (std::size_t j = 0; j < i; ++j) {
      const Buffer& b = binary.buffers[j];
      if (!meet({a.address, a.address + std::uint64_t{a.bytes}, true},
                {b.address, b.address + std::uint64_t{b.bytes}, true}))
        continue;
      EXPECT_TRUE(shared.count(a.kind) != 0 && shared.count(b.kind) != 0) << a.name << " meets " << b.name;
      EXPECT_TRUE(a.last_job < b.first_job || b.last_job < a.first_job) << a.name << " meets " << b.name;
    }
  }
}

struct Seen {
  int shared_ranges = 0, kernel_caches = 0, image_caches = 0, fused_pools = 0, in_dram = 0, several_waits = 0,
      in_axi_sram = 0, preloaded = 0;
};

void count(const NetworkBinary& binary, Seen& seen) {
  for (std::size_t i = 0; i < binary.buffers.size(); ++i) {
    const Buffer& a = binary.buffers[i];
    seen.in_dram += a.kind == "feature_map" && is_dram(a.address) ? 1 : 0;
    const bool axi_sram = memory_of(a.address) == Memory::axi_sram;
    seen.in_axi_sram += a.kind == "feature_map" && axi_sram ? 1 : 0;
    seen.preloaded += a.kind == "coefficients" && axi_sram ? 1 : 0;
    for (std::size_t j = 0; j < i; ++j) seen.shared_ranges += binary.buffers[j].address == a.address ? 1 : 0;
  }
  for (const Job& job : binary.jobs) {
    seen.several_waits += header_of(job).wait_events[1] != kNoEvent ? 1 : 0;
    const auto* nne = std::get_if<NneJob>(&job);
    if (nne == nullptr) continue;
    seen.kernel_caches += nne->kernel_cache_bytes > 0 ? 1 : 0;
    seen.image_caches += nne->image_cache_bytes > 0 ? 1 : 0;
    seen.fused_pools += nne->pool_type != 0 ? 1 : 0;
  }
}

TEST(Memory, LiveBuffersNeverMeetInRandomNetworks) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Graph graph = test::quantized(test::random_network(seed, seed % 2 == 0));
    Chip chip = test::test_chip();
    chip.vip_sram.bytes = seed % 3 == 0 ? 8192 : 131072;
    chip.vip_sram.concats = seed % 4 < 2;
    chip.axi_sram.bytes = seed % 2 == 0 ? 16384 : 0;
    CompileOptions options;
    options.fuse = seed % 5 != 0;
    options.use_vip_sram = seed % 7 != 0;
    const NetworkBinary binary = compile(graph, chip, options);
    expect_conflicts_ordered(binary);
    expect_live_buffers_apart(binary);
    if (HasFailure()) FAIL() << "seed " << seed;
    count(binary, seen);
  }
  // The networks exercise what they are here for.
  EXPECT_GT(seen.shared_ranges, 100);
  EXPECT_GT(seen.kernel_caches, 20);
  EXPECT_GT(seen.image_caches, 5);
  EXPECT_GT(seen.fused_pools, 10);
  EXPECT_GT(seen.in_dram, 100);
  EXPECT_GT(seen.several_waits, 10);
  EXPECT_GT(seen.in_axi_sram, 10);
  EXPECT_GT(seen.preloaded, 10);
}

TEST(Memory, AJobThatOverwritesWhatManyReadWaitsForEightAtMost) {
  // `first` is read by twelve jobs whose results are outputs; `second` then takes its bytes in the on-chip
  // SRAM, which has room for one: without chaining it would wait for twelve.
  test::Builder b;
  const ValueId x = b.input({1, 1, 40, 40});
  const ValueId first = b.relu(x);
  std::vector<ValueId> outputs;
  for (int i = 0; i < 12; ++i) outputs.push_back(b.node("sigmoid", {}, {first}));
  outputs.push_back(b.node("tanh", {}, {b.node("leakyrelu", LeakyReluAttributes{}, {x}, "second")}));
  const Graph graph = test::quantized(b.finish(outputs));
  Chip chip = test::test_chip();
  chip.vip_sram.bytes = 2048 + 1600;
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip, options);
  ASSERT_EQ(binary.jobs.size(), 15U);
  const JobHeader& second = header_of(binary.jobs[13]);
  EXPECT_EQ(std::count(std::begin(second.wait_events), std::end(second.wait_events), kNoEvent), 0);
  expect_conflicts_ordered(binary);
}

TEST(Memory, WithoutTheOnChipSramNothingLiesThere) {
  CompileOptions options;
  options.use_vip_sram = false;
  const NetworkBinary binary = compile(test::quantized(test::lenet_like()), test::test_chip(), options);
  EXPECT_EQ(binary.vip_sram_bytes, 0U);
  for (const Buffer& buffer : binary.buffers) EXPECT_LT(buffer.address, kVipSramBase) << buffer.name;
}

TEST(Memory, WhatDoesNotFitTheVipSramLiesInTheAxiSram) {
  Chip chip = test::test_chip();
  chip.vip_sram.bytes = 4096;
  chip.axi_sram.bytes = 1 << 20;
  CompileOptions options;
  const Graph graph = test::quantized(test::lenet_like());
  const NetworkBinary binary = compile(graph, chip, options);
  int vip = 0, axi = 0, preloaded = 0;
  for (const Buffer& buffer : binary.buffers) {
    const bool in_axi = memory_of(buffer.address) == Memory::axi_sram;
    if (buffer.kind == "feature_map") {
      EXPECT_FALSE(is_dram(buffer.address)) << buffer.name;
      vip += in_axi ? 0 : 1;
      axi += in_axi ? 1 : 0;
    }
    preloaded += buffer.kind == "coefficients" && in_axi ? 1 : 0;
  }
  EXPECT_GT(vip, 0);
  EXPECT_GT(axi, 0);
  EXPECT_GT(preloaded, 0);
  EXPECT_GT(binary.axi_sram_bytes, 0U);
  options.preload = false;
  for (const Buffer& buffer : compile(graph, chip, options).buffers) {
    const bool preloaded_anyway = buffer.kind == "coefficients" && !is_dram(buffer.address);
    EXPECT_FALSE(preloaded_anyway) << buffer.name;
  }
}

TEST(Memory, AChipMayKeepItsVipSramForCaches) {
  Chip chip = test::test_chip();
  chip.vip_sram.feature_maps = false;
  chip.axi_sram.bytes = 3000;
  CompileOptions options;
  int maps = 0, caches = 0;
  for (const Buffer& buffer : compile(test::quantized(test::lenet_like()), chip, options).buffers) {
    const bool vip = memory_of(buffer.address) == Memory::vip_sram;
    maps += vip && buffer.kind == "feature_map" ? 1 : 0;
    caches += vip && buffer.kind == "cache" ? 1 : 0;
  }
  EXPECT_EQ(maps, 0);
  EXPECT_GT(caches, 0);
}

// x -> first -> two convolutions that a concat joins -> last: three maps, of which one is written by two
// layers.
TEST(Memory, AChipMayKeepConcatsOutOfItsVipSram) {
  test::Builder b;
  const ValueId first = b.convolution(b.input({1, 4, 8, 8}), {4, 1});
  const ValueId joined =
      b.node("concat", ConcatAttributes{1}, {b.convolution(first, {4, 1}), b.convolution(first, {5, 1})});
  const Graph graph = test::quantized(b.finish({b.convolution(b.convolution(joined, {3, 1}), {2, 1})}));
  for (const bool concats : {true, false}) {
    Chip chip = test::test_chip();
    chip.vip_sram.concats = concats;
    CompileOptions options;
    options.bands = false;
    options.explain = true;
    std::vector<std::uint32_t> in_dram;
    for (const Buffer& buffer : compile(graph, chip, options).buffers) {
      if (buffer.kind == "feature_map" && is_dram(buffer.address)) in_dram.push_back(buffer.bytes);
    }
    EXPECT_EQ(in_dram, concats ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{9 * 8 * 8});
    int said = 0;
    for (const ExplainedLayer& layer : options.explanation.layers)
      said += layer.reason.find("vip_sram.concats") != std::string::npos ? 1 : 0;
    EXPECT_EQ(said, concats ? 0 : 3);  // both convolutions and the concat
  }
}

TEST(Memory, PreloadingSavesMostCyclesAByteFirst) {
  // Two pointwise layers of 64 x 64 weights, room for one of them. On 40 x 40 the array works on the 4 KiB
  // for longer than they take to come, whatever memory they are in; on one pixel it waits for nothing else,
  // twice as long for the DRAM as for the AXI-SRAM, which takes 16 cycles for a burst of 256 bytes.
  test::Builder b;
  const ValueId x = b.input({1, 64, 40, 40});
  const ValueId wide = b.convolution(x, {64, 1, 1, 0, 1, true});
  const ValueId point = b.max_pool(wide, 40, 40);
  const Graph graph = test::quantized(b.finish({b.convolution(point, {64, 1, 1, 0, 1, true})}));
  Chip chip = test::test_chip();
  chip.vip_sram.bytes = 2048 + 64;  // no maps in the AXI-SRAM either: they are larger than it
  chip.axi_sram.bytes = 7000;
  chip.dram.address_cycles = 32;
  CompileOptions options;
  std::vector<bool> near;
  for (const Job& job : compile(graph, chip, options).jobs) {
    if (const auto* nne = std::get_if<NneJob>(&job)) near.push_back(!is_dram(nne->coefficients));
  }
  EXPECT_EQ(near, (std::vector<bool>{false, true}));
}

TEST(Memory, ReshapedValuesShareTheirBytes) {
  CompileOptions options;
  const NetworkBinary binary = compile(test::quantized(test::lenet_like()), test::test_chip(), options);
  const auto symbol = [&](const std::string& name) {
    const auto found = std::find_if(binary.layers.begin(), binary.layers.end(),
                                    [&](const LayerSymbol& l) { return l.name == name; });
    if (found == binary.layers.end()) internal_error("no layer " + name);
    return *found;
  };
  const LayerSymbol reshape = symbol("reshape"), conv2 = symbol("conv2");
  EXPECT_EQ(reshape.engine, "--");
  EXPECT_EQ(reshape.outputs.at(0).address, conv2.outputs.at(0).address);
  EXPECT_EQ(reshape.outputs.at(0).after_job, conv2.outputs.at(0).after_job);
  EXPECT_EQ(reshape.outputs.at(0).row_stride, 800U);
  EXPECT_EQ(conv2.outputs.at(0).row_stride, 4U);
  EXPECT_EQ(conv2.outputs.at(0).plane_stride, 16U);
}

TEST(Allocator, TakesTheSmallestGapThatFits) {
  Allocator memory(0, 1000, 10);
  EXPECT_EQ(memory.take(300, 0, 9), 0U);
  EXPECT_EQ(memory.take(100, 0, 1), 300U);  // free again from job 2 on
  EXPECT_EQ(memory.take(100, 0, 9), 400U);
  EXPECT_EQ(memory.take(205, 0, 1), 500U);
  EXPECT_EQ(memory.take(50, 0, 9), 710U);  // 705 rounded up
  // From job 2 on: gaps 300..400, 500..710, 760..1000.
  EXPECT_EQ(memory.take(90, 2, 9), 300U);
  EXPECT_EQ(memory.take(150, 2, 9), 500U);
  EXPECT_EQ(memory.take(60, 2, 9), 650U);
  EXPECT_EQ(memory.take(241, 2, 9), std::nullopt);
  EXPECT_EQ(memory.take(240, 2, 9), 760U);
  EXPECT_EQ(memory.used_end(), 1000U);
}

}  // namespace
}  // namespace trireme

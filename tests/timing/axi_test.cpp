// SPDX-License-Identifier: Apache-2.0
// The data channels of the bus, the pace of the interconnect, and the AXI-SRAM behind both.
#include "timing/axi.h"

#include <gtest/gtest.h>

#include "tests/support_for_tests/test_chip.h"
#include "tests/timing/port_asks.h"

namespace trireme {
namespace {

TEST(AxiData, BurstsTakeTheFirstGap) {
  // 16 bytes a beat.
  AxiData data(test_chip().axi);
  EXPECT_EQ(data.take(256, 100, 0), 100U);  // beats 84 .. 100
  EXPECT_EQ(data.take(256, 300, 0), 300U);  // 284 .. 300
  EXPECT_EQ(data.take(64, 150, 0), 150U);   // before the second: 146 .. 150
  EXPECT_EQ(data.take(256, 155, 0), 166U);  // would begin in 139: behind the third
  EXPECT_EQ(data.take(20, 292, 0), 302U);   // two beats, in the middle of the second: behind it
  EXPECT_EQ(data.take(256, 92, 0), 116U);   // would begin in 76, before the first's end
}

TEST(Pacer, LetsARateThroughWithoutDrift) {
  // 300 MB/s at 1 GHz: 256 bytes take 853 1/3 cycles, three of them 2,560 exactly.
  Pacer pacer(300'000'000, 1'000'000'000);
  EXPECT_EQ(pacer.take(256, 0), 0U);
  EXPECT_EQ(pacer.take(256, 1), 854U);
  EXPECT_EQ(pacer.take(256, 2), 1707U);
  EXPECT_EQ(pacer.take(256, 3), 2560U);
  // 3 MB more: ten milliseconds behind the four bursts before them.
  EXPECT_EQ(pacer.earliest_after(3'000'000, 4), 3413U + 10'000'000U);
  // What nobody asked for is lost.
  EXPECT_EQ(pacer.take(256, 10'000), 10'000U);
  EXPECT_EQ(pacer.take(1, 10'001), 10'854U);
  EXPECT_EQ(Pacer(0, 1'000'000'000).take(256, 5), 5U);
}

// DDR3-1600 x16 at 1 GHz, and an AXI-SRAM of 16 bytes a cycle with latency 8.
Chip sram_chip(int ports) {
  Chip chip = test_chip();
  chip.dram.model = DramModel::scheduled;
  chip.axi_sram.bytes = 1 << 20;
  chip.axi_sram.latency_cycles = 8;
  chip.axi_sram.ports = ports;
  return chip;
}

constexpr Address kDramAt = 0, kSramAt = kAxiSramBase;

TEST(AxiSram, OneAccessAndAStream) {
  // 256 bytes: 16 cycles of the port and 8 of latency; the next burst, asked a cycle later, follows at once.
  const Chip chip = sram_chip(2);
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 256}}, false}})[0], 24U);
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 512}}, false}})[0], 40U);
  // A write crosses the bus first: 16 beats, then the same.
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 256}}, true}})[0], 40U);
}

TEST(AxiSram, OutstandingBurstsHideItsLatency) {
  // One at a time: 64 bytes take 4 + 8 cycles. With 64 of them the bus is full from the first on.
  Chip chip = sram_chip(2);
  chip.axi.burst_bytes = 64;
  chip.axi.max_outstanding = 1;
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 64 * 100}}, false}})[0], 1200U);
  chip.axi.max_outstanding = 64;
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 64 * 100}}, false}})[0], 408U);
}

TEST(AxiSram, DirectionsShareOnePortOrHaveTwo) {
  // 64 KiB each way: 4,096 cycles side by side, 8,192 through one port.
  const std::vector<Ask> asks = {{0, 0, {{kSramAt, 65536}}, false}, {0, 1, {{kSramAt + 65536, 65536}}, true}};
  const std::vector<Cycle> two = serve(sram_chip(2), asks), one = serve(sram_chip(1), asks);
  EXPECT_EQ(two[0], 4096U + 8U);
  EXPECT_EQ(two[1], 4096U + 16U + 8U);
  EXPECT_EQ(std::max(one[0], one[1]), 8192U + 8U);
}

TEST(AxiSram, SharesTheBusWithDram) {
  // A DRAM that is faster than the bus, two channels of DDR4-3200 x32: both streams together fill the read
  // channel, 2 MiB at 16 bytes a cycle, and neither starves.
  Chip chip = sram_chip(2);
  chip.dram.speed = "DDR4-3200";
  chip.dram.device_gbit = 8;
  chip.dram.channels = 2;
  chip.dram.channel_bits = 32;
  chip.dram.mapping = "row-bank-column-channel-column4-group";
  const std::vector<Cycle> finish =
      serve(chip, {{0, 0, {{kDramAt, 1 << 20}}, false}, {0, 1, {{kSramAt, 1 << 20}}, false}});
  const Cycle both = (2 << 20) / 16;
  EXPECT_GE(std::max(finish[0], finish[1]), both);
  EXPECT_LE(std::max(finish[0], finish[1]), both * 105 / 100);
  EXPECT_GE(std::min(finish[0], finish[1]), both * 80 / 100);
  // In the other direction the bus is free.
  const std::vector<Cycle> apart =
      serve(chip, {{0, 0, {{kDramAt, 1 << 20}}, false}, {0, 1, {{kSramAt, 1 << 20}}, true}});
  EXPECT_LE(std::max(apart[0], apart[1]), both / 2 * 105 / 100);
}

TEST(Interconnect, LimitsBothDirectionsTogether) {
  // 400 MB/s at 1 GHz: a megabyte of DRAM takes 2,621,440 cycles less the last burst, in one direction or
  // two; the AXI-SRAM lies before the limit.
  Chip chip = sram_chip(2);
  chip.dram.limit_bytes_per_second = 400'000'000;
  constexpr Cycle kPace = (1 << 20) * 10 / 4, kBurst = 640;
  const Cycle one = serve(chip, {{0, 0, {{kDramAt, 1 << 20}}, false}})[0];
  EXPECT_GE(one, kPace - kBurst);
  EXPECT_LE(one, kPace + 300);
  const std::vector<Cycle> two =
      serve(chip, {{0, 0, {{kDramAt, 1 << 19}}, false}, {0, 1, {{1 << 24, 1 << 19}}, true}});
  EXPECT_GE(std::max(two[0], two[1]), kPace - kBurst);
  EXPECT_LE(std::max(two[0], two[1]), kPace + 300);
  EXPECT_EQ(serve(chip, {{0, 0, {{kSramAt, 65536}}, false}})[0], 4096U + 8U);
}

TEST(AxiSram, WhenOneLooksChangesNothing) {
  for (const int ports : {1, 2}) {
    Chip chip = sram_chip(ports);
    chip.dram.limit_bytes_per_second = 1'700'000'003;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      std::vector<Ask> asks = random_asks(seed);
      for (std::size_t i = 0; i < asks.size(); i += 2) {
        for (AddressRange& range : asks[i].ranges) range.address = kSramAt + range.address % (1 << 19);
      }
      const std::vector<Cycle> lazy = serve(chip, asks);
      EXPECT_EQ(serve(chip, asks, 1), lazy);
      EXPECT_EQ(serve(chip, asks, 17), lazy);
    }
  }
}

}  // namespace
}  // namespace trireme

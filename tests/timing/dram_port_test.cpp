// SPDX-License-Identifier: Apache-2.0
// The whole way from a stream's ranges to the last byte: address mapping, clock crossing, AXI, throughput.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "support/error.h"
#include "tests/support_for_tests/test_chip.h"
#include "tests/timing/dram_checker.h"
#include "tests/timing/port_asks.h"
#include "timing/dram/port.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

// DDR3-1600 x16 at 1 GHz: 4 clocks are 5 cycles; 256 bytes are 16 columns of 16 bytes.
Chip ddr3_chip() {
  Chip chip = test_chip();
  chip.dram.model = DramModel::scheduled;
  return chip;
}

Chip chip_of(const char* speed, int channels, int channel_bits, const char* mapping) {
  Chip chip = ddr3_chip();
  chip.dram.speed = speed;
  chip.dram.device_gbit = 8;
  chip.dram.channels = channels;
  chip.dram.channel_bits = channel_bits;
  chip.dram.mapping = mapping;
  chip.axi.bytes_per_cycle = 64;  // out of the way
  return chip;
}

TEST(ClockCrossing, RoundsUpExactly) {
  // 800 MHz beside 348 MHz: 200 clocks are 87 cycles. 1 cycle = 2.30 clocks -> 3; 1 clock = 0.435 cycles
  // -> 1.
  const ClockCrossing crossing(24, 348'000'000);
  EXPECT_EQ(crossing.to_dram(87'000'000'000), 200'000'000'000);
  EXPECT_EQ(crossing.to_npu(200'000'000'000), 87'000'000'000U);
  EXPECT_EQ(crossing.to_dram(1), 3);
  EXPECT_EQ(crossing.to_npu(1), 1U);
  EXPECT_EQ(crossing.to_npu(3), 2U);
  // 933 1/3 MHz beside 700 MHz: 4 clocks are 3 cycles.
  EXPECT_EQ(ClockCrossing(28, 700'000'000).to_dram(3'000'000'001), 4'000'000'002);
}

TEST(DramPort, OnlyBurstsToDramPayTheirAddressTime) {
  Chip chip = ddr3_chip();
  chip.axi_sram.bytes = 1 << 16;
  const auto cycles = [&](Address address, int address_cycles) {
    chip.dram.address_cycles = address_cycles;
    return serve(chip, {{0, 0, {{address, 8 * 256}}, false}}).at(0);
  };
  // Eight bursts of 256 bytes, one 500 cycles after the other: 7 * 500 cycles later than at once, but for
  // what the memory took for them anyway, 128 cycles each at most.
  EXPECT_GT(cycles(0x1000, 500), cycles(0x1000, 1) + 7 * (500 - 128));
  EXPECT_EQ(cycles(kAxiSramBase, 500), cycles(kAxiSramBase, 1));
}

TEST(DramMapping, FieldsFromHighToLow) {
  // 2 channels, 8 banks, columns of 32 bytes, 64 a row (2 KiB).
  const DramShape shape{2, 8, 1, 32, 64};
  const DramMapping mapping("row-bank-column-channel-column3", shape, "here");
  // Address = row | bank 3 | column 3 | channel 1 | column 3 | 5 bits in the column.
  const DramPlace place =
      mapping.place((7ULL << 15) | (5ULL << 12) | (6ULL << 9) | (1ULL << 8) | (2ULL << 5) | 31);
  EXPECT_EQ(place.row, 7);
  EXPECT_EQ(place.bank, 5);
  EXPECT_EQ(place.column, 6 * 8 + 2);
  EXPECT_EQ(place.channel, 1);
  EXPECT_EQ(place.run, 6);  // columns 2 .. 7, then the channel changes
  EXPECT_FALSE(place.interleaved);
  const DramMapping spread("row-bank^row-column-channel-column3", shape, "here");
  EXPECT_EQ(spread.place((7ULL << 15) | (5ULL << 12)).bank, 5 ^ 7);
  // Groups in the lowest bits alternate from column to column; a run of 64 * 2 columns covers both banks.
  const DramMapping groups("row-bank-column-group", {1, 8, 2, 16, 128}, "here");
  EXPECT_EQ(groups.place(16).bank, 1);
  EXPECT_EQ(groups.place(32).bank, 0);
  EXPECT_EQ(groups.place(16 * 256).bank, 2);
  EXPECT_EQ(groups.place(16).run, 255);
  EXPECT_TRUE(groups.place(16).interleaved);
}

TEST(DramMapping, NoTwoAddressesShareAPlace) {
  const DramShape shape{2, 8, 2, 16, 128};
  for (const char* text :
       {"row-bank-column-channel-group", "row-bank-group-channel-column", "row-column-bank-channel-group",
        "row-bank^row-column-channel-column4-group", "row-channel-bank^row-group-column"}) {
    const DramMapping mapping(text, shape, "here");
    std::set<std::tuple<int, int, int, std::int64_t>> places;
    constexpr int kColumns = 2 * 8 * 128 * 3;
    for (int i = 0; i < kColumns; ++i) {
      const DramPlace place = mapping.place(static_cast<std::uint64_t>(i) * 16);
      EXPECT_LT(place.channel, 2);
      EXPECT_LT(place.bank, 8);
      EXPECT_LT(place.column, 128);
      places.insert({place.channel, place.bank, place.column, place.row});
    }
    EXPECT_EQ(places.size(), std::size_t{kColumns}) << text;
  }
}

TEST(DramMapping, BadTextIsAnError) {
  const DramShape shape{2, 8, 2, 16, 128};
  const auto message = [&shape](const std::string& text) -> std::string {
    try {
      DramMapping(text, shape, "own.yaml");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("row-bank-colunm-channel-group"), HasSubstr("'colunm'"));
  EXPECT_THAT(message("bank-row-column-channel-group"), HasSubstr("begin with its one row"));
  EXPECT_THAT(message("row-bank-column-group"), HasSubstr("no channel"));
  EXPECT_THAT(message("row-bank-column-channel"), HasSubstr("no group"));
  EXPECT_THAT(message("row-column-channel-group"), HasSubstr("one bank"));
  EXPECT_THAT(message("row-bank-column-channel-column7-group"), HasSubstr("within 7 bits"));
  EXPECT_THAT(message("row-bank-column-channel-column-group"), HasSubstr("size"));
  EXPECT_THAT(message("row-bank-column3-channel-column-group"), HasSubstr("upper part"));
  EXPECT_THAT(message(""), HasSubstr("''"));
  EXPECT_EQ(message("row-bank^row-column-channel-column4-group"), "no error");
}

TEST(DramPort, LatencyOfOneBurst) {
  // Read asked at cycle 100: 10 cycles to the controller = 110 cycles = 88 clocks. Activate 88, columns 99 ..
  // 159, data to 159 + 11 + 4 = 174 clocks = 217.5 -> 218 cycles, back at 228. The 16 beats of AXI overlap
  // but for the last: 228.
  EXPECT_EQ(serve(ddr3_chip(), {{100, 0, {{0, 256}}, false}}), (std::vector<Cycle>{228}));
  // A write's data crosses AXI first, 16 cycles: 126 cycles = 100.8 -> 101 clocks; columns 112 .. 172, data
  // to 172 + 8 + 4 = 184 clocks = 230 cycles, answered at 240.
  EXPECT_EQ(serve(ddr3_chip(), {{100, 0, {{0, 256}}, true}}), (std::vector<Cycle>{240}));
  // 20 bytes that cross a column: two columns, 99 and 103, data to 118 clocks = 147.5 -> 148 cycles, at 158.
  EXPECT_EQ(serve(ddr3_chip(), {{100, 0, {{10, 20}}, false}}), (std::vector<Cycle>{158}));
}

TEST(DramPort, AxiCarriesItsWidth) {
  // LPDDR4-4266, four channels: 34 GB/s behind an AXI of 16 bytes a cycle at 1 GHz. 1 MiB takes 65,536 beats
  // and the latency of the first burst: fewer than 300 cycles.
  Chip chip = chip_of("LPDDR4-4266", 4, 16, "row-bank-column-channel-column3");
  chip.axi.bytes_per_cycle = 16;
  const Cycle finish = serve(chip, {{0, 0, {{0, 1 << 20}}, false}})[0];
  EXPECT_GE(finish, 65'536U);
  EXPECT_LE(finish, 65'536U + 300);
}

TEST(DramPort, OutstandingBurstsBoundTheRate) {
  // One burst of 64 bytes at a time: each takes its whole latency. Open row, no neighbour: 10 cycles there, 4
  // columns = 12 + 11 + 4 = 27 clocks = 33.75 cycles, 10 back, and an edge each way. So at least 53 and at
  // most 56 cycles each.
  Chip chip = ddr3_chip();
  chip.axi.max_outstanding = 1;
  chip.axi.burst_bytes = 64;
  const Cycle finish = serve(chip, {{0, 0, {{0, 64 * 32}}, false}})[0];
  EXPECT_GE(finish, 32U * 53);
  EXPECT_LE(finish, 32U * 56 + 14);  // nRCD of the first
}

TEST(DramPort, StreamsReachNinetyPercentOfThePeakLessRefresh) {
  struct Case {
    const char* speed;
    int channels, bits;
    const char* mapping;
    double bytes_per_ns;  // of all pins
  };
  for (const Case& c :
       {Case{"DDR3-1600", 1, 16, "row-bank-column", 3.2}, Case{"DDR3-2133", 1, 32, "row-bank-column", 8.533},
        Case{"LPDDR3-1866", 1, 32, "row-bank-column", 7.467},
        Case{"DDR4-2133", 1, 32, "row-bank-column-group", 8.533},
        Case{"DDR4-2400", 1, 16, "row-bank-column-group", 4.8},
        Case{"DDR4-2666", 1, 32, "row-bank^row-column-group", 10.667},
        Case{"DDR4-3200", 2, 32, "row-bank-column-channel-column4-group", 25.6},
        Case{"LPDDR4-3200", 2, 16, "row-bank-column-channel-column3", 12.8},
        Case{"LPDDR4-4266", 2, 16, "row-bank^row-column-channel-column3", 17.067},
        Case{"LPDDR4X-3733", 4, 16, "row-bank-column-channel-column3", 29.867}}) {
    const Chip chip = chip_of(c.speed, c.channels, c.bits, c.mapping);
    const DramGrade& grade = *find_dram_grade(c.speed);
    constexpr std::uint64_t kBytes = 8 << 20;
    for (const bool write : {false, true}) {
      std::vector<DramTraceEntry> trace;
      const Cycle finish = serve(chip, {{0, 0, {{0, kBytes}}, write}}, 0, &trace)[0];
      const double rate = static_cast<double>(kBytes) / static_cast<double>(finish);
      const double refresh =
          static_cast<double>(refresh_ps(grade.family, 8)) / static_cast<double>(grade.refi_ps);
      EXPECT_GE(rate, 0.9 * c.bytes_per_ns * (1 - refresh)) << c.speed << (write ? " write" : " read");
      EXPECT_LE(rate, 1.001 * c.bytes_per_ns * (1 - refresh)) << c.speed << (write ? " write" : " read");
      // A part of the trace as long as it can be checked in no time.
      trace.resize(std::min<std::size_t>(trace.size(), 20'000));
      EXPECT_EQ(first_violation(c.speed, 8, trace), "") << c.speed;
    }
  }
}

TEST(DramPort, WhenOneLooksChangesNothing) {
  // Only when asked to wake up, every cycle or every 17: the same finish cycles, for every stream.
  for (const char* speed : {"DDR3-1600", "LPDDR4-3733"}) {
    const Chip chip = std::string(speed) == "DDR3-1600"
                          ? ddr3_chip()
                          : chip_of(speed, 2, 16, "row-bank^row-column-channel-column3");
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const std::vector<Ask> asks = random_asks(seed);
      const std::vector<Cycle> lazy = serve(chip, asks);
      EXPECT_EQ(serve(chip, asks, 1), lazy);
      EXPECT_EQ(serve(chip, asks, 17), lazy);
      for (std::size_t i = 0; i < asks.size(); ++i) EXPECT_GT(lazy[i], asks[i].at);
    }
  }
}

TEST(DramPort, OrderWithinACycleChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::vector<Ask> asks = random_asks(seed), reversed = asks;
    for (std::size_t begin = 0; begin < asks.size();) {
      std::size_t end = begin;
      while (end < asks.size() && asks[end].at == asks[begin].at) ++end;
      std::reverse(reversed.begin() + static_cast<std::ptrdiff_t>(begin),
                   reversed.begin() + static_cast<std::ptrdiff_t>(end));
      begin = end;
    }
    std::map<std::pair<Cycle, std::size_t>, Cycle> forward, backward;
    const auto finish = serve(ddr3_chip(), asks), finish_reversed = serve(ddr3_chip(), reversed);
    for (std::size_t i = 0; i < asks.size(); ++i) {
      forward[{asks[i].at, asks[i].stream}] = finish[i];
      backward[{reversed[i].at, reversed[i].stream}] = finish_reversed[i];
    }
    EXPECT_EQ(forward, backward);
  }
}

TEST(DramPort, ReadsAndWritesShareThePinsFairly) {
  // A megabyte read and one written at once: more than 70 % of the pins' rate in all (turnarounds, other
  // rows), and the slower of the two is done within a tenth of the faster.
  const std::vector<Cycle> finish =
      serve(ddr3_chip(), {{0, 0, {{0, 1 << 20}}, false}, {0, 1, {{1 << 24, 1 << 20}}, true}});
  const Cycle both = (2 << 20) * 10 / 32;
  EXPECT_GE(std::max(finish[0], finish[1]), both);
  EXPECT_LE(std::max(finish[0], finish[1]), both * 10 / 7);
  EXPECT_LE(std::max(finish[0], finish[1]), std::min(finish[0], finish[1]) * 11 / 10);
}

// The memories of the shipped chips can be built, and one long read gets at least half of what is lowest: the
// data pins, AXI's data or addresses, or the interconnect's limit.
TEST(DramPort, ShippedMemoriesDeliver) {
  for (const Chip& chip : all_chips()) {
    if (chip.dram.model != DramModel::scheduled) continue;
    const double pins =
        double(chip.dram.transfers_per_second) * chip.dram.channels * chip.dram.channel_bits / 8;
    EXPECT_EQ(chip.dram.channels * chip.dram.channel_bits, 8 * chip.dram.bus_bytes) << chip.name;
    const double burst_cycles = std::max(double(chip.dram.address_cycles),
                                         double(chip.axi.burst_bytes) / double(chip.axi.bytes_per_cycle));
    double lowest = std::min(pins, double(chip.axi.burst_bytes) / burst_cycles * double(chip.clock_hz));
    if (chip.dram.limit_bytes_per_second > 0) {
      lowest = std::min(lowest, double(chip.dram.limit_bytes_per_second));
    }
    const Cycle cycles = serve(chip, {{0, 0, {{0, 1 << 20}}, false}})[0];
    const double rate = double(1 << 20) / double(cycles) * double(chip.clock_hz);
    EXPECT_LE(rate, pins) << chip.name;
    EXPECT_GE(rate, 0.5 * lowest) << chip.name;
  }
}

TEST(DramPort, UnusableConfigurationIsAnError) {
  Chip chip = ddr3_chip();
  chip.dram.device_gbit = 3;
  EXPECT_THROW(DramPort port(chip), Error);
  chip = ddr3_chip();
  chip.dram.mapping = "row-column";
  EXPECT_THROW(DramPort port(chip), Error);
  chip = chip_of("LPDDR3-1600", 1, 16, "row-bank-column");  // its devices have 32 bits
  EXPECT_THROW(DramPort port(chip), Error);
}

}  // namespace
}  // namespace trireme

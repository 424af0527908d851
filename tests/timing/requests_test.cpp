// SPDX-License-Identifier: Apache-2.0
// What windows of maps cost on the way to a memory, against sums by hand.
#include "timing/requests.h"

#include <gtest/gtest.h>

#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

const auto kU8 = static_cast<std::uint8_t>(DataType::uint8);

Cycle cycles(const Requests& requests, Memory memory, const Chip& chip) {
  return path_cycles(requests, memory, chip);
}

TEST(Requests, NarrowRowsTakeACycleOfThePortEach) {
  const Chip chip = test_chip();  // 16 bytes a cycle
  const TensorView map{0x1000, 14, 14, 12, 14, 196, kU8, 0, 0};
  // 4 columns: 14 * 12 rows of one cycle. Whole rows: planes of 196 bytes, 13 cycles each, of 7 rows 98, 7
  // cycles. The whole map: 2352 bytes, 147 cycles.
  EXPECT_EQ(cycles(requests_of_window(map, {0, 0, 4, 14, 12}, 1), Memory::vip_sram, chip), 168U);
  EXPECT_EQ(cycles(requests_of_window(map, {0, 0, 14, 7, 12}, 1), Memory::vip_sram, chip), 12U * 7U);
  EXPECT_EQ(cycles(requests_of_map(map, 1), Memory::vip_sram, chip), 147U);
}

TEST(Requests, GapsBelowABeatAreReadWithTheirRows) {
  const TensorView map{0x1000, 14, 14, 12, 14, 196, kU8, 0, 0};
  // Of 7 rows 10 columns: gaps of 4 bytes; a plane's window spans 6 * 14 + 10 = 94 bytes, the next one begins
  // 102 bytes behind it.
  const Requests joined = requests_of_window(map, {0, 0, 10, 7, 12}, 16);
  EXPECT_EQ(joined.runs, 12);
  EXPECT_EQ(joined.bytes, 94);
  // Of all 14 rows: planes are 4 bytes apart, too: 11 * 196 + 13 * 14 + 10.
  const Requests whole = requests_of_window(map, {0, 0, 10, 14, 12}, 16);
  EXPECT_EQ(whole.runs, 1);
  EXPECT_EQ(whole.bytes, 2348);
}

TEST(Requests, NoBurstToDramIsShorterThanItsAddressTime) {
  Chip chip = test_chip();  // bursts of 256 bytes, 16 a cycle
  chip.dram.address_cycles = 20;
  // 600 bytes: two whole bursts of 16 beats and 88 bytes of 6: 20 cycles each. Three such runs.
  EXPECT_EQ(cycles({3, 600}, Memory::dram, chip), 3U * 60U);
  // Of 10 cycles: three addresses take 30, 38 beats are more. To the AXI-SRAM, too, which pays none.
  chip.dram.address_cycles = 10;
  EXPECT_EQ(cycles({1, 600}, Memory::dram, chip), 38U);
  EXPECT_EQ(cycles({1, 600}, Memory::axi_sram, chip), 38U);
  // At half a burst a run of 600 bytes has four: 128, 256 and 216 bytes end at 600, of 700 bytes 60 are left.
  chip.dram.address_cycles = 20;
  EXPECT_EQ(cycles({1, 600, 128}, Memory::dram, chip), 60U);
  EXPECT_EQ(cycles({1, 700, 128}, Memory::dram, chip), 80U);
}

// 64 KiB are 256 bursts, 4096 beats. A latency of 480 + 20 cycles lets through 16 bursts in 500 cycles where
// 16 may be outstanding: 8000 cycles, where 64 may, 2000: the beats are more. A queue of its own limits the
// memory that answers in order.
TEST(Requests, NoMoreThanWhatIsOutstandingComesInALatency) {
  Chip chip = test_chip();
  chip.dram.path_latency_ps = 480'000;
  chip.dram.model = DramModel::scheduled;
  chip.dram.channel_bits = 128;  // pins of 25.6 bytes a cycle
  chip.axi.max_outstanding = 16;
  EXPECT_EQ(cycles({1, 65536}, Memory::dram, chip), 8000U);
  chip.axi.max_outstanding = 64;
  chip.dram.queue_bursts = 16;
  EXPECT_EQ(cycles({1, 65536}, Memory::dram, chip), 4096U);
  chip.dram.model = DramModel::in_order;
  EXPECT_EQ(cycles({1, 65536}, Memory::dram, chip), 8000U);
  // Fetched in 4, one after the other: each of 64 bursts takes the latency four times, all that come in it
  // included. With 64 outstanding a latency and its beats each.
  EXPECT_EQ(path_cycles({1, 65536}, Memory::dram, chip, 4), 8000U);
  chip.dram.queue_bursts = 64;
  EXPECT_EQ(path_cycles({1, 65536}, Memory::dram, chip, 4), 4096U + 4U * 500U);
}

// Bursts of 64 bytes. Rows of 55 bytes, 320 apart: starts lie on every boundary. Rows 40 apart start at 0, 8,
// 16, … 56 behind one; from 16 on, six of eight, they reach over it: 14 bursts in eight rows.
TEST(Requests, RowsThatCrossABoundaryTakeTwoBursts) {
  Chip chip = test_chip();
  chip.axi.burst_bytes = 64;
  chip.dram.address_cycles = 11;
  const TensorView wide{0x1000, 320, 320, 1, 320, 102400, kU8, 0, 0},
      narrow{0x1000, 40, 40, 1, 40, 1600, kU8, 0, 0};
  EXPECT_EQ(cycles(requests_of_window(wide, {0, 0, 55, 9, 1}, 16), Memory::dram, chip), 9U * 11U);
  // From the tenth column on they reach over: 10 + 55 = 65.
  EXPECT_EQ(cycles(requests_of_window(wide, {10, 0, 55, 9, 1}, 16), Memory::dram, chip), 18U * 11U);
  // 20 columns reach over from 45 on: from 48 and 56, two of eight. 16 rows: 20 bursts.
  EXPECT_EQ(cycles(requests_of_window(narrow, {0, 0, 20, 16, 1}, 16), Memory::dram, chip), 20U * 11U);
}

// Against a count of what each run touches, starts as they come.
TEST(Requests, TheAverageOverStartsIsWhatRunsTouch) {
  Chip chip = test_chip();
  chip.axi.burst_bytes = 64;
  chip.dram.address_cycles = 100;  // more than the beats of any burst
  for (const std::int64_t stride : {64, 72, 100, 112, 225}) {
    for (const std::int64_t bytes : {1, 16, 55, 64, 65, 200}) {
      std::uint64_t bursts = 0;
      for (std::int64_t run = 0; run < 64; ++run)
        bursts +=
            static_cast<std::uint64_t>((run * stride + 3 + bytes - 1) / 64 - (run * stride + 3) / 64 + 1);
      EXPECT_EQ(cycles({64, bytes, 3, stride}, Memory::dram, chip), bursts * 100U) << stride << " " << bytes;
    }
  }
}

// 16 runs of 5 bytes that start at each byte of a beat: those from 12 on take two, 20 beats of 16 bytes.
TEST(Requests, WholeBeatsPassTheBusAndThePins) {
  Chip chip = test_chip();
  chip.dram.limit_bytes_per_second = 4 * chip.clock_hz;
  const Requests rows{16, 5, 0, 1};
  EXPECT_EQ(cycles(rows, Memory::axi_sram, chip), 20U);
  EXPECT_EQ(cycles(rows, Memory::dram, chip), 20U * 16U / 4U);
  MemoryLoad load;
  add_written(load, rows, Memory::dram, chip);
  EXPECT_EQ(busy_cycles(load, Memory::dram, chip), 80U);
  // The VIP-SRAM is not behind the bus: a cycle of its port each.
  EXPECT_EQ(cycles(rows, Memory::vip_sram, chip), 16U);
}

// Half a microsecond of interconnect at 1 GHz, 10 cycles to open a row and 10 to its data.
TEST(Requests, Latency) {
  Chip chip = test_chip();
  chip.dram.path_latency_ps = 500'000;
  EXPECT_EQ(latency_cycles(Memory::dram, chip), 520U);
  EXPECT_EQ(latency_cycles(Memory::vip_sram, chip), 2U);
}

TEST(Requests, DirectionsRunSideBySideAsFarAsTheMemoryAllows) {
  Chip chip = test_chip();
  chip.dram.address_cycles = 20;
  chip.dram.limit_bytes_per_second = 4 * chip.clock_hz;
  MemoryLoad load;
  add_read(load, {10, 16}, Memory::dram, chip);    // 10 * 20 cycles for 160 bytes
  add_written(load, {4, 16}, Memory::dram, chip);  // 80 cycles for 64
  EXPECT_EQ(busy_cycles(load, Memory::dram, chip), 200U);
  // 224 bytes and 2048 more at 4 bytes a cycle: 568.
  add_written(load, {8, 256}, Memory::dram, chip);  // 240 cycles in all
  EXPECT_EQ(busy_cycles(load, Memory::dram, chip), 568U);
  // One port of the VIP-SRAM adds up, two do not.
  add_read(load, {1, 320}, Memory::vip_sram, chip);
  add_written(load, {1, 160}, Memory::vip_sram, chip);
  chip.vip_sram.ports = 1;
  EXPECT_EQ(busy_cycles(load, Memory::vip_sram, chip), 30U);
  chip.vip_sram.ports = 2;
  EXPECT_EQ(busy_cycles(load, Memory::vip_sram, chip), 20U);
  EXPECT_EQ(busy_cycles(load, chip), 568U);
}

}  // namespace
}  // namespace trireme

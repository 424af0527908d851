// SPDX-License-Identifier: Apache-2.0
#include "timing/memory.h"

#include <gtest/gtest.h>

#include "isa/job.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

TEST(Cycles, PicosecondsRoundUp) {
  // 13.75 ns at 348 MHz: 13.75e-9 * 348e6 = 4.785 cycles -> 5. One second at 1 GHz is exact.
  EXPECT_EQ(cycles_of_ps(13'750, 348'000'000), 5U);
  EXPECT_EQ(cycles_of_ps(1'000'000'000'000, 1'000'000'000), 1'000'000'000U);
  EXPECT_EQ(cycles_of_ps(0, 348'000'000), 0U);
}

TEST(DramTiming, BurstSequenceWithARowMiss) {
  // test_chip: 256 bytes at 16 a cycle = 16 cycles of data; tRCD = tRP = tCL = tRTP = 10, tRAS = 30,
  // latency 20.
  const Chip chip = test_chip();
  DramTiming dram(chip.dram, chip.clock_hz);
  // 1. Cycle 100, bank 0 closed: activate at 100, column at 110, data 120..136, at the NPU 136 + 20 = 156.
  EXPECT_EQ(dram.issue({0, 256, false}, 100), 156U);
  EXPECT_TRUE(dram.last_was_row_miss());
  // 2. Next burst of the same row, issued at 100: column when the bank is ready, 136 - 10 = 126, so data
  // follows at
  //    once, 136..152; 172 at the NPU.
  EXPECT_EQ(dram.issue({256, 256, false}, 100), 172U);
  EXPECT_FALSE(dram.last_was_row_miss());
  // 3. Another row of bank 0 (8 banks * 2048 bytes further), issued at 100: bank ready at 142; precharge not
  // before
  //    max(activate 100 + tRAS 30, 142 + tRTP 10) = 152; precharge 10 -> activate at 162; tRCD -> column at
  //    172; tCL -> data 182..198; 218 at the NPU.
  EXPECT_EQ(dram.issue({8 * 2048, 256, false}, 100), 218U);
  EXPECT_TRUE(dram.last_was_row_miss());
  // 4. Row 1 lies in bank 1, still closed: activated meanwhile (100), only the bus is busy: 198..214; 234.
  EXPECT_EQ(dram.issue({2048, 256, false}, 100), 234U);
}

TEST(DramTiming, WriteThenReadTurnsTheBusAround) {
  const Chip chip = test_chip();
  DramTiming dram(chip.dram, chip.clock_hz);
  // Write at 0: activate 0, column 10, data 20..36; accepted at 56.
  EXPECT_EQ(dram.issue({0, 256, true}, 0), 56U);
  // Read of the same row at 0: column 26 (36 - tCL), the bus after tWTR: 36 + 10 = 46; data 46..62; 82.
  EXPECT_EQ(dram.issue({256, 256, false}, 0), 82U);
}

TEST(DramTiming, RefreshClosesRows) {
  Chip chip = test_chip();
  chip.dram.trefi_ps = 1'000'000;  // every 1000 cycles, tRFC 200
  DramTiming dram(chip.dram, chip.clock_hz);
  dram.issue({0, 256, false}, 0);
  // At 1100 the refresh of cycle 1000 blocks the banks until 1200 and has closed the row:
  // activate 1200, column 1210, data 1220..1236, 1256.
  EXPECT_EQ(dram.issue({256, 256, false}, 1100), 1256U);
  EXPECT_TRUE(dram.last_was_row_miss());
}

TEST(DramTiming, StreamsAtThePinRate) {
  // A long sequential read is bound by the data bus: 16 cycles a burst, rows of other banks open in the
  // shadow.
  const Chip chip = test_chip();
  DramTiming dram(chip.dram, chip.clock_hz);
  Cycle finish = 0;
  constexpr int kBursts = 1000;
  for (int i = 0; i < kBursts; ++i)
    finish = dram.issue({static_cast<std::uint32_t>(i) * 256U, 256, false}, 0);
  // First data at 20, then 1000 bursts of 16 cycles without a gap, latency 20.
  EXPECT_EQ(finish, 20U + kBursts * 16U + 20U);
}

TEST(RangeCutter, CutsAtBurstBoundariesAndForgetsItsRanges) {
  std::vector<AddressRange> ranges = {{0, 0}, {250, 10}, {600, 0}, {512, 300}, {900, 0}};
  RangeCutter cutter(ranges);
  // 250..255 and 256..259; then 512..767 and 768..811. Empty ranges make no burst.
  const std::pair<Address, std::uint32_t> expected[] = {{250, 6}, {256, 4}, {512, 256}, {768, 44}};
  for (const auto& [address, bytes] : expected) {
    ASSERT_FALSE(cutter.done());
    const Burst burst = cutter.next(256, true);
    EXPECT_EQ(burst.address, address);
    EXPECT_EQ(burst.bytes, bytes);
  }
  EXPECT_TRUE(cutter.done());
  // The stream that asked goes on and uses its list for something else.
  ranges.assign(20, {0, 64});
  EXPECT_TRUE(cutter.done());
  const std::vector<AddressRange> none;
  EXPECT_TRUE(RangeCutter(none).done());
}

// 30 to 69: beats from 16 on, cut at 64; 4 and 5 and then 8 and 9 take the beat at 0 twice.
TEST(RangeCutter, BurstsAreWholeBeats) {
  const std::vector<AddressRange> ranges = {{30, 40}, {90, 0}, {4, 2}, {8, 2}};
  RangeCutter cutter(ranges, 16);
  const std::pair<Address, std::uint32_t> expected[] = {{16, 48}, {64, 16}, {0, 16}, {0, 16}};
  for (const auto& [address, bytes] : expected) {
    ASSERT_FALSE(cutter.done());
    const Burst burst = cutter.next(64, true);
    EXPECT_EQ(burst.address, address);
    EXPECT_EQ(burst.bytes, bytes);
  }
  EXPECT_TRUE(cutter.done());
  EXPECT_EQ(beat_bytes(ranges, 16), 64U + 32U);
  EXPECT_EQ(beat_bytes(ranges, 1), 44U);
}

TEST(SramTiming, PortAndLatency) {
  const Chip chip = test_chip();
  SramTiming sram(chip.vip_sram);
  // 100 bytes at 16 a cycle: 7 cycles, latency 2; the next one waits for the port, not for the latency.
  EXPECT_EQ(sram.issue({kVipSramBase, 100, false}, 10), 19U);
  EXPECT_EQ(sram.issue({kVipSramBase, 16, true}, 10), 20U);
}

TEST(SramTiming, APortForEachDirection) {
  // The write above has a port of its own: 10 + 1 + 2; the read behind it waits for the read's port.
  Chip chip = test_chip();
  chip.vip_sram.ports = 2;
  SramTiming sram(chip.vip_sram);
  EXPECT_EQ(sram.issue({kVipSramBase, 100, false}, 10), 19U);
  EXPECT_EQ(sram.issue({kVipSramBase, 16, true}, 10), 13U);
  EXPECT_EQ(sram.port_free(false), 17U);
  EXPECT_EQ(sram.port_free(true), 11U);
}

// Every other byte of 100..107, then 130: beats of 16 carry 100..106 and, 23 bytes on, 130. What goes back is
// not joined.
TEST(Ranges, GapsBelowABeatAreMovedAlong) {
  const std::vector<AddressRange> joined =
      bridged({{100, 1}, {102, 1}, {104, 1}, {106, 1}, {130, 4}, {120, 2}}, 16);
  ASSERT_EQ(joined.size(), 3U);
  EXPECT_EQ(joined[0].address, 100U);
  EXPECT_EQ(joined[0].bytes, 7U);
  EXPECT_EQ(joined[1].address, 130U);
  EXPECT_EQ(joined[1].bytes, 4U);
  EXPECT_EQ(joined[2].bytes, 2U);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Clocks of single accesses and short sequences, derived by hand; rates against what the gaps allow.
#include <gtest/gtest.h>

#include <algorithm>

#include "timing/dram/controller.h"

namespace trireme {
namespace {

// DDR3-1600, 4 Gbit: tCK 1.25 ns; CL = nRCD = nRP = 11, CWL 8, BL/2 = nCCD = 4, nRAS 28, nRC 39, nRRD 6, nFAW
// 32, nWTR 6, nRTP 6, nWR 12, nRFC 208, nREFI 6240. Read to write 11 + 4 + 2 - 8 = 9; write to read of the
// same rank 8 + 4 + 6 = 18; write to precharge 8 + 4 + 12 = 24.
const DramClocks kDdr3 = dram_clocks(*find_dram_grade("DDR3-1600"), 4);

class Memory {
 public:
  explicit Memory(const DramClocks& clocks, int queue = 16) : controller_(clocks, {queue, 2000}) {
    controller_.record(&trace);
  }
  void ask(DramClock at, int bank, std::int64_t row, int columns, bool write = false, int banks = 1) {
    controller_.push({{row, bank, banks, columns, write}, at, static_cast<std::uint32_t>(ends.size())});
    ends.push_back(-1);
  }
  void run() {
    while (controller_.next_time() != DramController::kNever) {
      if (const DramController::Done done = controller_.step(); done.done) ends[done.tag] = done.data_end;
    }
  }
  std::vector<DramClock> ends;
  std::vector<DramTraceEntry> trace;

 private:
  DramController controller_;
};

TEST(DramGrade, ClocksOfTheStandards) {
  EXPECT_EQ(kDdr3.rcd, 11);
  EXPECT_EQ(kDdr3.ras, 28);
  EXPECT_EQ(kDdr3.rc, 39);
  EXPECT_EQ(kDdr3.rrd_s, 6);
  EXPECT_EQ(kDdr3.faw, 32);
  EXPECT_EQ(kDdr3.rtp, 6);
  EXPECT_EQ(kDdr3.read_to_write, 9);
  EXPECT_EQ(kDdr3.write_to_read_s, 18);
  EXPECT_EQ(kDdr3.write_to_precharge, 24);
  EXPECT_EQ(kDdr3.rfc, 208);
  EXPECT_EQ(kDdr3.refi, 6240);
  // DDR4-3200, 0.625 ns: tRAS 32 ns = 51.2 -> 52; tRRD 5.3 ns = 8.48 -> 9 and 6.4 ns = 10.24 -> 11; tFAW 30
  // ns = 48; tCCD_L 5 ns = 8; tWTR 2.5 ns = 4 and 7.5 ns = 12, each behind CWL 16 + 4; tRFC of 8 Gbit 350 ns
  // = 560.
  const DramClocks ddr4 = dram_clocks(*find_dram_grade("DDR4-3200"), 8);
  EXPECT_EQ(ddr4.ras, 52);
  EXPECT_EQ(ddr4.rrd_s, 9);
  EXPECT_EQ(ddr4.rrd_l, 11);
  EXPECT_EQ(ddr4.faw, 48);
  EXPECT_EQ(ddr4.ccd_l, 8);
  EXPECT_EQ(ddr4.write_to_read_s, 24);
  EXPECT_EQ(ddr4.write_to_read_l, 32);
  EXPECT_EQ(ddr4.rfc, 560);
  // LPDDR4-4266, 0.46875 ns: tRCD 18 ns = 38.4 -> 39; tRPab 21 ns = 44.8 -> 45; tRAS 42 ns = 89.6 -> 90;
  // tDQSCK 3.5 ns = 7.47 -> 8 behind RL 36; read to write 44 + 8 + 2 - 18 = 36; write to read 18 + 1 + 8 + 10
  // ns = 21.3 -> 22 = 49; write to precharge 27 + 40 = 67; tREFI 3.904 us = 8328.5 -> 8328.
  const DramClocks lp4 = dram_clocks(*find_dram_grade("LPDDR4-4266"), 8);
  EXPECT_EQ(lp4.rcd, 39);
  EXPECT_EQ(lp4.rp_all, 45);
  EXPECT_EQ(lp4.ras, 90);
  EXPECT_EQ(lp4.read_latency, 44);
  EXPECT_EQ(lp4.read_to_write, 36);
  EXPECT_EQ(lp4.write_to_read_s, 49);
  EXPECT_EQ(lp4.write_to_precharge, 67);
  EXPECT_EQ(lp4.refi, 8328);
}

TEST(DramController, ClosedBankHitAndConflict) {
  Memory memory(kDdr3);
  // Closed: activate 100, column 100 + nRCD 11 = 111, data 111 + CL 11 = 122 .. 126.
  memory.ask(100, 0, 1, 1);
  // Hit, long after: column 200, data 211 .. 215.
  memory.ask(200, 0, 1, 1);
  // Conflict: precharge 300 (nRAS and nRTP are long over), activate 311, column 322, data 333 .. 337.
  memory.ask(300, 0, 2, 1);
  // Conflict at once: precharge not before activate 311 + nRAS 28 = 339; activate 350, column 361, data 372
  // .. 376.
  memory.ask(301, 0, 3, 1);
  memory.run();
  EXPECT_EQ(memory.ends, (std::vector<DramClock>{126, 215, 337, 376}));
}

TEST(DramController, RunOfColumnsGoesWithoutGaps) {
  Memory memory(kDdr3);
  // 16 columns: the first at 11, the last at 11 + 15 * 4 = 71, its data 82 .. 86.
  memory.ask(0, 0, 1, 16);
  // The next bank is activated in its shadow (nRRD after the first), its columns follow the last one after
  // nCCD: 75, data 86 .. 90: not one clock of the data bus is lost.
  memory.ask(0, 1, 1, 1);
  memory.run();
  EXPECT_EQ(memory.ends, (std::vector<DramClock>{86, 90}));
}

TEST(DramController, BankGroupsAlternate) {
  // DDR4-2400 (CL 17, nRCD 17, nCCD 4 and 6): 16 columns in one group take 15 * 6 clocks from the first to
  // the last, alternating between two groups 15 * 4; the second bank is activated nRRD_S = 5.3 ns = 6.36 -> 7
  // after the first, so its column waits until 7 + 17 = 24 and the first one goes at 20.
  const DramClocks ddr4 = dram_clocks(*find_dram_grade("DDR4-2400"), 8);
  Memory one(ddr4), two(ddr4);
  one.ask(0, 0, 1, 16);
  two.ask(0, 0, 1, 16, false, 2);
  one.run();
  two.run();
  EXPECT_EQ(one.ends[0], 17 + 15 * 6 + 17 + 4);
  EXPECT_EQ(two.ends[0], 20 + 15 * 4 + 17 + 4);
}

TEST(DramController, TurnaroundOfTheBus) {
  Memory memory(kDdr3);
  // Write: activate 0, column 11, data 19 .. 23. The read of the same row comes meanwhile: 11 + 18 = 29, data
  // 40 .. 44.
  memory.ask(0, 0, 1, 1, true);
  memory.ask(12, 0, 1, 1, false);
  // A write after the read: 29 + 9 = 38, data 46 .. 50: two clocks after the read's.
  memory.ask(30, 0, 1, 1, true);
  memory.run();
  EXPECT_EQ(memory.ends, (std::vector<DramClock>{23, 44, 50}));
}

TEST(DramController, HitsGoFirst) {
  Memory memory(kDdr3);
  // All there at 0, in this order: row 1, row 2, row 1 of bank 0. The third overtakes the second.
  memory.ask(0, 0, 1, 4);
  memory.ask(0, 0, 2, 4);
  memory.ask(0, 0, 1, 4);
  memory.run();
  // Columns 11 .. 23 and 27 .. 39, data to 39 + 11 + 4 = 54; then precharge at 39 + nRTP 6 = 45, activate 56,
  // columns 67 .. 79, data to 94.
  EXPECT_EQ(memory.ends, (std::vector<DramClock>{38, 94, 54}));
}

TEST(DramController, RowsThatAreWantedStayOpen) {
  Memory memory(kDdr3);
  memory.ask(0, 0, 1, 1);
  memory.ask(0, 1, 1, 1);
  // Long after: bank 1 has the bus from 200 to its last column at 260. Meanwhile come row 2 and then row 1 of
  // bank 0.
  memory.ask(200, 1, 1, 16);
  memory.ask(201, 0, 2, 1);
  memory.ask(201, 0, 1, 1);
  memory.run();
  // Bank 0 could be closed at once, but the hit goes first, at 264, data to 279; then precharge at 264 + nRTP
  // 6 = 270, activate 281, column 292, data to 307.
  EXPECT_EQ(memory.ends[2], 275);
  EXPECT_EQ(memory.ends[4], 279);
  EXPECT_EQ(memory.ends[3], 307);
}

TEST(DramController, RowsOpenInTheShadowOfARun) {
  Memory memory(kDdr3);
  // Two runs of one row: columns 11 .. 71 and 75 .. 135. While the second is next to go, another bank is
  // asked for: its activate goes at once, between the columns 19 and 23 of the first.
  memory.ask(0, 0, 1, 16);
  memory.ask(0, 0, 1, 16);
  memory.ask(20, 1, 1, 1);
  memory.run();
  DramClock activate = -1;
  for (const DramTraceEntry& entry : memory.trace) {
    if (entry.command == DramCommand::activate && entry.bank == 1) activate = entry.at;
  }
  EXPECT_EQ(activate, 20);
  EXPECT_EQ(memory.ends, (std::vector<DramClock>{86, 150, 154}));
}

TEST(DramController, EarlierArrivalGoesFirst) {
  // A write's data may take longer to arrive than the address of a read that was sent after it. Another bank
  // is busy until 390 (a row every 39 clocks, commands at other clocks than these), so that there is always
  // something to decide.
  Memory memory(kDdr3);
  for (int i = 0; i < 10; ++i) memory.ask(0, 1, i, 1);
  memory.ask(500, 0, 1, 1, true);
  memory.ask(100, 0, 1, 1, false);
  memory.run();
  EXPECT_EQ(memory.ends[10], 512);
  EXPECT_EQ(memory.ends[11], 126);
}

TEST(DramController, WritesGoInBatches) {
  // 40 reads and 40 writes of open rows in different banks, all there at once, queues of 16. The writes wait
  // for three quarters of their queue and go until a quarter is left, so that the bus turns far less often
  // than the traffic.
  Memory memory(kDdr3);
  for (int i = 0; i < 40; ++i) {
    memory.ask(0, 0, 1, 4, false);
    memory.ask(0, 1, 1, 4, true);
  }
  memory.run();
  int turns = 0;
  std::vector<DramTraceEntry> columns;
  for (const DramTraceEntry& entry : memory.trace) {
    if (entry.command == DramCommand::read || entry.command == DramCommand::write) columns.push_back(entry);
  }
  for (std::size_t i = 1; i < columns.size(); ++i)
    turns += columns[i].command != columns[i - 1].command ? 1 : 0;
  EXPECT_EQ(columns.size(), 320U);
  EXPECT_GE(turns, 2);
  EXPECT_LE(turns, 2 * 40 / 8);
}

TEST(DramController, RandomRowsReachTheActivateBound) {
  // Single columns of ever new rows, the banks in turn: four activates in nFAW, so a column every 32 / 4 = 8
  // clocks, and a bank comes round after 64 clocks, longer than nRC. But for the refreshes (208 + what it
  // takes to close and open the banks again, of 6240) nothing is lost.
  Memory memory(kDdr3);
  constexpr int kCount = 8000;
  for (int i = 0; i < kCount; ++i) memory.ask(0, i % 8, i, 1);
  memory.run();
  const DramClock last = *std::max_element(memory.ends.begin(), memory.ends.end());
  const DramClock bound = DramClock{kCount} * 8;
  EXPECT_GE(last, bound);
  EXPECT_LE(last, bound * 6240 / (6240 - 208 - 39 - 64) + 64);
}

TEST(DramController, OneBankReachesTheRowCycle) {
  // Ever new rows of one bank: one every nRC = nRAS 28 + nRP 11 = 39 clocks.
  Memory memory(kDdr3);
  for (int i = 0; i < 100; ++i) memory.ask(0, 0, i, 1);
  memory.run();
  EXPECT_EQ(memory.ends[99], 99 * 39 + 11 + 11 + 4);
}

}  // namespace
}  // namespace trireme

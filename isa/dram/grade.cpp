// SPDX-License-Identifier: Apache-2.0
// Sources: JESD79-3F (DDR3: speed bins 1600K, 1866M, 2133N), JESD79-4B (DDR4: 2133P, 2400T, 2666V, 3200AA,
// one clock of preamble), JESD209-3C (LPDDR3, latency set A), JESD209-4B and 209-4-1 (LPDDR4, 4X: latency set
// A, no data bus inversion). x16 devices with 2 KiB pages (LPDDR3: x32 with 4 KiB), 85 C, refresh of all
// banks.
#include "isa/dram/grade.h"

#include <algorithm>

#include "support/error.h"

namespace trireme {

namespace {

constexpr DramDelay clocks(int n) { return {0, n}; }

DramGrade ddr3(const char* name, int steps, int cl, int cwl, std::int64_t ras, std::int64_t rrd,
               std::int64_t faw) {
  const DramDelay rp = clocks(cl), wtr{7'500, 4},
                  between{rrd, 4};  // CL-nRCD-nRP are one number in these bins
  return {name,       DramFamily::ddr3,
          steps,      16,
          8,          1,
          2048,       8,
          cl,         cwl,
          clocks(0),  clocks(cl),
          rp,         rp,
          {ras, 0},   between,
          between,    {faw, 0},
          clocks(4),  clocks(4),
          wtr,        wtr,
          {7'500, 4}, {15'000, 0},
          clocks(1),  2,
          0,          1,
          1,          1,
          7'800'000};
}

DramGrade ddr4(const char* name, int steps, int cl, int cwl, std::int64_t ras, std::int64_t ccd_l) {
  const DramDelay rp = clocks(cl);
  return {name,       DramFamily::ddr4,
          steps,      16,
          8,          2,
          2048,       8,
          cl,         cwl,
          clocks(0),  clocks(cl),
          rp,         rp,
          {ras, 0},   {5'300, 4},
          {6'400, 4}, {30'000, 28},
          clocks(4),  {ccd_l, 5},
          {2'500, 2}, {7'500, 4},
          {7'500, 4}, {15'000, 0},
          clocks(1),  2,
          0,          1,
          1,          1,
          7'800'000};
}

DramGrade lpddr3(const char* name, int steps, int rl, int wl) {
  const DramDelay rrd{10'000, 2}, wtr{7'500, 4};
  return {name,        DramFamily::lpddr3,
          steps,       32,
          8,           1,
          4096,        8,
          rl,          wl,
          {5'500, 0},  {18'000, 3},
          {18'000, 3}, {21'000, 3},
          {42'000, 3}, rrd,
          rrd,         {50'000, 8},
          clocks(4),   clocks(4),
          wtr,         wtr,
          {7'500, 4},  {15'000, 4},
          clocks(1),   1,
          1,           1,
          1,           1,
          3'900'000};
}

DramGrade lpddr4(const char* name, int steps, int rl, int wl, int rtp, int wr, std::int64_t rrd_ps,
                 std::int64_t faw_ps) {
  // An activate and a read or write are two commands of two clocks each.
  const DramDelay rrd{rrd_ps, 4}, wtr{10'000, 8};
  return {name,        DramFamily::lpddr4,
          steps,       16,
          8,           1,
          2048,        16,
          rl,          wl,
          {3'500, 0},  {18'000, 4},
          {18'000, 4}, {21'000, 4},
          {42'000, 3}, rrd,
          rrd,         {faw_ps, 0},
          clocks(8),   clocks(8),
          wtr,         wtr,
          clocks(rtp), clocks(wr),
          clocks(4),   2,
          1,           4,
          4,           2,
          3'904'000};
}

// The clock is steps * 100/3 MHz, so ps * clock = ps * steps / 30,000.
int in_clocks(const DramDelay& delay, int steps) {
  return std::max(delay.clocks, static_cast<int>((delay.ps * steps + 29'999) / 30'000));
}

}  // namespace

const std::vector<DramGrade>& dram_grades() {
  static const std::vector<DramGrade> grades = {
      ddr3("DDR3-1600", 24, 11, 8, 35'000, 7'500, 40'000),
      ddr3("DDR3-1866", 28, 13, 9, 34'000, 6'000, 35'000),
      ddr3("DDR3-2133", 32, 14, 10, 33'000, 6'000, 35'000),
      ddr4("DDR4-2133", 32, 15, 11, 33'000, 5'355),
      ddr4("DDR4-2400", 36, 17, 12, 32'000, 5'000),
      ddr4("DDR4-2666", 40, 19, 14, 32'000, 5'000),
      ddr4("DDR4-3200", 48, 22, 16, 32'000, 5'000),
      lpddr3("LPDDR3-1600", 24, 12, 6),
      lpddr3("LPDDR3-1866", 28, 14, 8),
      lpddr4("LPDDR4-3200", 48, 28, 14, 12, 30, 10'000, 40'000),
      lpddr4("LPDDR4-3733", 56, 32, 16, 14, 34, 10'000, 40'000),
      lpddr4("LPDDR4-4266", 64, 36, 18, 16, 40, 7'500, 30'000),
      // 4X lowers the voltage of the pins; its timing is LPDDR4's.
      lpddr4("LPDDR4X-3200", 48, 28, 14, 12, 30, 10'000, 40'000),
      lpddr4("LPDDR4X-3733", 56, 32, 16, 14, 34, 10'000, 40'000),
      lpddr4("LPDDR4X-4266", 64, 36, 18, 16, 40, 7'500, 30'000),
  };
  return grades;
}

const DramGrade* find_dram_grade(const std::string& name) {
  for (const DramGrade& grade : dram_grades()) {
    if (grade.name == name) return &grade;
  }
  return nullptr;
}

std::int64_t refresh_ps(DramFamily family, int gigabits) {
  struct Row {
    DramFamily family;
    int gigabits;
    std::int64_t ps;
  };
  constexpr Row kRows[] = {
      {DramFamily::ddr3, 1, 110'000},   {DramFamily::ddr3, 2, 160'000},   {DramFamily::ddr3, 4, 260'000},
      {DramFamily::ddr3, 8, 350'000},   {DramFamily::ddr4, 2, 160'000},   {DramFamily::ddr4, 4, 260'000},
      {DramFamily::ddr4, 8, 350'000},   {DramFamily::ddr4, 16, 550'000},  {DramFamily::lpddr3, 4, 130'000},
      {DramFamily::lpddr3, 8, 210'000}, {DramFamily::lpddr4, 2, 130'000}, {DramFamily::lpddr4, 4, 180'000},
      {DramFamily::lpddr4, 8, 280'000}, {DramFamily::lpddr4, 16, 380'000}};
  for (const Row& row : kRows) {
    if (row.family == family && row.gigabits == gigabits) return row.ps;
  }
  return 0;
}

DramClocks dram_clocks(const DramGrade& grade, int gigabits) {
  const auto n = [&grade](const DramDelay& delay) { return in_clocks(delay, grade.clock_steps); };
  const std::int64_t rfc = refresh_ps(grade.family, gigabits);
  if (rfc == 0) internal_error("no refresh time for this DRAM density");
  DramClocks c{};
  c.clock_steps = grade.clock_steps;
  c.banks = grade.banks;
  c.groups = grade.groups;
  c.page_bytes = grade.page_bytes;
  c.device_bits = grade.device_bits;
  c.burst_length = grade.burst_length;
  c.burst = grade.burst_length / 2;
  c.read_latency = grade.read_latency + n(grade.dqsck);
  c.write_latency = grade.write_latency + grade.write_lead_clocks;
  c.rcd = n(grade.rcd), c.rp = n(grade.rp), c.rp_all = n(grade.rp_all), c.ras = n(grade.ras);
  c.rc = c.ras + c.rp;  // tRC is tRAS + tRP in all of these standards
  c.rrd_s = n(grade.rrd_s), c.rrd_l = n(grade.rrd_l), c.faw = n(grade.faw);
  c.ccd_s = n(grade.ccd_s), c.ccd_l = n(grade.ccd_l), c.rtp = n(grade.rtp), c.ppd = n(grade.ppd);
  // Read to write: the data of the write must not meet that of the read on the bus.
  c.read_to_write = c.read_latency + c.burst + grade.turnaround_clocks - grade.write_latency;
  // Write to read and to precharge count from the end of the written data.
  const int written = c.write_latency + c.burst;
  c.write_to_read_s = written + n(grade.wtr_s);
  c.write_to_read_l = written + n(grade.wtr_l);
  c.write_to_precharge = written + n(grade.wr);
  c.activate_slots = grade.activate_slots;
  c.column_slots = grade.column_slots;
  c.precharge_slots = grade.precharge_slots;
  c.rfc = in_clocks({rfc, 0}, grade.clock_steps);
  c.refi = grade.refi_ps * grade.clock_steps / 30'000;  // rounded down: refresh may come early, never late
  return c;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Speed grades of the DRAM standards as data, and the same in whole clocks of the memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trireme {

// Memory clocks since the start of the run: half the data rate.
using DramClock = std::int64_t;

enum class DramFamily : std::uint8_t { ddr3, ddr4, lpddr3, lpddr4 };

// "At least so long and at least so many clocks", as the standards write it.
struct DramDelay {
  std::int64_t ps;
  int clocks;
};

// One row of the table in grade.cpp. S and L: to another and to the same bank group.
struct DramGrade {
  std::string name;  // "DDR4-2400": as the chip file says it
  DramFamily family;
  int clock_steps;  // the clock in steps of 100/3 MHz, of which all JEDEC clocks are multiples
  int device_bits, banks, groups, page_bytes, burst_length;
  int read_latency, write_latency;
  DramDelay dqsck, rcd, rp, rp_all, ras, rrd_s, rrd_l, faw, ccd_s, ccd_l, wtr_s, wtr_l, rtp, wr, ppd;
  int turnaround_clocks;  // a write's data behind a read's: preambles and the bus's change of driver
  int write_lead_clocks;  // between write latency and the first data (tDQSS)
  int activate_slots, column_slots, precharge_slots;  // clocks of the command bus
  std::int64_t refi_ps;
};

// A grade of devices of one density in memory clocks: what the controller counts with.
struct DramClocks {
  std::int64_t clock_steps;
  int banks, groups, page_bytes, device_bits, burst_length;
  int burst;                        // clocks of data of one column command
  int read_latency, write_latency;  // command to first data, tDQSCK and tDQSS included
  int rcd, rp, rp_all, ras, rc, rrd_s, rrd_l, faw, ccd_s, ccd_l, rtp, ppd;
  int read_to_write, write_to_read_s, write_to_read_l, write_to_precharge;  // from command to command
  int activate_slots, column_slots, precharge_slots;
  int rfc;
  std::int64_t refi;
};

const std::vector<DramGrade>& dram_grades();
// Null for a name the table does not have.
const DramGrade* find_dram_grade(const std::string& name);
// Duration of an all-bank refresh of a device (LPDDR: of one channel of it); 0 for a density the standard
// lacks.
std::int64_t refresh_ps(DramFamily family, int gigabits);
DramClocks dram_clocks(const DramGrade& grade, int gigabits);

}  // namespace trireme

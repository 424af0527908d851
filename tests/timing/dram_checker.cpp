// SPDX-License-Identifier: Apache-2.0
#include "tests/timing/dram_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace trireme {

namespace {

// Nanoseconds as the data sheets print them and clocks of latency; `min` is the least number of clocks of the
// delay.
struct Sheet {
  double tck;
  int rl, wl, burst;
  double rcd, rp, rp_all, ras, rrd_s, rrd_l, faw;
  int ccd_s;
  double ccd_l;
  int ccd_l_min;
  double wtr_s;
  int wtr_s_min;
  double wtr_l;
  int wtr_l_min;
  double rtp;
  int rtp_min;
  double wr;
  int wr_min, ppd, groups, activate_slots, column_slots, precharge_slots;
  double dqsck, refi;
  int lead;
};

const std::map<std::string, Sheet>& sheets() {
  static const std::map<std::string, Sheet> all = [] {
    std::map<std::string, Sheet> m;
    const auto ddr3 = [&](const char* name, double tck, int cl, int wl, double ras, double rrd, double faw) {
      const double cycles = cl * tck;  // the bins: CL = nRCD = nRP
      m[name] = {tck, cl,  wl, 4,   cycles, cycles, cycles, ras, rrd, rrd, faw, 4, 0, 4,    7.5,
                 4,   7.5, 4,  7.5, 4,      15,     0,      1,   1,   1,   1,   1, 0, 7800, 0};
    };
    ddr3("DDR3-1600", 1.25, 11, 8, 35, 7.5, 40);
    ddr3("DDR3-1866", 15.0 / 14, 13, 9, 34, 6, 35);
    ddr3("DDR3-2133", 0.9375, 14, 10, 33, 6, 35);
    const auto ddr4 = [&](const char* name, double tck, int cl, int wl, double ras, double ccd_l) {
      const double cycles = cl * tck;
      m[name] = {tck, cl,  wl, 4,   cycles, cycles, cycles, ras, 5.3, 6.4, 30, 4, ccd_l, 5,    2.5,
                 2,   7.5, 4,  7.5, 4,      15,     0,      1,   2,   1,   1,  1, 0,     7800, 0};
    };
    ddr4("DDR4-2133", 0.9375, 15, 11, 33, 5.355);
    ddr4("DDR4-2400", 2.5 / 3, 17, 12, 32, 5);
    ddr4("DDR4-2666", 0.75, 19, 14, 32, 5);
    ddr4("DDR4-3200", 0.625, 22, 16, 32, 5);
    const auto lpddr3 = [&](const char* name, double tck, int rl, int wl) {
      m[name] = {tck, rl,  wl, 4,   18, 18, 21, 42, 10, 10, 50, 4, 0,   4,    7.5,
                 4,   7.5, 4,  7.5, 4,  15, 4,  1,  1,  1,  1,  1, 5.5, 3900, 1};
    };
    lpddr3("LPDDR3-1600", 1.25, 12, 6);
    lpddr3("LPDDR3-1866", 15.0 / 14, 14, 8);
    for (const std::string x : {"", "X"}) {
      const auto lpddr4 = [&](const char* speed, double tck, int rl, int wl, int rtp, int wr, double rrd,
                              double faw) {
        m["LPDDR4" + x + speed] = {tck, rl, wl, 8, 18,  18, 21, 42, rrd, rrd, faw, 8, 0,   8,    10,
                                   8,   10, 8,  0, rtp, 0,  wr, 4,  1,   4,   4,   2, 3.5, 3904, 1};
      };
      lpddr4("-3200", 0.625, 28, 14, 12, 30, 10, 40);
      lpddr4("-3733", 3.75 / 7, 32, 16, 14, 34, 10, 40);
      lpddr4("-4266", 0.46875, 36, 18, 16, 40, 7.5, 30);
    }
    return m;
  }();
  return all;
}

double refresh_ns(const std::string& grade, int gigabits) {
  const std::map<std::string, std::map<int, double>> table = {{"DDR3", {{4, 260}, {8, 350}}},
                                                              {"DDR4", {{4, 260}, {8, 350}}},
                                                              {"LPDDR3", {{4, 130}, {8, 210}}},
                                                              {"LPDDR4", {{4, 180}, {8, 280}}},
                                                              {"LPDDR4X", {{4, 180}, {8, 280}}}};
  return table.at(grade.substr(0, grade.find('-'))).at(gigabits);
}

struct Checker {
  Sheet s;
  double rfc;

  int clocks(double ns) const { return static_cast<int>(std::ceil(ns / s.tck - 1e-6)); }
  // In clocks, once: they are asked for with every pair.
  const int refresh = clocks(rfc), rcd = clocks(s.rcd), rp = clocks(s.rp), rp_all = clocks(s.rp_all),
            ras = clocks(s.ras), faw = clocks(s.faw), rtp = std::max(s.rtp_min, clocks(s.rtp)),
            wr = std::max(s.wr_min, clocks(s.wr)), dqsck = clocks(s.dqsck),
            rrd_s = std::max(s.groups == 1 ? 2 : 4, clocks(s.rrd_s)),
            rrd_l = std::max(s.groups == 1 ? 2 : 4, clocks(s.rrd_l)),
            ccd_l = std::max(s.ccd_l_min, clocks(s.ccd_l)), wtr_s = std::max(s.wtr_s_min, clocks(s.wtr_s)),
            wtr_l = std::max(s.wtr_l_min, clocks(s.wtr_l));
  bool same_group(int a, int b) const { return a % s.groups == b % s.groups; }
  static bool is_column(DramCommand c) { return c == DramCommand::read || c == DramCommand::write; }

  // The gap the standard asks for between two commands and its name; 0 if none.
  std::pair<int, const char*> gap(const DramTraceEntry& a, const DramTraceEntry& b) const {
    using C = DramCommand;
    const bool same = a.bank == b.bank, group = same_group(a.bank, b.bank);
    const int written = s.wl + s.lead + s.burst;
    if (a.command == C::refresh) return {refresh, "tRFC"};
    if (a.command == C::precharge_all) return {rp_all, "tRPab"};
    if (a.command == C::activate && b.command == C::activate)
      return same ? std::pair{ras + rp, "tRC"} : std::pair{group ? rrd_l : rrd_s, "tRRD"};
    if (a.command == C::activate && is_column(b.command) && same) return {rcd, "tRCD"};
    const bool closes = (b.command == C::precharge && same) || b.command == C::precharge_all;
    if (closes && a.command == C::activate) return {ras, "tRAS"};
    if (closes && a.command == C::read) return {rtp, "tRTP"};
    if (closes && a.command == C::write) return {written + wr, "tWR"};
    if (a.command == C::precharge && b.command == C::activate && same) return {rp, "tRP"};
    if (a.command == C::precharge && b.command == C::refresh) return {rp, "tRP before refresh"};
    if (a.command == C::precharge && (b.command == C::precharge || b.command == C::precharge_all))
      return {s.ppd, "tPPD"};
    if (is_column(a.command) && a.command == b.command) return {group ? ccd_l : s.ccd_s, "tCCD"};
    if (a.command == C::write && b.command == C::read) return {written + (group ? wtr_l : wtr_s), "tWTR"};
    return {0, ""};
  }

  std::string found = {};

  void complain(const char* rule, const DramTraceEntry& a, const DramTraceEntry& b) {
    if (found.empty())
      found =
          fmt::format("{}: command {} of bank {} at {}, command {} of bank {} at {}", rule,
                      static_cast<int>(a.command), a.bank, a.at, static_cast<int>(b.command), b.bank, b.at);
  }

  void pairs(const std::vector<DramTraceEntry>& trace) {
    const DramClock horizon = refresh + 1;  // no gap is longer
    for (std::size_t j = 0; j < trace.size(); ++j) {
      for (std::size_t i = j; i-- > 0 && trace[j].at - trace[i].at < horizon;) {
        const auto [clocks_apart, rule] = gap(trace[i], trace[j]);
        if (trace[j].at - trace[i].at < clocks_apart) complain(rule, trace[i], trace[j]);
      }
    }
  }

  void rows_and_windows(const std::vector<DramTraceEntry>& trace) {
    std::map<int, std::int64_t> open;
    std::vector<DramTraceEntry> activates;
    for (const DramTraceEntry& t : trace) {
      switch (t.command) {
        case DramCommand::activate:
          if (open.count(t.bank) != 0) complain("activate of an open bank", t, t);
          open[t.bank] = t.row;
          activates.push_back(t);
          if (activates.size() > 4 && t.at - activates[activates.size() - 5].at < faw)
            complain("tFAW", activates[activates.size() - 5], t);
          break;
        case DramCommand::precharge:
          open.erase(t.bank);
          break;
        case DramCommand::precharge_all:
          open.clear();
          break;
        case DramCommand::refresh:
          if (!open.empty()) complain("refresh with an open bank", t, t);
          break;
        default:
          if (open.count(t.bank) == 0 || open[t.bank] != t.row)
            complain("column of a row that is not open", t, t);
      }
    }
  }

  void buses(const std::vector<DramTraceEntry>& trace) {
    const auto slots = [&](DramCommand c) {
      return c == DramCommand::activate ? s.activate_slots
             : is_column(c)             ? s.column_slots
                                        : s.precharge_slots;
    };
    DramClock data_free = 0, data_free_late = 0;
    bool last_write = false;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      if (i > 0 && trace[i].at < trace[i - 1].at + slots(trace[i - 1].command))
        complain("command bus", trace[i - 1], trace[i]);
      if (!is_column(trace[i].command)) continue;
      const bool write = trace[i].command == DramCommand::write;
      // Read data may come at its latency or tDQSCK later; a write drives its preamble one clock before its
      // data.
      const DramClock start = trace[i].at + (write ? s.wl - 1 : s.rl);
      if (i > 0 && start < (write == last_write ? data_free : data_free_late))
        complain("data bus", trace[i], trace[i]);
      last_write = write;
      data_free = start + s.burst;
      data_free_late = data_free + (write ? 1 : dqsck);
    }
  }
};

}  // namespace

std::string first_violation(const std::string& grade, int gigabits, std::vector<DramTraceEntry> trace) {
  std::stable_sort(trace.begin(), trace.end(),
                   [](const DramTraceEntry& a, const DramTraceEntry& b) { return a.at < b.at; });
  Checker checker{sheets().at(grade), refresh_ns(grade, gigabits)};
  checker.pairs(trace);
  checker.rows_and_windows(trace);
  checker.buses(trace);
  return checker.found;
}

DramClock refresh_interval(const std::string& grade) {
  const Sheet& sheet = sheets().at(grade);
  return static_cast<DramClock>(std::floor(sheet.refi / sheet.tck + 1e-6));
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Random traffic through the controller of every speed grade leaves a command trace the standard allows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/timing/dram_checker.h"

namespace trireme {
namespace {

constexpr int kQueue = 16;
constexpr DramClock kMaxWait = 2000;

// A number of [0, below) by remainder: the same with every standard library.
std::int64_t draw(std::mt19937_64& random, std::int64_t below) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
}

// Requests with the given chance of a write, rows few enough to be hit and missed, bursts of arrivals and
// pauses.
std::vector<DramRequest> random_requests(const DramClocks& clocks, int count, int write_percent, int rows,
                                         int pause, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<DramRequest> requests;
  DramClock at = 0;
  for (int i = 0; i < count; ++i) {
    if (draw(random, 4) == 0) at += draw(random, pause);
    DramRequest request{};
    request.arrival = at;
    request.tag = static_cast<std::uint32_t>(i);
    request.run.row = draw(random, rows);
    request.run.bank = static_cast<int>(draw(random, clocks.banks));
    request.run.columns = 1 + static_cast<int>(draw(random, 16));
    request.run.banks = clocks.groups > 1 && request.run.columns > 1 && draw(random, 2) == 0 ? 2 : 1;
    request.run.write = draw(random, 100) < write_percent;
    requests.push_back(request);
  }
  return requests;
}

struct Outcome {
  std::vector<DramTraceEntry> trace;
  std::vector<DramClock> data_end;  // by tag
};

Outcome serve(const DramClocks& clocks, const std::vector<DramRequest>& requests, DramPolicy policy) {
  Outcome outcome;
  outcome.data_end.resize(requests.size(), -1);
  DramController controller(clocks, policy);
  controller.record(&outcome.trace);
  for (const DramRequest& request : requests) controller.push(request);
  while (controller.next_time() != DramController::kNever) {
    if (const DramController::Done done = controller.step(); done.done)
      outcome.data_end[done.tag] = done.data_end;
  }
  return outcome;
}

TEST(DramLegality, RandomTrafficOfEveryGrade) {
  for (const DramGrade& grade : dram_grades()) {
    std::uint64_t seed = 0;
    for (const int write_percent : {0, 30, 50, 100}) {
      for (const int rows : {1, 3, 1000}) {
        for (const int pause : {20, 4000}) {
          const int gigabits = ++seed % 2 == 0 ? 4 : 8;
          const DramClocks clocks = dram_clocks(grade, gigabits);
          const auto requests = random_requests(clocks, 600, write_percent, rows, pause, seed);
          const Outcome outcome = serve(clocks, requests, {kQueue, kMaxWait});
          EXPECT_EQ(first_violation(grade.name, gigabits, outcome.trace), "")
              << grade.name << " " << gigabits << " Gbit, seed " << seed;
          EXPECT_EQ(std::count(outcome.data_end.begin(), outcome.data_end.end(), -1), 0) << grade.name;
        }
      }
    }
  }
}

TEST(DramLegality, EveryRequestMovesItsColumnsOnce) {
  const DramClocks clocks = dram_clocks(*find_dram_grade("DDR4-2400"), 8);
  const auto requests = random_requests(clocks, 2000, 40, 5, 100, 7);
  const Outcome outcome = serve(clocks, requests, {kQueue, kMaxWait});
  std::int64_t asked[2] = {0, 0}, moved[2] = {0, 0};
  for (const DramRequest& request : requests) asked[request.run.write ? 1 : 0] += request.run.columns;
  for (const DramTraceEntry& entry : outcome.trace) {
    if (entry.command == DramCommand::read) ++moved[0];
    if (entry.command == DramCommand::write) ++moved[1];
  }
  EXPECT_EQ(asked[0], moved[0]);
  EXPECT_EQ(asked[1], moved[1]);
}

TEST(DramLegality, RefreshIsNeverLate) {
  // A refresh that falls due waits at most for the run under way (16 columns), the row's recovery and its
  // precharge: far less than the eight intervals for which the standards let one be put off. Over 1 ms of
  // dense traffic.
  for (const DramGrade& grade : dram_grades()) {
    const DramClocks clocks = dram_clocks(grade, 8);
    const DramClock interval = refresh_interval(grade.name);
    const DramClock millisecond = interval * 1'000'000 / (grade.refi_ps / 1000);
    const auto requests = random_requests(clocks, 20'000, 30, 50, 60, 3);
    const Outcome outcome = serve(clocks, requests, {kQueue, kMaxWait});
    std::int64_t refreshes = 0;
    DramClock last = 0;
    for (const DramTraceEntry& entry : outcome.trace) {
      last = std::max(last, entry.at);
      if (entry.command != DramCommand::refresh) continue;
      const DramClock due = ++refreshes * interval;
      EXPECT_GE(entry.at, due) << grade.name;
      EXPECT_LE(entry.at, due + 16 * clocks.ccd_l + clocks.write_to_precharge + clocks.ras + clocks.rp_all)
          << grade.name;
    }
    ASSERT_GE(last, millisecond / 4) << grade.name;
    EXPECT_EQ(refreshes, last / interval) << grade.name;
  }
}

TEST(DramLegality, RefreshesOfAnIdleMemoryAreNotForgotten) {
  // 1 ms of nothing at 800 MHz: 800,000 clocks / 6,240 = 128 refreshes, each on its clock.
  DramController controller(dram_clocks(*find_dram_grade("DDR3-1600"), 4), {kQueue, kMaxWait});
  std::vector<DramTraceEntry> trace;
  controller.record(&trace);
  controller.refresh_until(800'000);
  ASSERT_EQ(trace.size(), 128U);
  EXPECT_EQ(trace[0].at, 6240);
  EXPECT_EQ(trace[127].at, 128 * 6240);
}

// A stream of hits without an end in row 1 of bank 0, eight of them under way at any time, and every
// hundredth time a read or write of row 9: the longest time from arrival to data of those.
DramClock longest_wait(const DramClocks& clocks, DramClock max_wait) {
  DramController controller(clocks, {kQueue, max_wait});
  std::vector<DramClock> arrival;
  DramClock worst = 0;
  const auto ask = [&](DramClock at) {
    const auto i = static_cast<std::uint32_t>(arrival.size());
    arrival.push_back(at);
    const bool other = i % 100 == 50;
    controller.push({{other ? 9 : 1, 0, 1, 8, i % 200 == 50}, at, i});
  };
  for (int i = 0; i < 8; ++i) ask(0);
  while (arrival.size() < 5000) {
    const DramController::Done done = controller.step();
    if (!done.done) continue;
    if (done.tag % 100 == 50) worst = std::max(worst, done.data_end - arrival[done.tag]);
    ask(done.data_end);
  }
  return worst;
}

TEST(DramLegality, NobodyWaitsForEver) {
  // A hit may overtake a miss only until the miss has waited kMaxWait. From then on at most the run under
  // way, a refresh, the other seven requests (one of them as old and a row cycle of its own) and its own row
  // cycle pass.
  for (const char* name : {"DDR3-1600", "DDR4-2400", "LPDDR3-1866", "LPDDR4-4266"}) {
    const DramClocks clocks = dram_clocks(*find_dram_grade(name), 8);
    const DramClock turn = clocks.write_to_precharge + clocks.rp + clocks.rcd + clocks.read_latency;
    const DramClock bound = kMaxWait + clocks.rfc + 9 * 8 * clocks.ccd_l + 3 * turn;
    EXPECT_LE(longest_wait(clocks, kMaxWait), bound) << name;
    // And it is the bound that ends the wait: without it the miss waits until the next refresh closes the
    // row.
    EXPECT_GT(longest_wait(clocks, DramController::kNever), bound) << name;
  }
}

}  // namespace
}  // namespace trireme

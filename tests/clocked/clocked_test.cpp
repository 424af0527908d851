// SPDX-License-Identifier: Apache-2.0
// The event-driven simulator and a model that is stepped in every cycle finish a job in the same cycle.
#include <gtest/gtest.h>

#include "sim/simulate.h"
#include "tests/clocked/nne.h"
#include "tests/clocked/random_jobs.h"
#include "tests/sim/program_builder.h"

namespace trireme {
namespace {

constexpr std::uint64_t kJobs = 400;

std::int64_t simulated(const clocked::Case& drawn) {
  ProgramBuilder builder;
  builder.layer("conv", "NN");
  builder.add(drawn.job);
  SimulateOptions options;
  options.data = false;
  return static_cast<std::int64_t>(simulate(builder.binary(), drawn.chip, {}, options).profile.total_cycles);
}

TEST(Clocked, FinishesEveryJobInTheSameCycle) {
  std::int64_t cycles = 0;
  for (std::uint64_t seed = 0; seed < kJobs; ++seed) {
    const clocked::Case drawn = clocked::random_case(seed);
    const Chip& chip = drawn.chip;
    const std::int64_t start = std::int64_t{chip.front_end.network_start_cycles} +
                               chip.front_end.command_cycles + chip.nne.launch_cycles;
    const std::int64_t expected = clocked::finish_cycle(drawn.job, chip, start);
    ASSERT_EQ(simulated(drawn), expected) << "seed " << seed << "\n" << print(Job(drawn.job));
    cycles += expected;
  }
  RecordProperty("cycles", std::to_string(cycles));
  EXPECT_GT(cycles, 1'000'000);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "isa/chip_dram.h"

#include <fmt/format.h>

#include "support/error.h"

namespace trireme {

DramShape dram_shape(const DramConfig& config, const DramGrade& grade) {
  const int devices = config.channel_bits / grade.device_bits;
  const int column_bytes = config.channel_bits / 8 * grade.burst_length;
  return {config.channels, grade.banks, grade.groups, column_bytes,
          grade.page_bytes * devices / column_bytes};
}

std::vector<FieldComplaint> complaints_of(const DramConfig& dram) {
  const DramGrade* grade = find_dram_grade(dram.speed);
  if (grade == nullptr)
    return {{"dram.speed", fmt::format("'{}' is no speed grade", dram.speed), "such as DDR3-1600"}};
  std::vector<FieldComplaint> complaints;
  if (refresh_ps(grade->family, dram.device_gbit) == 0) {
    complaints.push_back({"dram.device_gbit",
                          fmt::format("{} has no devices of {} Gbit", dram.speed, dram.device_gbit),
                          "4 and 8 always exist"});
  }
  const auto power_of_two = [](int value) { return value > 0 && (value & (value - 1)) == 0; };
  const bool whole_devices = dram.channel_bits % grade->device_bits == 0 && power_of_two(dram.channel_bits);
  if (!whole_devices) {
    complaints.push_back({"dram.channel_bits",
                          fmt::format("{} bits are no whole devices of {}", dram.channel_bits, dram.speed),
                          fmt::format("a power of two times {}", grade->device_bits)});
  }
  if (!power_of_two(dram.channels)) {
    complaints.push_back(
        {"dram.channels", fmt::format("{} is no power of two", dram.channels), "1, 2, 4 or 8"});
  }
  if (dram.queue_bursts > kMaxScheduledQueue) {
    complaints.push_back({"dram.queue_bursts",
                          fmt::format("{} is too deep for a scheduler", dram.queue_bursts),
                          fmt::format("at most {}", kMaxScheduledQueue)});
  }
  if (!whole_devices || !power_of_two(dram.channels)) return complaints;  // no bits to map
  try {
    DramMapping(dram.mapping, dram_shape(dram, *grade), "");
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      complaints.push_back({"dram.mapping", problem.what, problem.hint});
  }
  return complaints;
}

}  // namespace trireme

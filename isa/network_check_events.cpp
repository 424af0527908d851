// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "isa/network_check.h"

namespace trireme {

namespace {

std::vector<std::uint16_t> waits_of(const JobHeader& header) {
  std::vector<std::uint16_t> waits;
  for (const std::uint16_t event : header.wait_events) {
    if (event != kNoEvent) waits.push_back(event);
  }
  return waits;
}

bool check_signals(const NetworkBinary& binary, const std::string& where, Problems& problems) {
  std::map<std::uint16_t, std::size_t> signalled_by;
  bool right = true;
  for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
    const std::uint16_t event = header_of(binary.jobs[i]).signal_event;
    if (event == kNoEvent || signalled_by.emplace(event, i).second) continue;
    problems.add(fmt::format("{}: job {}", where, i),
                 fmt::format("signals event {}, as job {} does", event, signalled_by[event]),
                 "one job an event");
    right = false;
  }
  for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
    for (const std::uint16_t event : waits_of(header_of(binary.jobs[i]))) {
      if (signalled_by.count(event) != 0) continue;
      problems.add(fmt::format("{}: job {}", where, i),
                   fmt::format("waits for event {}, which no job signals", event),
                   "the network would never finish");
      right = false;
    }
  }
  return right;
}

// Each engine takes its jobs in the order of the command stream: retire heads until nothing moves.
void check_progress(const NetworkBinary& binary, const std::string& where, Problems& problems) {
  std::array<std::vector<std::size_t>, kEngines> queues;
  for (std::size_t i = 0; i < binary.jobs.size(); ++i) {
    queues[static_cast<std::size_t>(engine_of(binary.jobs[i]))].push_back(i);
  }
  std::array<std::size_t, kEngines> heads{};
  std::set<std::uint16_t> signalled;
  const auto first_missing = [&](std::size_t job) {
    for (const std::uint16_t event : waits_of(header_of(binary.jobs[job]))) {
      if (signalled.count(event) == 0) return event;
    }
    return kNoEvent;
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t engine = 0; engine < queues.size(); ++engine) {
      while (heads[engine] < queues[engine].size() &&
             first_missing(queues[engine][heads[engine]]) == kNoEvent) {
        signalled.insert(header_of(binary.jobs[queues[engine][heads[engine]++]]).signal_event);
        moved = true;
      }
    }
  }
  for (std::size_t engine = 0; engine < queues.size(); ++engine) {
    if (heads[engine] == queues[engine].size()) continue;
    const std::size_t job = queues[engine][heads[engine]];
    problems.add(fmt::format("{}: job {}", where, job),
                 fmt::format("waits for event {} of a job that waits for it in turn", first_missing(job)),
                 "the network would never finish");
  }
}

}  // namespace

void check_events(const NetworkBinary& binary, const std::string& where, Problems& problems) {
  if (check_signals(binary, where, problems)) check_progress(binary, where, problems);
}

}  // namespace trireme

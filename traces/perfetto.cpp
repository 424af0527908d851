// SPDX-License-Identifier: Apache-2.0
// The timeline as Chrome trace events, which Perfetto and chrome://tracing open. Units are threads. Complete
// events of one thread must nest; where a unit has several transfers in flight that merely overlap, the later
// one goes to a further lane of the unit.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/error.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::uint32_t kMostLanes = 1000;  // of one unit: thread ids stay unique

// Microseconds with six decimals, rounded down in integers: nesting survives rounding, and no two machines
// differ.
class Clock {
 public:
  explicit Clock(std::int64_t hz) : hz_(static_cast<std::uint64_t>(hz)) {
    if (hz <= 0 || hz > 1'000'000'000'000)
      throw Error("profile", fmt::format("clock of {} Hz", hz), "1 Hz to 1 THz");
  }

  std::uint64_t picoseconds(std::uint64_t cycles) const {
    const std::uint64_t seconds = cycles / hz_, rest = cycles % hz_;
    const std::uint64_t microseconds = rest * kMillion / hz_, below = rest * kMillion % hz_;
    return (seconds * kMillion + microseconds) * kMillion + below * kMillion / hz_;
  }

  static std::string text(std::uint64_t picoseconds) {
    return fmt::format("{}.{:06}", picoseconds / kMillion, picoseconds % kMillion);
  }

 private:
  std::uint64_t hz_;
};

// The events of one unit spread over lanes in which they nest.
class Lanes {
 public:
  std::uint32_t place(const TimelineEvent& event) {
    for (std::uint32_t lane = 0; lane < open_.size(); ++lane) {
      auto& open = open_[lane];
      while (!open.empty() && open.back() <= event.start_cycle) open.pop_back();
      if (open.empty() || open.back() >= event.finish_cycle || open_.size() == kMostLanes) {
        open.push_back(event.finish_cycle);
        return lane;
      }
    }
    open_.push_back({event.finish_cycle});
    return static_cast<std::uint32_t>(open_.size() - 1);
  }
  std::size_t count() const { return open_.size(); }

 private:
  std::vector<std::vector<std::uint64_t>> open_;  // finish cycles of the enclosing events
};

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metadata(const std::string& kind, std::uint64_t tid, const std::string& value) {
  return fmt::format(R"({{"ph":"M","pid":1,"tid":{},"name":"{}","args":{{{}}}}})", tid, kind, value);
}

std::uint64_t thread_of(std::uint32_t unit, std::uint32_t lane) {
  return (std::uint64_t{unit} + 1) * kMostLanes + lane;
}

std::string complete_event(const TimelineEvent& event, std::uint64_t tid, const std::string& name,
                           const Profile& profile, const Clock& clock) {
  const std::uint64_t start = clock.picoseconds(event.start_cycle);
  const std::uint64_t duration = clock.picoseconds(event.finish_cycle) - start;
  std::string arguments = fmt::format(R"("cycle":{},"cycles":{},"value":{})", event.start_cycle,
                                      event.finish_cycle - event.start_cycle, event.value);
  if (event.layer < profile.layers.size()) {
    arguments += R"(,"layer":)" + quoted(profile.layers[event.layer].lid);
  }
  return fmt::format(R"({{"ph":"X","pid":1,"tid":{},"ts":{},"dur":{},"name":{},"args":{{{}}}}})", tid,
                     Clock::text(start), Clock::text(duration), quoted(name), arguments);
}

}  // namespace

std::string perfetto_json(const Timeline& timeline, const Profile& profile) {
  const Clock clock(profile.clock_hz);
  std::vector<Lanes> lanes(timeline.units.size());
  std::vector<std::string> lines;
  lines.push_back(
      metadata("process_name", 0, R"("name":)" + quoted(profile.network + " on " + profile.chip)));
  for (const TimelineEvent& event : timeline.events) {
    const std::uint64_t tid = thread_of(event.unit, lanes.at(event.unit).place(event));
    lines.push_back(complete_event(event, tid, timeline.names.at(event.name), profile, clock));
  }
  for (std::uint32_t unit = 0; unit < timeline.units.size(); ++unit) {
    for (std::uint32_t lane = 0; lane < lanes[unit].count(); ++lane) {
      const std::string suffix = lane == 0 ? std::string() : fmt::format(" #{}", lane + 1);
      const std::uint64_t tid = thread_of(unit, lane);
      lines.push_back(metadata("thread_name", tid, R"("name":)" + quoted(timeline.units[unit] + suffix)));
      lines.push_back(metadata("thread_sort_index", tid, fmt::format(R"("sort_index":{})", tid)));
    }
  }
  return fmt::format("{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{}\n]}}\n", fmt::join(lines, ",\n"));
}

}  // namespace trireme

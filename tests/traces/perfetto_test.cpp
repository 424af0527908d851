// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sample_run.h"
#include "traces/run_folder.h"

namespace trireme {
namespace {

using Json = nlohmann::json;

std::vector<Json> events_of(const std::string& text, const std::string& phase) {
  std::vector<Json> events;
  const Json trace = Json::parse(text);
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == phase) events.push_back(event);
  }
  return events;
}

const Json& event_named(const std::vector<Json>& events, const std::string& name) {
  for (const Json& event : events) {
    if (event["name"] == name) return event;
  }
  throw std::runtime_error("no event " + name);
}

// 2 ns a cycle: conv1 from cycle 100 to 800 is 0.2 us and 1.4 us long.
TEST(Perfetto, TimesAreMicrosecondsWithFraction) {
  const auto events = events_of(perfetto_json(sample_timeline(), sample_profile()), "X");
  ASSERT_EQ(events.size(), 6U);
  const Json& conv = event_named(events, "conv1 job");
  EXPECT_DOUBLE_EQ(conv["ts"], 0.2);
  EXPECT_DOUBLE_EQ(conv["dur"], 1.4);
  EXPECT_EQ(conv["args"]["cycle"], 100);
  EXPECT_EQ(conv["args"]["cycles"], 700);
  EXPECT_EQ(conv["args"]["layer"], "conv1_4");
  EXPECT_FALSE(event_named(events, "refresh")["args"].contains("layer"));
}

TEST(Perfetto, EveryThreadIsNamed) {
  const std::string text = perfetto_json(sample_timeline(), sample_profile());
  std::map<int, std::string> names;
  for (const Json& event : events_of(text, "M")) {
    if (event["name"] == "thread_name") names[event["tid"]] = event["args"]["name"];
  }
  for (const Json& event : events_of(text, "X")) EXPECT_EQ(names.count(event["tid"]), 1U);
  std::set<std::string> titles;
  for (const auto& [tid, name] : names) titles.insert(name);
  // The two DRAM reads overlap without nesting, so that one of them moves to a second lane.
  EXPECT_EQ(titles, (std::set<std::string>{"DRAM", "DRAM #2", "NN", "SH"}));
}

void expect_nested(const std::vector<Json>& events) {
  ASSERT_EQ(events.size(), 6U);
  for (const Json& a : events) {
    for (const Json& b : events) {
      if (a["tid"] != b["tid"] || a["ts"] >= b["ts"]) continue;
      const double end_a = a["ts"].get<double>() + a["dur"].get<double>();
      const double end_b = b["ts"].get<double>() + b["dur"].get<double>();
      EXPECT_TRUE(end_a <= b["ts"].get<double>() + 1e-9 || end_b <= end_a + 1e-9) << a << " and " << b;
    }
  }
}

TEST(Perfetto, EventsOfAThreadNest) {
  expect_nested(events_of(perfetto_json(sample_timeline(), sample_profile()), "X"));
}

// 3 Hz does not divide a microsecond: rounding down the ends keeps the order.
TEST(Perfetto, RoundingKeepsNesting) {
  Profile profile = sample_profile();
  profile.clock_hz = 3;
  const auto events = events_of(perfetto_json(sample_timeline(), profile), "X");
  expect_nested(events);
  EXPECT_DOUBLE_EQ(event_named(events, "conv1 job")["ts"], 33333333.333333);
}

TEST(Perfetto, OddNamesStayJson) {
  Timeline timeline;
  timeline.events.push_back({0, 1, timeline.unit("a\"b\n"), timeline.name("\xff{}"), kNoLayer, 0});
  timeline.finish();
  EXPECT_EQ(events_of(perfetto_json(timeline, sample_profile()), "X").size(), 1U);
}

TEST(Perfetto, AClockOfZeroIsAnError) {
  Profile profile = sample_profile();
  profile.clock_hz = 0;
  EXPECT_THROW(perfetto_json(sample_timeline(), profile), Error);
}

}  // namespace
}  // namespace trireme

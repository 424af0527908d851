// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "sample_run.h"
#include "support/files.h"
#include "traces/run_folder.h"

namespace trireme {
namespace {

TEST(Timeline, FinishSortsNamesAndEventsAndKeepsMeaning) {
  const Timeline timeline = sample_timeline();
  EXPECT_EQ(timeline.units, (std::vector<std::string>{"DRAM", "NN", "SH"}));
  EXPECT_EQ(timeline.names, (std::vector<std::string>{"conv1 job", "prob job", "read", "refresh", "tile"}));
  ASSERT_EQ(timeline.events.size(), 6U);
  EXPECT_EQ(timeline.names[timeline.events[3].name], "conv1 job");  // before the tile that it encloses
  EXPECT_EQ(timeline.names[timeline.events[4].name], "tile");
  EXPECT_EQ(timeline.units[timeline.events[5].unit], "SH");
  EXPECT_EQ(timeline.events[5].finish_cycle, 1000U);
}

TEST(Timeline, FinishDoesNotDependOnTheOrderOfEvents) {
  Timeline backwards;
  const Timeline timeline = sample_timeline();
  for (auto event = timeline.events.rbegin(); event != timeline.events.rend(); ++event) {
    TimelineEvent copy = *event;
    copy.name = backwards.name(timeline.names[event->name]);
    copy.unit = backwards.unit(timeline.units[event->unit]);
    backwards.events.push_back(copy);
  }
  backwards.finish();
  TempFolder folder;
  write_timeline(folder / "a", timeline);
  write_timeline(folder / "b", backwards);
  EXPECT_EQ(read_file(folder / "a"), read_file(folder / "b"));
}

TEST(Timeline, FileRoundTrip) {
  TempFolder folder;
  const Timeline written = sample_timeline();
  write_timeline(folder / "timeline.bin", written);
  const Timeline read = read_timeline(folder / "timeline.bin");
  EXPECT_EQ(read.units, written.units);
  EXPECT_EQ(read.names, written.names);
  ASSERT_EQ(read.events.size(), written.events.size());
  EXPECT_EQ(std::memcmp(read.events.data(), written.events.data(), 32 * read.events.size()), 0);
}

// 32 header; texts: 6+4 "DRAM" 8, "NN" 6, "SH" 6, then 13, 12, 8, 11, 8 = 72, a multiple of eight; 6 records
// of 32.
TEST(Timeline, FileSizeFollowsFromItsParts) {
  TempFolder folder;
  write_timeline(folder / "timeline.bin", sample_timeline());
  EXPECT_EQ(read_file(folder / "timeline.bin").size(), 32U + 72U + 6U * 32U);
}

TEST(Timeline, EveryTruncationIsAnError) {
  TempFolder folder;
  write_timeline(folder / "whole", sample_timeline());
  const Bytes whole = read_file(folder / "whole");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(folder / "cut", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_THROW(read_timeline(folder / "cut"), Error) << size;
  }
}

// Every single damaged byte is either refused or leaves indices and order intact; nothing crashes.
TEST(Timeline, DamagedBytesNeverBreakTheInvariants) {
  TempFolder folder;
  write_timeline(folder / "whole", sample_timeline());
  const Bytes whole = read_file(folder / "whole");
  int refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0xFF;
    write_file(folder / "damaged", damaged);
    try {
      const Timeline timeline = read_timeline(folder / "damaged");
      for (const TimelineEvent& event : timeline.events) {
        ASSERT_LT(event.unit, timeline.units.size());
        ASSERT_LT(event.name, timeline.names.size());
        ASSERT_LE(event.start_cycle, event.finish_cycle);
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 32 + 6 * 8);  // the header and the indices at least
}

TEST(Timeline, OtherFilesAndVersionsAreNamed) {
  TempFolder folder;
  write_file(folder / "text", std::string(64, 'x'));
  try {
    read_timeline(folder / "text");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("is not a timeline"), std::string::npos);
  }
  write_timeline(folder / "next", sample_timeline());
  Bytes bytes = read_file(folder / "next");
  bytes[8] = 2;
  write_file(folder / "next", bytes);
  try {
    read_timeline(folder / "next");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("timeline version 2, this program reads 1"), std::string::npos);
  }
}

}  // namespace
}  // namespace trireme

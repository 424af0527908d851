// SPDX-License-Identifier: Apache-2.0
#include "validate/measurements.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "support/csv.h"
#include "support/error.h"
#include "support/files.h"
#include "support/text.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;

std::vector<Measurement> read(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "a.csv", std::string_view(text));
  return read_measurements(folder / "a.csv");
}

TEST(Measurements, TakeColumnsByNameAndSayWhatIsWrongWithARow) {
  const auto rows = read(
      "network, Latency_ms ,chip\n"
      "n,1.5,x\n"
      "n,,x\n"
      "n,fast,x\n"
      "n,-1,x\n"
      "n,inf,x\n"
      ",1,x\n"
      "n,1\n"
      "n,1,x,3\n");
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[0].chip, "x");
  EXPECT_EQ(rows[0].latency_ms, 1.5);
  EXPECT_TRUE(rows[1].skipped_because.empty());
  EXPECT_FALSE(rows[1].latency_ms.has_value());
  EXPECT_EQ(rows[2].skipped_because, "latency_ms 'fast' is no positive number");
  EXPECT_FALSE(rows[3].skipped_because.empty());
  EXPECT_FALSE(rows[4].skipped_because.empty());
  EXPECT_EQ(rows[5].skipped_because, "no network is named");
  EXPECT_EQ(rows[6].skipped_because, "no chip is named");
  EXPECT_EQ(rows[7].skipped_because, "4 fields in a line of 3 columns");
}

TEST(Measurements, NeedTheirColumns) {
  EXPECT_THROW(read(""), Error);
  EXPECT_THROW(read("chip,network\n"), Error);
}

TEST(Measurements, OfTheProjectHaveATierAndASource) {
  const auto rows = read_measurements(validation_folder() / "measurements.csv");
  EXPECT_EQ(rows.size(), 119U);
  for (const Measurement& row : rows) {
    EXPECT_EQ(row.skipped_because, "");
    EXPECT_TRUE(row.latency_ms && !row.source.empty()) << row.chip << " " << row.network;
    EXPECT_TRUE(row.tier == "A" || row.tier == "B" || row.tier == "C") << row.tier;
  }
}

// The collection that the rows were taken from, where there is one.
fs::path collection() {
  const char* named = std::getenv("TRIREME_SHARED");
  const fs::path shared =
      named != nullptr ? fs::path(named) : fs::path(TRIREME_SOURCE_DIR).parent_path() / "shared";
  return shared / "silicon";
}

TEST(Measurements, AreThoseOfTheCollection) {
  if (!fs::exists(collection() / "measured.csv")) GTEST_SKIP() << "there is no " << collection();
  const auto ours = read_measurements(validation_folder() / "measurements.csv");
  const auto theirs = read_measurements(collection() / "measured.csv");
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].chip, split(theirs[i].chip, '/').front());
    EXPECT_EQ(ours[i].network, theirs[i].network);
    EXPECT_EQ(ours[i].latency_ms, theirs[i].latency_ms);
    EXPECT_EQ(ours[i].source, theirs[i].source);
    EXPECT_TRUE(ours[i].tier == theirs[i].tier || ours[i].tier == "C");
  }
}

TEST(Measurements, LayersAreThoseOfTheCollection) {
  const auto profiles = read_profiles(validation_folder() / "layers.csv");
  ASSERT_EQ(profiles.size(), 1U);
  ASSERT_EQ(profiles[0].layers.size(), 73U);
  double total = 0;
  for (const MeasuredLayer& layer : profiles[0].layers) total += layer.microseconds;
  if (!fs::exists(collection() / "layers.csv")) GTEST_SKIP() << "there is no " << collection();
  double published = 0;
  for (const CsvRow& row : parse_csv(read_text(collection() / "layers.csv"), "layers.csv")) {
    if (row.fields.at(0) == "C305X") published += to_double(row.fields.at(6)).value_or(0);
  }
  EXPECT_NEAR(total, published, 1e-9 * published);
}

}  // namespace
}  // namespace trireme

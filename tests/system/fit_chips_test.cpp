// SPDX-License-Identifier: Apache-2.0
// Which numbers of which chips are fitted, and what their files say afterwards.
#include "cli/fit_chips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<FittedField> kFields = {{"v8", "dram.address_cycles", 19, 1, 64},
                                          {"RV1109+RV1126", "nne.launch_cycles", 3500, 500, 60000},
                                          {"chip", "dram.limit_bytes_per_second", 4e9, 5e8, 2.5e10},
                                          {"chip", "nne.launch_cycles", 3500, 500, 60000},
                                          {"chip", "tp.launch_cycles", 10000, 1000, 100000}};

std::vector<Point> points() {
  std::vector<Point> all;
  const auto add = [&](const char* chip, int networks) {
    for (int i = 0; i < networks; ++i) {
      Point point{};
      point.chip = chip;
      point.network = "network " + std::to_string(i);
      point.measured_ms = 1;
      all.push_back(point);
    }
  };
  add("RV1109", 9), add("RV1126", 6), add("A311D", 4);
  return all;
}

std::vector<std::string> names_of(const std::vector<ChipParameter>& parameters) {
  std::vector<std::string> names;
  for (const ChipParameter& parameter : parameters) names.push_back(parameter.parameter.name);
  return names;
}

// Three numbers a chip at most, those it shares with some others included, and one to three networks at most:
// RV1109 has 9 networks and two of its own (what it shares it has not once more), RV1126 6 and one, A311D, of
// the other generation, 4 and one.
TEST(FitChips, ANumberToThreeNetworksAndThreeAtMost) {
  EXPECT_THAT(names_of(parameters_of(kFields, points())),
              ElementsAre("v8 dram.address_cycles", "RV1109+RV1126 nne.launch_cycles",
                          "RV1109 dram.limit_bytes_per_second", "RV1109 tp.launch_cycles",
                          "RV1126 dram.limit_bytes_per_second", "A311D dram.limit_bytes_per_second"));
}

TEST(FitChips, FilesSayWhatTheyWereFittedTo) {
  const TempFolder folder;
  for (const char* chip : {"rv1109.yaml", "rv1126.yaml", "vipnanoqi_pid0x88.yaml"})
    std::filesystem::copy_file(std::filesystem::path(TRIREME_SOURCE_DIR) / "chips" / chip,
                               folder.path() / chip);
  ChipFit fit;
  fit.points = points();
  fit.parameters = parameters_of(kFields, fit.points);
  for (ChipParameter& parameter : fit.parameters) {
    if (parameter.parameter.name == "RV1109+RV1126 nne.launch_cycles") parameter.parameter.value = 20'000;
  }
  write_fit(fit, folder.path());
  const std::string text = read_text(folder.path() / "rv1109.yaml");
  EXPECT_THAT(text, HasSubstr("launch_cycles: {value: 20000, basis: fitted, source: \"tools/fit: "
                              "validate/measurements.csv, one value for RV1109 and RV1126\"}"));
  EXPECT_THAT(text, HasSubstr("one value for the 2 measured chips of this generation"));
  EXPECT_THAT(text, HasSubstr("9 networks on this chip"));
}

}  // namespace
}  // namespace trireme

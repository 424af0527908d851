// SPDX-License-Identifier: Apache-2.0
// trireme validate as a user runs it: own measurements in, one line a row out, whatever the rows hold.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/csv.h"
#include "tests/system/cli_program.h"

namespace trireme {
namespace {

TEST(CliValidate, PredictsGoodRowsAndSkipsBadOnesWithAReason) {
  const TempFolder folder;
  write_file(folder / "mine.csv", std::string_view("chip,network,latency_ms\n"
                                                   "V853,lenet5_28,0.5\n"
                                                   "\"no, such\",lenet5_28,1\n"
                                                   "V853,missing.onnx,1\n"
                                                   "VIP9000PICO_PID0XEE,lenet5_28,\n"
                                                   "V853,lenet5_28,soon\n"
                                                   "V853,mine.csv,2\n"));
  const Finished finished = run_trireme(
      folder.path(), {"validate", "mine.csv", "--csv", "out.csv", "--html", "out.html", "-j", "2"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const std::vector<CsvRow> rows = parse_csv(read_text(folder / "out.csv"), "out.csv");
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[0].fields, (std::vector<std::string>{"chip", "network", "predicted_ms", "predicted_cycles",
                                                      "measured_ms", "ratio", "skipped_because"}));
  EXPECT_GT(to_double(rows[1].fields[2]).value_or(0), 0);
  EXPECT_GT(to_int(rows[1].fields[3]).value_or(0), 0);
  EXPECT_NEAR(to_double(rows[1].fields[5]).value_or(0), to_double(rows[1].fields[2]).value_or(0) / 0.5, 1e-3);
  EXPECT_EQ(rows[1].fields[6], "");
  EXPECT_EQ(rows[4].fields[3], rows[1].fields[3]);  // the same chip by its target string
  EXPECT_EQ(rows[4].fields[5], "");
  for (const int bad : {2, 3, 5, 6}) {
    EXPECT_EQ(rows[bad].fields[2], "") << bad;
    EXPECT_NE(rows[bad].fields[6], "") << bad;
  }
  EXPECT_EQ(rows[2].fields[0], "no, such");
  EXPECT_NE(rows[3].fields[6].find("missing.onnx"), std::string::npos) << rows[3].fields[6];
  EXPECT_NE(read_text(folder / "out.html").find("<svg"), std::string::npos);
}

TEST(CliValidate, GivesTheCyclesOfSimulateAndTheSameWithManyProcesses) {
  const TempFolder folder;
  write_file(folder / "mine.csv", std::string_view("chip,network,latency_ms\nV853,lenet5_28,\nV853,"
                                                   "mobilenet_v1_025_224,\n"));
  const Finished one = run_trireme(folder.path(), {"validate", "mine.csv", "--json", "-j", "1"});
  const Finished many = run_trireme(folder.path(), {"validate", "mine.csv", "--json", "-j", "8"});
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(one.out, many.out);
  EXPECT_EQ(nlohmann::json::parse(one.out).at("rows").size(), 2U);
}

TEST(CliValidate, KnowsAWrongCommandLine) {
  const TempFolder folder;
  EXPECT_EQ(run_trireme(folder.path(), {"validate", "none.csv"}).status, 3);
  EXPECT_EQ(run_trireme(folder.path(), {"validate", "--chip", "nochip"}).status, 2);
  EXPECT_EQ(run_trireme(folder.path(), {"validate", "--write", "x"}).status, 2);
}

}  // namespace
}  // namespace trireme

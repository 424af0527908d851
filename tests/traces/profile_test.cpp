// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sample_run.h"
#include "support/files.h"
#include "support/text.h"
#include "traces/run_folder.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

// 1000 cycles at 500 MHz: 2 us; 3000 B in 2 us: 1500 MB/s; 500 B: 250; 64 B: 32; 32 B: 16.
TEST(ProfileTable, LayersEnginesAndTotals) {
  EXPECT_EQ(profile_table(sample_profile()),
            R"(tiny on test_chip

#  layer            op           engine  busy cyc  excl cyc  share %  time us  DDR rd B  DDR wr B  AXI rd B  AXI wr B  SRAM rd B  SRAM wr B       MACs  util %  PPU instr
0  conv1_4 +1       convolution  NN           700       700     70.0     1.40     2,900       400        16         8         64         32  1,234,567    87.5          -
1  prob_1           softmax      SH           200       200     20.0     0.40       100       100         0         0          0          0          0       -         42
   (network start)                                      100     10.0     0.20
-------------------------------------------------------------------------------------------------------------------------------------------------------------------------
   total                                              1,000    100.0     2.00     3,000       500        16         8         64         32  1,234,567                 42

layer +N: N more layers are computed with it (graph.json names them). excl cyc: charged to this layer
alone, adds up to the run. util: of the MACs its busy cycles could do.

Cycles of each layer's engine by cause

#  layer    engine  compute  wait_coefficients  wait_input  wait_output  wait_dram  wait_engine  launch  idle  total
0  conv1_4  NN          600                 40           0            0          0            0      60     0    700
1  prob_1   SH          150                  0           0            0         50            0       0     0    200

Cycles of each engine by cause

engine  jobs  busy %  compute  wait_coefficients  wait_input  wait_output  wait_dram  wait_engine  launch  idle  total
NN         1    70.0      600                 40           0            0          0            0      60   300  1,000
SH         1    20.0      150                  0           0            0         50          700       0   100  1,000

clock      500.000 MHz
time       1,000 cycles = 0.0020 ms
speed      500000.0 fps
DDR        3,000 B read (1500.0 MB/s), 500 B written (250.0 MB/s)
AXI-SRAM   16 B read (8.0 MB/s), 8 B written (4.0 MB/s)
VIP-SRAM   64 B read (32.0 MB/s), 32 B written (16.0 MB/s)
)");
}

TEST(ProfileTable, NoColumnsOfAnAxiSramThatIsNotUsed) {
  Profile profile = sample_profile();
  profile.traffic.axi_read = profile.traffic.axi_write = 0;
  EXPECT_EQ(profile_table(profile).find("AXI"), std::string::npos);
}

TEST(Profile, TheClockRampsUp) {
  // 500 MHz, but 100 MHz in the first 4 us: 400 cycles of the 1,000; the other 600 take 1.2 us.
  Profile profile = sample_profile();
  profile.start_hz = 100'000'000;
  profile.ramp_ps = 4'000'000;
  EXPECT_DOUBLE_EQ(profile.total_microseconds(), 5.2);
  EXPECT_DOUBLE_EQ(profile.time_ms(), 0.0052);
  EXPECT_NE(profile_table(profile).find("100.000 MHz for the first 4.000 us"), std::string::npos);
  EXPECT_DOUBLE_EQ(nlohmann::json::parse(profile_json(profile))["total"]["bandwidth_mb_per_s"]["ddr_write"],
                   500 / 5.2);
  // A run that is over before: 1,000 cycles at 100 MHz.
  profile.ramp_ps = 20'000'000;
  EXPECT_DOUBLE_EQ(profile.total_microseconds(), 10);
}

// 44 characters are shown: the first 20, two dots, the last 22.
TEST(ProfileTable, LongNamesKeepBothEnds) {
  Profile profile = sample_profile();
  profile.layers[0].lid =
      "functional_1/activation/Relu;functional_1/conv2d/BiasAdd;functional_1/conv2d/Conv2D_17";
  const std::string table = profile_table(profile);
  EXPECT_NE(table.find("functional_1/activat..nal_1/conv2d/Conv2D_17"), std::string::npos) << table;
}

TEST(ProfileSynap, IsTheTableOfTheSynapManual) {
  // Exclusive cycles; 1.4 us and 0.4 us round to 1 and 0. Merged layers follow without engine.
  EXPECT_EQ(profile_synap(sample_profile()),
            "pid: 0, nid: 1, inference_count: 1, inference_time: 2, inference_last: 2, iobuf_count: 2, "
            "iobuf_size: 804, "
            "layers: 3\n"
            "| lyr |    cycle | time_us | byte_rd | byte_wr | ot | name\n"
            "|   0 |      700 |       1 |    2900 |     400 | NN | conv1\n"
            "|   1 |      200 |       0 |     100 |     100 | SH | prob, \"final\"\n"
            "|   2 |        0 |       0 |       0 |       0 | -- | relu1_3\n");
}

TEST(ProfileCsv, OneLineALayerAndQuotedNames) {
  const auto lines = split(profile_csv(sample_profile()), '\n');
  ASSERT_EQ(lines.size(), 4U);  // header, two layers, the end
  EXPECT_EQ(lines[1],
            "0,conv1_4,conv1,convolution,relu1_3,NN,1x1x28x28,1x6x24x24,100,800,700,700,1.4,600,40,0,0,0,0,"
            "60,0,2900,"
            "400,16,8,64,32,1234567,0.875,0,150,120");
  EXPECT_EQ(split(lines[0], ',').size(), split(lines[1], ',').size());
  EXPECT_THAT(lines[2], HasSubstr(R"(,"prob, ""final""",softmax,)"));
}

TEST(ProfileJson, NamesThatScriptsRead) {
  const auto json = nlohmann::json::parse(profile_json(sample_profile()));
  EXPECT_EQ(json["total"]["cycles"], 1000);
  EXPECT_DOUBLE_EQ(json["total"]["time_ms"], 0.002);
  EXPECT_DOUBLE_EQ(json["total"]["fps"], 500000);
  EXPECT_EQ(json["total"]["bytes"]["ddr_read"], 3000);
  EXPECT_EQ(json["total"]["bytes"]["axi_read"], 16);
  EXPECT_EQ(json["layers"][0]["bytes"]["axi_write"], 8);
  EXPECT_DOUBLE_EQ(json["total"]["bandwidth_mb_per_s"]["ddr_write"], 250);
  EXPECT_DOUBLE_EQ(json["layers"][0]["time_us"], 1.4);
  EXPECT_DOUBLE_EQ(json["layers"][1]["share"], 0.2);
  EXPECT_EQ(json["layers"][0]["causes"]["wait_coefficients"], 40);
  EXPECT_EQ(json["engines"][1]["causes"]["wait_engine"], 700);
}

TEST(ProfileJson, ReadsBackToTheSameReports) {
  TempFolder folder;
  write_file(folder / "profile.json", profile_json(sample_profile()));
  const Profile read = read_profile_json(folder / "profile.json");
  EXPECT_EQ(profile_json(read), profile_json(sample_profile()));
  EXPECT_EQ(profile_table(read), profile_table(sample_profile()));
  EXPECT_EQ(profile_csv(read), profile_csv(sample_profile()));
}

void expect_refused(const nlohmann::json& json, const std::string& because) {
  TempFolder folder;
  write_file(folder / "profile.json", json.dump());
  try {
    read_profile_json(folder / "profile.json");
    ADD_FAILURE() << "accepted, expected: " << because;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(because));
  }
}

TEST(ProfileJson, WhatIsMissingOrOfAnotherTypeIsNamed) {
  const auto good = nlohmann::json::parse(profile_json(sample_profile()));
  auto bad = good;
  bad.erase("clock_hz");
  expect_refused(bad, "has no 'profile.clock_hz'");
  bad = good;
  bad["clock_hz"] = 0;
  expect_refused(bad, "'profile.clock_hz' is 0");
  bad = good;
  bad["layers"][0]["busy_cycles"] = -1;
  expect_refused(bad, "'layers.busy_cycles' is not a count");
  bad = good;
  bad["engines"] = "NN";
  expect_refused(bad, "'profile.engines' is not a list");
  bad = good;
  bad["version"] = 7;
  expect_refused(bad, "profile version 7");
  expect_refused(nlohmann::json::array(), "'profile' is not an object");
}

TEST(ProfileJson, DeepNestingIsRefused) {
  TempFolder folder;
  write_file(folder / "profile.json", std::string(1'000'000, '['));
  EXPECT_THROW(read_profile_json(folder / "profile.json"), Error);
  write_file(folder / "profile.json", std::string("not json"));
  EXPECT_THROW(read_profile_json(folder / "profile.json"), Error);
}

TEST(Causes, AddUpAndHaveNames) {
  CauseCycles causes;
  std::set<std::string> names;
  for (int i = 0; i < kCauses; ++i) {
    causes[static_cast<Cause>(i)] = std::uint64_t{1} << i;
    names.insert(name_of(static_cast<Cause>(i)));
  }
  EXPECT_EQ(causes.total(), (1U << kCauses) - 1);
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kCauses));
  causes += causes;
  EXPECT_EQ(causes.total(), 2 * ((1U << kCauses) - 1));
}

}  // namespace
}  // namespace trireme

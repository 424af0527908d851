// SPDX-License-Identifier: Apache-2.0
// Timing from the command line: no input, no calibration, one number of cycles whichever way is taken.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/system/cli_program.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

std::uint64_t cycles(const Finished& finished) {
  EXPECT_EQ(finished.status, 0) << finished.err;
  return nlohmann::json::parse(finished.out).at("total").at("cycles");
}

TEST(TimingWithoutData, EveryVerbGivesTheSameCycles) {
  const TempFolder folder;
  write_file(folder / "net.onnx", std::string_view(build("lenet5_28", false).SerializeAsString()));
  const Finished compiled = run_trireme(folder.path(), {"compile", "net.onnx", "--no-data"});
  EXPECT_EQ(compiled.status, 0) << compiled.err;
  EXPECT_NE(compiled.err.find("default scales"), std::string::npos) << compiled.err;
  const auto timed = [&](const char* verb, const char* file, const char* out) {
    return cycles(run_trireme(folder.path(), {verb, file, "--no-data", "--json", "--out", out}));
  };
  const std::uint64_t expected = timed("simulate", "net.tnb", "a");
  EXPECT_GT(expected, 0U);
  EXPECT_EQ(timed("simulate", "net.onnx", "b"), expected);
  EXPECT_EQ(timed("run", "net.onnx", "c"), expected);
  EXPECT_EQ(read_file(folder / "c" / "net.tnb"), read_file(folder / "net.tnb"));
}

TEST(TimingWithoutData, TakesNoInputAndShowsNoLayers) {
  const TempFolder folder;
  write_file(folder / "net.onnx", std::string_view(build("lenet5_28", false).SerializeAsString()));
  EXPECT_EQ(run_trireme(folder.path(), {"run", "net.onnx", "--no-data", "--input", "net.onnx"}).status, 2);
  EXPECT_EQ(run_trireme(folder.path(), {"run", "net.onnx", "--no-data", "--dump-layers"}).status, 2);
}

}  // namespace
}  // namespace trireme::zoo

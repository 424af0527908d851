// SPDX-License-Identifier: Apache-2.0
// What the program refuses or says rather than doing something else than the user meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common_inference.h"
#include "tests/system/cli_project.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

class Careful : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { project = std::make_unique<Project>(); }
  static void TearDownTestSuite() { project.reset(); }
  static fs::path at(const std::string& name) { return project->folder / name; }
  static void expect_refused(const Words& words, int status, const std::string& because) {
    const auto before = snapshot(project->folder.path());
    const Finished finished = project->run(words);
    EXPECT_EQ(finished.status, status) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(because));
    EXPECT_TRUE(snapshot(project->folder.path()) == before) << "files were written or changed";
  }
  static std::unique_ptr<Project> project;
};
std::unique_ptr<Project> Careful::project;

TEST_F(Careful, ForceSparesTheWorkingFolderAndTheInputs) {
  expect_refused({"simulate", "small.tnb", "--input", "s0.npy", "--out", ".", "--force"}, 3,
                 "working folder");
  fs::create_directory(at("in"));
  fs::copy_file(at("s0.npy"), at("in/s0.npy"));
  fs::copy_file(at("small.tnb"), at("in/small.tnb"));
  expect_refused({"simulate", "small.tnb", "--input", "in/s0.npy", "--out", "in", "--force"}, 3, "in/s0.npy");
  expect_refused({"simulate", "in/small.tnb", "--no-data", "--out", "in", "--force"}, 3, "in/small.tnb");
  expect_refused({"profile", "in/small.tnb", "--out", "in", "--force"}, 3, "in/small.tnb");
  expect_refused({"run", "small.onnx", "--input", "in/s0.npy", "--out", "in", "--force"}, 3, "in/s0.npy");
}

// The run waits for a model on a pipe; its temporary folder shows that it has begun.
TEST_F(Careful, KilledRunsLeaveNothing) {
  const fs::path script = at("kill.sh");
  write_file(script,
             std::string_view("mkdir stopped && cd stopped && mkfifo m.onnx || exit 9\n" TRIREME_BIN_DIR
                              "/trireme run m.onnx --input ../s0.npy --out new & run=$!\n"
                              "for i in $(seq 500); do ls -d .trireme-* 2>/dev/null && break; sleep "
                              "0.02; done\n"
                              "kill -TERM $run; wait $run; code=$?; rm m.onnx; ls -A; exit $code\n"));
  const std::string command =
      "cd " + shell_quoted(project->folder.path().string()) + " && sh kill.sh >kill.out";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 128 + SIGTERM);
  EXPECT_THAT(read_text(at("kill.out")), HasSubstr(".trireme-"));  // it had begun
  EXPECT_TRUE(fs::is_empty(at("stopped")));
}

TEST_F(Careful, OptionsThatContradict) {
  expect_refused({"simulate", "small.tnb", "--no-data", "--no-time"}, 2, "--no-data and --no-time");
  expect_refused({"simulate", "small.tnb", "--no-data", "--input", "s0.npy"}, 2,
                 "--no-data reads no --input");
  expect_refused({"simulate", "small.tnb", "--no-fuse", "--no-data"}, 3, "compiled without --no-fuse");
  expect_refused({"simulate", "small.tnb", "--no-sram", "--no-data"}, 3, "compiled without --no-sram");
  expect_refused({"decode", "s0.npy", "--scale", "nan"}, 2, "--scale: nan");
}

TEST_F(Careful, OptionsThatTheBinaryHasAreFine) {
  project->must({"compile", "small.json", "--no-fuse", "--no-sram", "-o", "plain.tnb"});
  project->must({"simulate", "plain.tnb", "--no-fuse", "--no-sram", "--no-data", "--out", "plain"});
}

TEST_F(Careful, JsonModeKeepsMessagesJson) {
  const auto expect_json = [](const std::string& err, const std::string& level) {
    std::size_t messages = 0;
    for (const std::string& line : split(err, '\n')) {
      if (line.empty()) continue;
      const Json object = Json::parse(line, nullptr, false);
      ASSERT_TRUE(object.is_object()) << line;
      if (object.contains("level") && object["level"] == level) ++messages;
    }
    EXPECT_GT(messages, 0U) << err;
  };
  expect_json(project
                  ->must({"simulate", "small.tnb", "--input", "s0.npy", "--out", "layers", "--dump-layers",
                          "--progress=json"})
                  .err,
              "note");
  expect_json(project->run({"simulate", "none.tnb", "--no-data", "--progress=json"}).err, "error");
  expect_json(project->run({"simulate", "small.tnb", "--progress=json", "--no-dta"}).err, "error");
}

TEST_F(Careful, FusedLayersAreCounted) {
  const Words words = {"--input", "s0.npy", "--out", "layers", "--dump-layers"};
  Words fused = {"simulate", "small.tnb"}, plain = {"simulate", "small.json", "--no-fuse"};
  fused.insert(fused.end(), words.begin(), words.end());
  plain.insert(plain.end(), words.begin(), words.end());
  EXPECT_THAT(project->must(fused).err, HasSubstr("compile with --no-fuse to see"));
  EXPECT_EQ(project->must(plain).err.find("inside others"), std::string::npos);
}

// Two channels of two pixels: c0 = 1 2, c1 = 3 4 become pixels 1 3 and 2 4.
TEST(ChannelsLast, ByHand) {
  const Tensor last = channels_last(Tensor::of({1, 2, 1, 2}, std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(last.shape, (Shape{1, 1, 2, 2}));
  EXPECT_EQ(last.bytes, Tensor::of({4}, std::vector<float>{1, 3, 2, 4}).bytes);
}

// The input is [1,1,4,4], no layer is.
TEST_F(Careful, DumpTransposesTheInputToo) {
  project->must(
      {"dump", "--model", "small.json", "--input", "s0.npy", "--format", "nhwc", "--output-dir", "last"});
  std::string names;
  for (const auto& entry : fs::directory_iterator(at("last")))
    names += entry.path().filename().string() + "\n";
  EXPECT_THAT(names, HasSubstr("_1_4_4_1.tensor\n"));
  EXPECT_EQ(names.find("_1_1_4_4.tensor\n"), std::string::npos);
}

TEST_F(Careful, ARunWithoutTimeSaysSo) {
  project->must({"simulate", "small.tnb", "--input", "s0.npy", "--no-time", "--out", "timeless"});
  const std::string words = "this run has no time (made with --no-time)";
  EXPECT_THAT(read_text(at("timeless/profile.txt")), HasSubstr(words));
  EXPECT_THAT(project->must({"profile", "timeless"}).out, HasSubstr(words));
  EXPECT_THAT(project->must({"profile", "timeless", "--json"}).err, HasSubstr(words));
  expect_refused({"trace", "timeless"}, 3, words);
}

TEST_F(Careful, WrongFilesSayWhatIsNeeded) {
  for (const char* verb : {"simulate", "info"}) {
    Words words = {verb, "s0.npy"};
    if (words[0] == "simulate") words.emplace_back("--no-data");
    expect_refused(words, 3, "a model (.onnx, .tflite, NAME.json)");
  }
  fs::create_directory(at("bare"));
  expect_refused({"profile", "bare"}, 3, "is no run folder");
  expect_refused({"trace", "bare"}, 3, "is no run folder");
  for (const char* verb : {"inference", "dump"}) {
    expect_refused({verb, "--model", "small.json", "--output-dir", "/proc/x"}, 3,
                   "cannot create the output folder");
  }
  expect_refused({"export", "ovxlib", "--model", "small.json", "--output-path", "/proc/x/net"}, 3,
                 "cannot create the folder");
}

TEST_F(Careful, MoreIterationsThanSamplesAreNoted) {
  EXPECT_THAT(
      project->must({"inference", "--model", "small.json", "--iterations", "1000", "--output-dir", "it"}).err,
      HasSubstr("--iterations 1000: the dataset has 2 samples"));
}

TEST_F(Careful, MissingListsAreWarnedOf) {
  EXPECT_THAT(project
                  ->must({"generate", "inputmeta", "--model", "small.json", "--source-file", "nosuch.txt",
                          "--input-meta-output", "new.yml"})
                  .err,
              HasSubstr("there is no 'nosuch.txt' yet"));
}

}  // namespace
}  // namespace trireme

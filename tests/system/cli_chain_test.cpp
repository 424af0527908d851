// SPDX-License-Identifier: Apache-2.0
// The chain as a user walks it, on a network of four layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/compile.h"
#include "tests/system/cli_project.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class Chain : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { project = std::make_unique<Project>(); }
  static void TearDownTestSuite() { project.reset(); }
  static fs::path at(const std::string& name) { return project->folder / name; }
  static std::set<std::string> names(const std::string& folder) {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(at(folder))) found.insert(entry.path().filename());
    return found;
  }
  static std::unique_ptr<Project> project;
};
std::unique_ptr<Project> Chain::project;

// Convolution: 2 x 2x2 outputs x 9 = 72; fully connected 3 x 8 = 24. Parameters 18 + 2 and 24 (and a bias, if
// any).
TEST_F(Chain, MeasureCountsMacs) {
  const Json json = Json::parse(project->must({"measure", "--model", "small.json", "--json"}).out);
  EXPECT_EQ(json["total"]["macs"], 72 + 24);
  EXPECT_THAT(project->must({"measure", "--model", "small.onnx"}).out, HasSubstr("96"));
}

TEST_F(Chain, QuantizeUsesEverySampleAndSaysSo) {
  const Finished all =
      project->must({"quantize", "--model", "small.json", "--rebuild", "--model-quantize", "a.quantize"});
  EXPECT_THAT(all.out, HasSubstr("calibrated with 2 of 2 samples"));
  EXPECT_THAT(all.err, HasSubstr("2 samples are few"));
  const Finished one = project->must({"quantize", "--model", "small.json", "--rebuild", "--iterations", "1",
                                      "--model-quantize", "b.quantize"});
  EXPECT_THAT(one.out, HasSubstr("calibrated with 1 of 2 samples"));
  EXPECT_EQ(read_text(at("a.quantize")), read_text(at("small.quantize")));
}

TEST_F(Chain, InferenceWritesTensorsAndTop5) {
  const Finished quantized = project->must({"inference", "--model", "small.json", "--dtype", "quantized",
                                            "--input", "s0.npy", "--output-dir", "inf"});
  EXPECT_THAT(quantized.out, HasSubstr("I Iter(0), top(5), tensor(@attach_"));
  int integers = 0, floats = 0;
  for (const std::string& name : names("inf")) {
    EXPECT_EQ(name.rfind("iter_0_", 0), 0U) << name;
    const bool integer = name.find(".qnt.tensor") != std::string::npos;
    (integer ? integers : floats) += 1;
  }
  EXPECT_EQ(integers, 1);  // the input's codes
  EXPECT_EQ(floats, 2);    // the input and the output
}

TEST_F(Chain, DumpWritesEveryLayer) {
  project->must({"dump", "--model", "small.json", "--input", "s0.npy", "--output-dir", "dump"});
  const Json measured = Json::parse(project->must({"measure", "--model", "small.json", "--json"}).out);
  EXPECT_EQ(names("dump").size(), measured["layers"].size() + 1);  // and the input
}

TEST_F(Chain, CompileIsReproducible) {
  project->must({"compile", "small.json", "-o", "again.tnb"});
  EXPECT_EQ(read_file(at("again.tnb")), read_file(at("small.tnb")));
}

TEST_F(Chain, DumpIrPrintsAPass) {
  for (const std::string& pass : simplify_pass_names()) {
    EXPECT_THAT(project->must({"compile", "small.onnx", "--dump-ir", pass}).out, HasSubstr("convolution"))
        << pass;
  }
  const Finished wrong = project->run({"compile", "small.onnx", "--dump-ir", "nothing"});
  EXPECT_EQ(wrong.status, 2);
}

TEST_F(Chain, InfoShowsTheBinary) {
  EXPECT_THAT(project->must({"info", "small.tnb"}).out, HasSubstr("Input Table"));
  const std::string brief = project->must({"info", "-b", "small.tnb"}).out;
  EXPECT_EQ(brief.find("Input Table"), std::string::npos);
  EXPECT_THAT(project->must({"info", "-in", "small.tnb"}).out, HasSubstr("Input Table"));
  const Json json = Json::parse(project->must({"info", "--json", "small.tnb"}).out);
  EXPECT_EQ(json["chip"], "vip9000pico_pid0xee");
}

TEST_F(Chain, SimulateWritesTheRunFolder) {
  const Finished finished = project->must(
      {"simulate", "small.tnb", "--input", "s0.npy", "--out", "run", "--dump-layers", "--format", "npy"});
  EXPECT_THAT(finished.out, HasSubstr(" cycles = "));
  const auto found = names("run");
  for (const char* name :
       {"run.yaml", "input_0.dat", "output0_3_1.dat", "output0.npy", "profile.json", "profile.csv",
        "profile.txt", "graph.json", "memory.json", "timeline.bin", "layers"}) {
    EXPECT_EQ(found.count(name), 1U) << name;
  }
}

// The bytes of the simulator are those of the quantized reference.
TEST_F(Chain, SimulatedOutputEqualsInference) {
  project->must({"simulate", "small.tnb", "--input", "s1.npy", "--out", "sim"});
  project->must({"inference", "--model", "small.json", "--dtype", "quantized", "--input", "s1.npy",
                 "--output-dir", "ref"});
  std::string reference;
  for (const std::string& name : names("ref")) {
    if (name.find("attach") != std::string::npos) reference = "ref/" + name;
  }
  const Finished decoded = project->must({"decode", "sim/output0_3_1.dat", "--values"});
  const std::string values =
      decoded.out.substr(decoded.out.find('\n') + 1);  // after the line that describes it
  EXPECT_EQ(values, read_text(at(reference)));
}

TEST_F(Chain, TimeDoesNotDependOnDataOrConstructionOrder) {
  const auto cycles = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"simulate", "small.tnb", "--json", "--out", "timing"});
    return Json::parse(project->must(words).out)["total"]["cycles"].get<std::int64_t>();
  };
  const std::int64_t expected = cycles({"--input", "s0.npy"});
  EXPECT_GT(expected, 0);
  EXPECT_EQ(cycles({"--input", "s1.npy"}), expected);
  EXPECT_EQ(cycles({"--no-data"}), expected);
  EXPECT_EQ(cycles({"--input", "s0.npy", "--reverse-construction"}), expected);
}

TEST_F(Chain, ProfileInEveryFormat) {
  project->must({"simulate", "small.tnb", "--input", "s0.npy", "--out", "profiled"});
  EXPECT_EQ(project->must({"profile", "profiled"}).out, read_text(at("profiled/profile.txt")));
  EXPECT_EQ(project->must({"profile", "profiled", "--json"}).out, read_text(at("profiled/profile.json")));
  EXPECT_EQ(project->must({"profile", "profiled", "--format", "csv"}).out,
            read_text(at("profiled/profile.csv")));
  EXPECT_THAT(project->must({"profile", "profiled", "--format", "synap"}).out,
              HasSubstr("| lyr |    cycle | time_us | byte_rd | byte_wr | ot | name\n"));
  EXPECT_EQ(project->must({"profile", "small.tnb"}).out,
            project->must({"profile", "small.tnb", "--input", "s0.npy"}).out);
}

TEST_F(Chain, BooksClose) {
  const Json json = Json::parse(project->must({"profile", "small.tnb", "--json"}).out);
  const std::int64_t total = json["total"]["cycles"];
  for (const Json& engine : json["engines"]) {
    std::int64_t sum = 0;
    for (const auto& [cause, cycles] : engine["causes"].items()) sum += cycles.get<std::int64_t>();
    EXPECT_EQ(sum, total) << engine["engine"];
  }
  std::int64_t exclusive = json["total"]["exclusive_outside_layers"];
  for (const Json& layer : json["layers"]) exclusive += layer["exclusive_cycles"].get<std::int64_t>();
  EXPECT_EQ(exclusive, total);
}

TEST_F(Chain, ExportWritesGoldenDataAndSaysWhatHasNoMeaning) {
  const Finished finished = project->must({"export",
                                           "ovxlib",
                                           "--model",
                                           "small.json",
                                           "--model-data",
                                           "small.data",
                                           "--model-quantize",
                                           "small.quantize",
                                           "--with-input-meta",
                                           "small_inputmeta.yml",
                                           "--dtype",
                                           "quantized",
                                           "--optimize",
                                           "VIP9000PICO_PID0XEE",
                                           "--viv-sdk",
                                           "/opt/sdk",
                                           "--target-ide-project",
                                           "linux64",
                                           "--pack-nbg-unify",
                                           "--output-path",
                                           "out/net"});
  for (const char* option : {"--viv-sdk", "--target-ide-project", "--pack-nbg-unify"}) {
    EXPECT_THAT(finished.err, HasSubstr(std::string("note: ") + option + " has no meaning here")) << option;
  }
  EXPECT_THAT(finished.out, HasSubstr("golden outputs equal"));
  EXPECT_EQ(names("out"), (std::set<std::string>{"net.tnb", "net.export.data", "net_inputmeta.yml",
                                                 "nbg_meta.json", "sample.txt", "golden"}));
  const Json golden = Json::parse(read_text(at("out/golden/golden.json")));
  EXPECT_EQ(golden["requantization"]["rule"], "vipf");
  const Json& output = golden["outputs"][0];
  EXPECT_EQ(output["shape_w_first"], "3_1");
  EXPECT_EQ(output["sha256"], sha256_hex(read_file(at("out/golden/" + output["file"].get<std::string>()))));
  const Json meta = Json::parse(read_text(at("out/nbg_meta.json")));
  EXPECT_EQ(meta["Inputs"].size(), 1U);
  EXPECT_TRUE(meta["Recurrent_connections"].empty());
  EXPECT_THAT(read_text(at("out/sample.txt")), HasSubstr("[golden]\n./golden/output0_3_1.dat\n"));
}

// The constants are addressed by offset and size, and hold the table's codes.
TEST_F(Chain, ExportedConstantsLieWhereTheIndexSays) {
  project->must({"export", "ovxlib", "--model", "small.json", "--output-path", "constants/net"});
  const Bytes data = read_file(at("constants/net.export.data"));
  const Json constants = Json::parse(read_text(at("constants/nbg_meta.json")))["Constants"];
  ASSERT_GE(constants.size(), 3U);
  for (const Json& constant : constants) {
    EXPECT_LE(constant["offset"].get<std::size_t>() + constant["bytes"].get<std::size_t>(), data.size());
    EXPECT_EQ(constant["offset"].get<std::size_t>() % 64, 0U);
  }
}

TEST_F(Chain, RunDoesEverything) {
  const Finished finished = project->must({"run", "small.onnx", "--input", "s0.npy", "--out", "everything"});
  EXPECT_THAT(finished.out, HasSubstr("outputs equal the host's quantized execution byte for byte"));
  for (const char* name : {"run.yaml", "small.json", "small.data", "small.quantize", "small.tnb",
                           "small_inputmeta.yml", "output0_3_1.dat"}) {
    EXPECT_TRUE(fs::exists(at(std::string("everything/") + name))) << name;
  }
  project->must(
      {"run", "small.onnx", "--input", "s1.npy", "--out", "everything"});  // replaces the earlier run
}

TEST_F(Chain, ARunIsReproducible) {
  project->must({"run", "small.onnx", "--input", "s0.npy", "--out", "first"});
  project->must({"run", "small.onnx", "--input", "s0.npy", "--out", "second"});
  auto first = snapshot(at("first")), second = snapshot(at("second"));
  first.erase("run.yaml");  // its host section has the wall time
  second.erase("run.yaml");
  EXPECT_EQ(first == second, true);
}

TEST_F(Chain, TraceOpensInPerfetto) {
  project->must({"simulate", "small.tnb", "--input", "s0.npy", "--out", "traced"});
  project->must({"trace", "traced", "-o", "trace.json"});
  EXPECT_GT(Json::parse(read_text(at("trace.json")))["traceEvents"].size(), 5U);
}

TEST_F(Chain, ProgressIsJsonOnStandardError) {
  const Finished finished =
      project->must({"simulate", "small.tnb", "--input", "s0.npy", "--out", "progress", "--progress=json"});
  std::size_t objects = 0;
  for (const std::string& line : split(finished.err, '\n')) {
    if (line.empty()) continue;
    EXPECT_EQ(Json::parse(line)["phase"], "simulate") << line;
    ++objects;
  }
  EXPECT_GT(objects, 0U);
}

TEST_F(Chain, ChipsAreListedAndExplained) {
  const std::string list = project->must({"chips", "list"}).out;
  EXPECT_THAT(list, AllOf(HasSubstr("vip9000pico_pid0xee"), HasSubstr("A311D"), Not(HasSubstr("aliases"))));
  EXPECT_EQ(project->must({"chips"}).out, list);
  EXPECT_THAT(project->must({"chips", "--aliases"}).out, HasSubstr("VIPNANOQI_PID0X88, "));
  // 8 cores * 64 lanes * 6; 2 * 3072 * 800 MHz = 4.92e12
  EXPECT_THAT(project->must({"chips", "show", "a311d"}).out,
              AllOf(HasSubstr("A311D (vipnanoqi_pid0x88): 3072 MAC a cycle, 4.92 TOPS at 800 MHz\n"),
                    HasSubstr("nne.cores "), HasSubstr(" published, ")));
  const Json shown = Json::parse(project->must({"chips", "show", "v853", "--json"}).out);
  EXPECT_EQ(shown["name"], "vip9000pico_pid0xee");
  const Json& basis = shown["basis"];
  EXPECT_EQ(basis["published"].get<std::size_t>() + basis["derived"].get<std::size_t>() +
                basis["fitted"].get<std::size_t>() + basis["assumed"].get<std::size_t>(),
            shown["fields"].size());
  EXPECT_GT(Json::parse(project->must({"chips", "--json"}).out).size(), 16U);
}

TEST_F(Chain, AssemblerRoundTrip) {
  write_file(at("p.s"), std::string_view("movi r1, 1.5f\nloop 3\nfadd r1, r1, r1\nendloop\nend\n"));
  project->must({"asm", "p.s", "-o", "p.bin"});
  EXPECT_EQ(read_file(at("p.bin")).size(), 5U * 16U);
  const std::string text = project->must({"disasm", "p.bin"}).out;
  write_file(at("q.s"), std::string_view(text));
  project->must({"asm", "q.s", "-o", "q.bin"});
  EXPECT_EQ(read_file(at("q.bin")), read_file(at("p.bin")));
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Input that cannot be used: exit code 3, one line on standard error for each problem, and nothing is
// written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "isa/chip.h"
#include "isa/network_binary.h"
#include "tests/system/cli_project.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { project = std::make_unique<Project>(); }
  static void TearDownTestSuite() { project.reset(); }

  static std::filesystem::path at(const std::string& name) { return project->folder / name; }
  static std::string text_of(const std::string& name) { return read_text(at(name)); }
  static Bytes bytes_of_file(const std::string& name) { return read_file(at(name)); }
  static void put(const std::string& name, const std::string& text) {
    write_file(at(name), std::string_view(text));
  }
  static void put(const std::string& name, const Bytes& bytes) { write_file(at(name), bytes); }
  static void cut(const std::string& from, const std::string& to, std::size_t size) {
    Bytes bytes = bytes_of_file(from);
    bytes.resize(size);
    put(to, bytes);
  }

  // `verb`: what the message names; `because`: what it says.
  static void expect_bad(const Words& words, const std::string& verb, const std::string& because,
                         std::size_t problems = 1, int status = 3) {
    const auto before = snapshot(project->folder.path());
    const Finished finished = project->run(words);
    EXPECT_EQ(finished.status, status) << finished.err;
    std::size_t errors = 0;
    for (const std::string& line : split(finished.err, '\n')) {
      if (line.rfind("trireme " + verb + ": error: ", 0) == 0) ++errors;
    }
    EXPECT_EQ(errors, problems) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(because));
    EXPECT_EQ(snapshot(project->folder.path()) == before, true) << "files were written or changed";
  }

  static void expect_bad_model(const std::string& because) {
    expect_bad({"import", "onnx", "--model", "bad.onnx"}, "import onnx", because);
  }
  static void expect_bad_model(const OnnxBuilder& model, const std::string& because) {
    write_model(at("bad.onnx"), model);
    expect_bad_model(because);
  }

  static std::unique_ptr<Project> project;
};
std::unique_ptr<Project> BadInput::project;

TEST_F(BadInput, ModelFileMissing) {
  expect_bad({"import", "onnx", "--model", "none.onnx"}, "import onnx", "none.onnx");
  expect_bad({"run", "none.onnx", "--input", "s0.npy", "--out", "new"}, "run", "none.onnx");
}

TEST_F(BadInput, ModelFileEmpty) {
  put("bad.onnx", std::string());
  expect_bad_model("bad.onnx");
}

TEST_F(BadInput, ModelFileTruncated) {
  cut("small.onnx", "bad.onnx", bytes_of_file("small.onnx").size() / 2);
  expect_bad_model("bad.onnx");
}

TEST_F(BadInput, ModelFileIsNoOnnx) {
  put("bad.onnx", std::string("#!/bin/sh\necho this is a script, not a model\n"));
  expect_bad_model("bad.onnx");
}

TEST_F(BadInput, UnsupportedOperator) {
  OnnxBuilder model;
  model.input("x", {1, 4});
  model.node("Einsum", {"x"}, {"y"}).text("equation", "ij->ji").named("odd_one");
  model.output("y");
  expect_bad_model(model, "odd_one");
  expect_bad_model(model, "Einsum");
}

TEST_F(BadInput, UnsupportedAttribute) {
  OnnxBuilder model;
  model.input("x", {1, 1, 4, 4});
  model.node("MaxPool", {"x"}, {"y"}).ints("kernel_shape", {2, 2}).integer("made_up", 1).named("pool");
  model.output("y");
  expect_bad_model(model, "made_up");
}

TEST_F(BadInput, DynamicShape) {
  OnnxBuilder model;
  auto& input = model.input("x", {1, 4});
  input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_param("length");
  model.node("Relu", {"x"}, {"y"});
  model.output("y");
  expect_bad_model(model, "length");
}

TEST_F(BadInput, Cycle) {
  OnnxBuilder model;
  model.input("x", {1, 4});
  model.node("Add", {"x", "b"}, {"a"});
  model.node("Relu", {"a"}, {"b"});
  model.output("b");
  expect_bad_model(model, "cycle");
}

TEST_F(BadInput, DanglingEdge) {
  OnnxBuilder model;
  model.input("x", {1, 4});
  model.node("Add", {"x", "nobody"}, {"y"});
  model.output("y");
  expect_bad_model(model, "nobody");
}

TEST_F(BadInput, InitializerOfTheWrongSize) {
  OnnxBuilder model = small_onnx_model();
  model.model.mutable_graph()->mutable_initializer(0)->add_float_data(1.0F);
  expect_bad_model(model, "'w'");
}

TEST_F(BadInput, AllProblemsOfAModelAtOnce) {
  OnnxBuilder model;
  model.input("x", {1, 4});
  model.node("Einsum", {"x"}, {"a"}).named("first");
  model.node("Det", {"a"}, {"y"}).named("second");
  model.output("y");
  write_model(at("bad.onnx"), model);
  expect_bad({"import", "onnx", "--model", "bad.onnx"}, "import onnx", "second", 2);
}

TEST_F(BadInput, DamagedWeights) {
  put("bad.json", text_of("small.json"));
  cut("small.data", "bad.data", bytes_of_file("small.data").size() / 2);
  expect_bad({"measure", "--model", "bad.json"}, "measure", "bad.data");
  Bytes flipped = bytes_of_file("small.data");
  flipped[flipped.size() / 2] ^= 0xFF;
  put("bad.data", flipped);
  expect_bad({"measure", "--model", "bad.json"}, "measure", "bad.data");
}

TEST_F(BadInput, DamagedGraph) {
  put("bad.json", text_of("small.json").substr(0, 200));
  put("bad.data", bytes_of_file("small.data"));
  expect_bad({"measure", "--model", "bad.json"}, "measure", "bad.json");
}

TEST_F(BadInput, TensorOfAnotherShape) {
  write_npy(at("wide.npy"), Tensor(DataType::float32, {1, 1, 4, 5}));
  expect_bad({"simulate", "small.tnb", "--input", "wide.npy", "--out", "new"}, "simulate", "[1,1,4,5]");
}

TEST_F(BadInput, PictureOfTheWrongChannelCount) {
  // A 1x1 red BMP: 14 bytes of file header, 40 of picture header, one row of B G R and padding.
  Bytes red = {'B', 'M', 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,  40,
               0,   0,   0,  1, 0, 0, 0, 1, 0, 0, 0,  1, 0, 24, 0};
  red.resize(54, 0);
  red[34] = 4;
  for (const int value : {0, 0, 255, 0}) red.push_back(static_cast<std::uint8_t>(value));
  put("red.bmp", red);
  expect_bad({"simulate", "small.tnb", "--input", "red.bmp", "--out", "new"}, "simulate", "3 channels");
}

TEST_F(BadInput, DamagedJpeg) {
  Bytes jpeg = read_file(std::filesystem::path(TRIREME_SOURCE_DIR) / "examples/lenet/0.jpg");
  jpeg.resize(jpeg.size() / 2);
  put("half.jpg", jpeg);
  expect_bad({"run", "small.onnx", "--input", "half.jpg", "--out", "new"}, "run", "half.jpg");
}

TEST_F(BadInput, TableThatMissesATensor) {
  QuantizeTable table = read_quantize_table(at("small.quantize"));
  table.entries.erase(table.order.back());
  const std::string missing = table.order.back();
  table.order.pop_back();
  write_quantize_table(at("short.quantize"), table);
  expect_bad({"compile", "small.json", "--model-quantize", "short.quantize", "-o", "new.tnb"}, "compile",
             missing);
}

TEST_F(BadInput, TableThatNamesAnUnknownTensor) {
  QuantizeTable table = read_quantize_table(at("small.quantize"));
  table.order.emplace_back("@nobody_99:out0");
  table.entries[table.order.back()] = table.entries[table.order.front()];
  write_quantize_table(at("long.quantize"), table);
  expect_bad({"compile", "small.json", "--model-quantize", "long.quantize", "-o", "new.tnb"}, "compile",
             "nobody_99");
}

class BadChip : public BadInput {
 protected:
  static std::string good() { return find_chip(kDefaultChip).yaml; }
  static void expect_bad_chip(const std::string& yaml, const std::string& because) {
    put("bad.yaml", yaml);
    expect_bad({"compile", "small.json", "--chip", "bad.yaml", "-o", "new.tnb"}, "compile", because);
  }
};

TEST_F(BadChip, UnknownKey) { expect_bad_chip(good() + "\nclokc_hz: 1\n", "clokc_hz"); }

TEST_F(BadChip, MissingKey) {
  std::string yaml = good();
  const std::size_t line = yaml.find("clock_hz:");
  ASSERT_NE(line, std::string::npos);
  yaml.erase(line, yaml.find('\n', line) - line);
  expect_bad_chip(yaml, "clock_hz");
}

TEST_F(BadChip, ValueOutOfRange) {
  std::string yaml = good();
  const std::size_t value = yaml.find("{value: ", yaml.find("clock_hz:")) + 8;
  yaml.replace(value, yaml.find(',', value) - value, "-5");
  expect_bad_chip(yaml, "-5");
}

TEST_F(BadChip, UnknownName) {
  expect_bad({"compile", "small.json", "--chip", "vip9000pico_pid0xef", "-o", "new.tnb"}, "compile",
             "vip9000pico_pid0xee");
}

TEST_F(BadInput, BinaryCutShort) {
  for (const std::size_t keep : {std::size_t{0}, std::size_t{4}, bytes_of_file("small.tnb").size() / 2}) {
    cut("small.tnb", "bad.tnb", keep);
    expect_bad({"simulate", "bad.tnb", "--input", "s0.npy", "--out", "new"}, "simulate", "bad.tnb");
  }
}

TEST_F(BadInput, BinaryForAnotherChip) {
  std::string yaml = find_chip(kDefaultChip).yaml;
  const std::size_t name = yaml.find("name: ");
  yaml.replace(name, yaml.find('\n', name) - name, "name: other_chip");
  put("other.yaml", yaml);
  expect_bad({"simulate", "small.tnb", "--chip", "other.yaml", "--input", "s0.npy", "--out", "new"},
             "simulate", "not for 'other_chip'");
  // The same name is not enough, if a field differs.
  std::string faster = find_chip(kDefaultChip).yaml;
  const std::size_t clock = faster.find("{value: ", faster.find("clock_hz:")) + 8;
  faster.replace(clock, faster.find(',', clock) - clock, "349000000");
  put("same.yaml", faster);
  expect_bad({"simulate", "small.tnb", "--chip", "same.yaml", "--input", "s0.npy", "--out", "new"},
             "simulate", "another description of vip9000pico_pid0xee");
}

TEST_F(BadInput, BinaryOfAnotherVersion) {
  NetworkBinary binary = read_network_binary(at("small.tnb"));
  binary.version = kNetworkBinaryVersion + 1;
  write_network_binary(at("next.tnb"), binary);
  expect_bad({"simulate", "next.tnb", "--input", "s0.npy", "--out", "new"}, "simulate",
             std::to_string(kNetworkBinaryVersion + 1));
}

TEST_F(BadInput, BinaryCompiledForAnotherRule) {
  expect_bad({"simulate", "small.tnb", "--requant", "tflite", "--input", "s0.npy", "--out", "new"},
             "simulate", "vipf");
}

TEST_F(BadInput, OutputFolderThatCannotBeMade) {
  expect_bad({"simulate", "small.tnb", "--input", "s0.npy", "--out", "/proc/trireme"}, "simulate",
             "/proc/trireme");
  expect_bad({"run", "small.onnx", "--input", "s0.npy", "--out", "small.onnx/run"}, "run", "small.onnx");
  expect_bad({"compile", "small.json", "-o", "/proc/small.tnb"}, "compile", "/proc/small.tnb");
}

TEST_F(BadInput, OutputFolderOfSomebodyElse) {
  std::filesystem::create_directories(at("mine"));
  put("mine/letter.txt", std::string("dear"));
  expect_bad({"simulate", "small.tnb", "--input", "s0.npy", "--out", "mine"}, "simulate", "--force");
  expect_bad({"run", "small.onnx", "--input", "s0.npy", "--out", "mine"}, "run", "--force");
}

TEST_F(BadInput, OtherFrameworksNameTheWayOut) {
  const std::vector<std::pair<std::string, std::string>> ways = {{"keras", "tf2onnx.convert --keras"},
                                                                 {"tensorflow", "tf2onnx.convert --graphdef"},
                                                                 {"caffe", "caffe2onnx.convert"},
                                                                 {"darknet", "demo_darknet2onnx.py"},
                                                                 {"pytorch", "torch.onnx.export"}};
  for (const auto& [framework, way] : ways) {
    expect_bad({"import", framework, "--model", "m.x", "--weights", "w"}, "import " + framework, way);
  }
}

// 2 for what no file could help, wherever it is found out; 3 where the option fits other files.
TEST_F(BadInput, ValuesOfOptions) {
  const auto wrong = [](const Words& words, const std::string& verb, const std::string& because) {
    expect_bad(words, verb, because, 1, 2);
  };
  wrong({"quantize", "--model", "small.json", "--rebuild", "--qtype", "int3"}, "quantize", "int3");
  wrong({"quantize", "--model", "small.json", "--rebuild", "--moving-average-weight", "2"}, "quantize", "2");
  wrong({"inference", "--model", "small.json", "--batch-size", "3"}, "inference", "3");
  wrong({"decode", "s0.npy", "--scale", "-1"}, "decode", "-1");
  wrong({"decode", "small.data", "--dtype", "int3"}, "decode", "int3");
  wrong({"decode", "small.data", "--dtype", "int8", "--shape", "4,x"}, "decode", "x");
  wrong({"compile", "small.json", "--requant", "none", "-o", "new.tnb"}, "compile", "none");
  wrong({"compile", "small.json", "--dump-ir", "none", "-o", "new.tnb"}, "compile", "none");
  wrong({"import", "onnx", "--model", "small.onnx", "--bind", "k"}, "import onnx", "NAME=FILE.npy");
  wrong({"import", "onnx", "--model", "small.onnx", "--inputs", "x", "--input-size-list", "0"}, "import onnx",
        "0");
  expect_bad({"decode", "small.data", "--dtype", "int8", "--shape", "4,5"}, "decode", "small.data");
  expect_bad({"import", "onnx", "--model", "small.onnx", "--inputs", "none"}, "import onnx", "none");
}

TEST_F(BadInput, WhatIsNotInThisVersionSaysSo) {
  expect_bad({"quantize", "--model", "small.json", "--hybrid"}, "quantize", "not in this version", 1, 2);
  expect_bad({"quantize", "--model", "small.json", "--rebuild", "--algorithm", "kl_divergence"}, "quantize",
             "not in this version", 1, 2);
  expect_bad({"quantize", "--model", "small.json"}, "quantize", "--rebuild");
  expect_bad({"export", "tflite", "--model", "small.json"}, "export tflite", "not in this version");
}

}  // namespace
}  // namespace trireme

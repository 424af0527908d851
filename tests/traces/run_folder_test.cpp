// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sample_run.h"
#include "support/files.h"
#include "support/yaml_fields.h"
#include "tensor/files.h"
#include "traces/run_folder.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;

std::map<std::string, Bytes> contents(const fs::path& folder) {
  std::map<std::string, Bytes> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

TEST(RunFolder, HoldsTheFilesOfTheDesign) {
  TempFolder folder;
  write_run_folder(folder / "run", sample_record(), false, true);
  std::set<std::string> names;
  for (const auto& [name, bytes] : contents(folder / "run")) names.insert(name);
  const std::string layer = "layers/iter_0_conv1_4_out0_1_1_2_2";
  EXPECT_EQ(names,
            (std::set<std::string>{"run.yaml", "input_0.dat", "output0_10_1.dat", "output0.npy",
                                   "profile.json", "profile.csv", "profile.txt", "graph.json", "memory.json",
                                   "timeline.bin", layer + ".dat", layer + ".tensor", layer + ".npy"}));
  EXPECT_EQ(fs::file_size(folder / "run/output0_10_1.dat"), 20U);  // ten FP16
}

// real = (code - 51) * 0.5
TEST(RunFolder, LayersAreWrittenRawAndDequantized) {
  TempFolder folder;
  write_run_folder(folder / "run", sample_record(), false);
  const std::string stem = "run/layers/iter_0_conv1_4_out0_1_1_2_2";
  EXPECT_EQ(read_file(folder / (stem + ".dat")), (Bytes{0, 51, 102, 255}));
  EXPECT_EQ(read_text(folder / (stem + ".tensor")), "-25.5\n0\n25.5\n102\n");
  const auto graph = nlohmann::json::parse(read_text(folder / "run/graph.json"));
  EXPECT_EQ(graph["layers"][0]["tensor"]["raw"], "layers/iter_0_conv1_4_out0_1_1_2_2.dat");
  EXPECT_EQ(graph["layers"][0]["tensor"]["dtype"], "uint8");
}

TEST(RunFolder, RunYamlSaysWhatTheTensorsMean) {
  TempFolder folder;
  write_run_folder(folder / "run", sample_record(), false);
  const YAML::Node yaml = parse_yaml(read_text(folder / "run/run.yaml"), "run.yaml");
  EXPECT_EQ(yaml["finish_cycle"].as<int>(), 1000);
  EXPECT_EQ(yaml["run"]["requantization"].as<std::string>(), "vipf");
  const YAML::Node input = yaml["inputs"][0];
  EXPECT_EQ(input["file"].as<std::string>(), "input_0.dat");
  EXPECT_EQ(input["dtype"].as<std::string>(), "uint8");
  EXPECT_EQ(input["shape"].as<std::vector<int>>(), (std::vector<int>{1, 1, 2, 2}));
  EXPECT_EQ(input["scale"].as<float>(), 0.5F);
  EXPECT_EQ(input["zero_point"].as<int>(), 51);
  const Bytes raw = {0, 51, 102, 255};
  EXPECT_EQ(input["sha256"].as<std::string>(), sha256_hex(raw));
  EXPECT_FALSE(yaml["outputs"][0]["scale"]);
}

TEST(RunFolder, OnlyTheHostSectionMayDiffer) {
  TempFolder folder;
  RunRecord other = sample_record();
  other.host["wall_seconds"] = "9";
  write_run_folder(folder / "a", sample_record(), false);
  write_run_folder(folder / "b", other, false);
  auto a = contents(folder / "a"), b = contents(folder / "b");
  EXPECT_NE(a["run.yaml"], b["run.yaml"]);
  a.erase("run.yaml");
  b.erase("run.yaml");
  EXPECT_EQ(a, b);
}

TEST(RunFolder, AnEarlierRunIsReplacedAsAWhole) {
  TempFolder folder;
  write_run_folder(folder / "run", sample_record(), false, true);
  RunRecord without_layers = sample_record();
  without_layers.layers.clear();
  write_run_folder(folder / "run", without_layers, false);
  EXPECT_FALSE(fs::exists(folder / "run/layers"));
  EXPECT_FALSE(fs::exists(folder / "run/output0.npy"));
}

TEST(RunFolder, AFolderWithOtherFilesIsRefusedAndUntouched) {
  TempFolder folder;
  fs::create_directory(folder / "mine");
  write_file(folder / "mine/letter.txt", std::string("dear"));
  EXPECT_THROW(write_run_folder(folder / "mine", sample_record(), false), Error);
  EXPECT_EQ(contents(folder / "mine").size(), 1U);
  write_run_folder(folder / "mine", sample_record(), true);  // --force
  EXPECT_FALSE(fs::exists(folder / "mine/letter.txt"));
}

TEST(HostTensorName, KeepsSafeCharactersAndFrameworkOrder) {
  EXPECT_EQ(host_tensor_name(0, "attach_Logits/Softmax/out0_0", 0, {1, 1000}),
            "iter_0_attach_Logits_Softmax_out0_0_out0_1_1000");
  EXPECT_EQ(host_tensor_name(3, "input.1_172", 1, {1, 3, 4, 5}), "iter_3_input.1_172_out1_1_3_4_5");
  EXPECT_EQ(host_tensor_name(0, "../../x y", 0, {}), "iter_0_.._.._x_y_out0_1");
}

// 3 * 2^-2 = 0.75
TEST(RealValues, FixedPoint) {
  const GoldenTensor golden{"v", "l", Tensor::of<std::int16_t>({2}, {3, -8}), false, 0, 0, 2};
  const Tensor real = real_values(golden);
  EXPECT_EQ(real.data<float>()[0], 0.75F);
  EXPECT_EQ(real.data<float>()[1], -2.0F);
}

}  // namespace
}  // namespace trireme

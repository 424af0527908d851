// SPDX-License-Identifier: Apache-2.0
// Real .tflite networks: inputs and outputs are what an independent reader of the format wrote into their
// manifests; every tensor that keeps its name keeps the declared shape.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/graph/operators.h"
#include "model/import/import.h"
#include "model/import/tflite/read_model.h"
#include "model/reference/execute.h"
#include "support/files.h"
#include "tensor/files.h"
#include "tests/support_for_tests/shared_folder.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<fs::path> tflite_workloads() {
  std::vector<fs::path> found;
  const fs::path folder = workloads_folder();
  if (folder.empty()) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "model.tflite")) found.push_back(entry.path());
  }
  return found;
}

void expect_as_declared(const Value& value, const Json& declared) {
  SCOPED_TRACE(value.name);
  EXPECT_EQ(value.name, declared["name"]);
  EXPECT_EQ(value.shape, declared["shape"].get<Shape>());
  EXPECT_EQ(name_of(value.quantization.dtype), declared["type"].get<std::string>());
  EXPECT_EQ(value.quantization.quantized(), !declared["scale"].is_null());
  if (declared["scale"].is_null() || !value.quantization.quantized()) return;
  EXPECT_EQ(value.dtype, DataType::float32);
  EXPECT_EQ(value.quantization.scale, std::vector<float>{declared["scale"].get<float>()});
  EXPECT_EQ(value.quantization.zero_point, std::vector<std::int32_t>{declared["zp"].get<std::int32_t>()});
}

void expect_declared_shapes(const Graph& graph, const fs::path& path) {
  const TfliteFile file = read_tflite_file(path);
  std::size_t found = 0;
  for (const tflite_file::Tensor* tensor : *file.model->subgraphs()->Get(0)->tensors()) {
    const ValueId id = graph.find_value(tensor->name()->str());
    if (id == kNone || graph.values[id].constant != nullptr) continue;
    EXPECT_EQ(graph.values[id].shape, integers_of(tensor->shape())) << tensor->name()->str();
    ++found;
  }
  EXPECT_GE(found, count_of(file.model->subgraphs()->Get(0)->operators()));
}

void check_workload(const fs::path& folder) {
  const Json manifest = Json::parse(read_text(folder / "manifest.json"));
  const Graph graph = load_model(folder / "model.tflite");
  EXPECT_EQ(graph.source_format, "tflite");
  EXPECT_EQ(graph.scales_from_model, manifest["quantization"] != "float32");
  ASSERT_EQ(graph.inputs.size(), manifest["inputs"].size());
  ASSERT_EQ(graph.outputs.size(), manifest["outputs"].size());
  for (std::size_t i = 0; i < graph.inputs.size(); ++i)
    expect_as_declared(graph.values[graph.inputs[i]], manifest["inputs"][i]);
  for (std::size_t i = 0; i < graph.outputs.size(); ++i)
    expect_as_declared(graph.values[graph.outputs[i]], manifest["outputs"][i]);
  std::int64_t total = 0;
  for (const Node& node : graph.nodes) total += macs(graph, node);
  EXPECT_EQ(total, manifest["macs"].get<std::int64_t>());
  expect_declared_shapes(graph, folder / "model.tflite");
}

TEST(TfliteWorkloads, InputsAndOutputsAreThoseOfTheFile) {
  const std::vector<fs::path> workloads = tflite_workloads();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder";
  for (const fs::path& folder : workloads) {
    SCOPED_TRACE(folder.filename().string());
    EXPECT_NO_THROW(check_workload(folder));
  }
}

// Against the outputs of another runtime, whose sums have another order.
TEST(TfliteWorkloads, FloatNetworksComputeWhatTensorFlowLiteComputes) {
  const fs::path folder = workloads_folder();
  if (folder.empty()) GTEST_SKIP() << "no workloads folder";
  for (const char* name : {"mlperf_resnet8_fp32", "mlperf_ad_fp32"}) {
    const Graph graph = load_model(folder / name / "model.tflite");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / name / "reference")) {
      if (!fs::exists(entry.path() / "out_0.tflite290.npy")) continue;
      SCOPED_TRACE(entry.path().string());
      const Tensor expected = read_npy(entry.path() / "out_0.tflite290.npy");
      const Tensor actual = execute(graph, {read_npy(entry.path() / "in_0.npy")}, {}).at(0);
      ASSERT_EQ(expected.shape, actual.shape);
      double largest = 0;
      for (std::int64_t i = 0; i < expected.size(); ++i)
        largest = std::max(largest, std::abs(element(expected, i)));
      for (std::int64_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(element(expected, i), element(actual, i), 1e-5 * largest);
    }
  }
}

}  // namespace
}  // namespace trireme

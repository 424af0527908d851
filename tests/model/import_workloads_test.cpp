// SPDX-License-Identifier: Apache-2.0
// Trained models from outside. LeNet is part of the repository; the others are skipped where they are not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/operators.h"
#include "tests/model/onnx_builder.h"
#include "tests/support_for_tests/shared_folder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::filesystem::path workload(const std::string& name) { return workloads_folder() / name / "model.onnx"; }

std::int64_t total_macs(const Graph& graph) {
  std::int64_t total = 0;
  for (const Node& node : graph.nodes) total += macs(graph, node);
  return total;
}

#define SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not found: " << (path).string()

TEST(Workloads, LeNet) {
  const std::filesystem::path path = std::filesystem::path(TRIREME_SOURCE_DIR) / "examples/lenet/lenet.onnx";
  const Graph graph = load_model(path);
  // conv1 6*28*28*25 = 117,600; conv2 16*10*10*150 = 240,000; 120*400 + 84*120 + 10*84 = 58,920
  EXPECT_EQ(total_macs(graph), 117'600 + 240'000 + 58'920);
  std::vector<std::string> ops;
  for (const Node& node : graph.nodes) ops.push_back(node.op);
  EXPECT_THAT(ops, ElementsAre("convolution", "relu", "pooling", "convolution", "relu", "pooling", "reshape",
                               "fullconnect", "relu", "fullconnect", "relu", "fullconnect", "softmax"));
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 10}));
}

TEST(Workloads, Mnist8) {
  const auto path = workload("onnx_mnist8_fp32");
  SKIP_WITHOUT(path);
  const Graph graph = load_model(path);
  // 8*28*28*25 = 156,800; 16*14*14*200 = 627,200; 10*256 = 2,560
  EXPECT_EQ(total_macs(graph), 156'800 + 627'200 + 2'560);
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 10}));
  EXPECT_EQ(producer_of(graph, "Times212_Output_0").op, "fullconnect");
}

TEST(Workloads, Vgg19WithConstantsOfHalfAGigabyte) {
  const auto path = workload("onnx_light_vgg19");
  SKIP_WITHOUT(path);
  const Graph graph = load_model(path);
  EXPECT_EQ(graph.nodes.size(), 46U);
  EXPECT_EQ(total_macs(graph), 19'632'062'464);
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 1000}));
}

TEST(Workloads, DenseNet121) {
  const auto path = workload("onnx_light_densenet121");
  SKIP_WITHOUT(path);
  EXPECT_EQ(total_macs(load_model(path)), 2'834'161'664);
}

TEST(Workloads, SuperResolutionHasADynamicBatch) {
  const auto path = workload("onnx_super_resolution_fp32");
  SKIP_WITHOUT(path);
  const Graph graph = load_model(path);
  EXPECT_THAT(graph.notes, ElementsAre("input 'input': dynamic batch 'batch_size' taken as 1"));
  EXPECT_EQ(total_macs(graph), 2'984'869'888);
}

// The QDQ twins have no real numbers between input and output. In a QLinear file what stands between
// DequantizeLinear and QuantizeLinear is plain float32: there are real numbers around it.
TEST(Workloads, QuantizedNetworks) {
  if (workloads_folder().empty()) GTEST_SKIP() << "no workloads";
  for (const std::string name :
       {"onnx_qdq_mlperf_resnet8_int8", "onnx_qdq_mlperf_kws_int8", "onnx_qdq_mlperf_ad_int8",
        "onnx_qdq_coral_mobilenet_v1_025_128_u8", "onnx_qdq_coral_mobilenet_v2_100_224_u8",
        "onnx_qlinear_mlperf_resnet8_int8", "onnx_qlinear_mlperf_kws_int8",
        "onnx_qlinear_coral_mobilenet_v1_025_128_u8", "onnx_qlinear_coral_mobilenet_v2_100_224_u8"}) {
    const Graph graph = load_model(workload(name));
    EXPECT_TRUE(graph.scales_from_model);
    int real = 0;
    for (const Value& value : graph.values) {
      if (value.constant == nullptr && !value.quantization.quantized()) ++real;
    }
    const bool has_real = name.find("qlinear") != std::string::npos;
    EXPECT_EQ(real > 0, has_real) << name;
  }
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Real digits and a real network that this project did not train.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/import/import.h"
#include "model/preprocess/input_meta.h"
#include "model/quantize/calibrate.h"
#include "tensor/files.h"
#include "tests/support_for_tests/relative_difference.h"
#include "tests/support_for_tests/shared_folder.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

class Workloads : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = workloads_folder();
    if (folder_.empty()) GTEST_SKIP() << "no workloads folder: set TRIREME_SHARED";
  }
  std::filesystem::path folder_;
};

// CNTK's MNIST network: Conv, Add, Relu, MaxPool, Reshape of a weight, MatMul.
TEST_F(Workloads, CntkMnistOnHostAndSimulator) {
  const std::filesystem::path mnist = folder_ / "onnx_mnist8_fp32";
  Graph graph = import_onnx(mnist / "model.onnx");
  simplify(graph);
  assign_layer_ids(graph);
  std::vector<Tensor> inputs;
  for (int d = 0; d < 4; ++d) {
    const std::filesystem::path reference = mnist / "reference" / ("digit" + std::to_string(d));
    inputs.push_back(read_npy(reference / "in_0.npy"));
    const Tensor expected = read_npy(reference / "out_0.ort_disabled.npy");
    EXPECT_LE(relative_difference(execute(graph, {inputs.back()}, {}).at(0), expected), 1e-5)
        << "digit " << d;
  }
  std::size_t next = 0;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    if (next == inputs.size()) return false;
    sample = {inputs[next++]};
    return true;
  });
  const Chip chip = find_chip(kDefaultChip);
  for (const bool fuse : {true, false}) {
    const NetworkBinary binary = compiled(graph, chip, fuse);
    for (std::size_t d = 0; d < inputs.size(); ++d) {
      EXPECT_GE(expect_same_layers(graph, binary, chip, {inputs[d]}), 4U);
    }
  }
  // Quantized, the answers stay what ONNX Runtime says.
  ExecuteOptions quantized;
  quantized.quantized = true;
  for (int d = 0; d < 4; ++d) {
    const Tensor expected =
        read_npy(mnist / "reference" / ("digit" + std::to_string(d)) / "out_0.ort_disabled.npy");
    const Tensor got = execute(graph, {inputs[static_cast<std::size_t>(d)]}, quantized).at(0);
    EXPECT_EQ(top_n(got, 1).at(0).index, top_n(expected, 1).at(0).index);
  }
}

// LeNet on handwriting, in the chip's integers: at least 90 % of the real digits.
TEST_F(Workloads, LenetReadsRealDigits) {
  const std::filesystem::path lenet = std::filesystem::path(TRIREME_SOURCE_DIR) / "examples" / "lenet";
  Graph graph = import_onnx(lenet / "lenet.onnx");
  simplify(graph);
  assign_layer_ids(graph);
  const InputMeta meta = default_input_meta(graph, "dataset.txt", "0 0 0 0.00392157");
  const auto picture = [&](const std::filesystem::path& file) {
    return load_input(file, graph.values[graph.inputs[0]], meta.databases[0].ports[0]);
  };
  const std::vector<Sample> samples = read_dataset(lenet / "dataset.txt");
  std::size_t next = 0;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    if (next == samples.size()) return false;
    sample = {picture(samples[next++].files[0])};
    return true;
  });
  const Chip chip = find_chip(kDefaultChip);
  const NetworkBinary binary = compiled(graph, chip, true);
  int right = 0;
  constexpr int kDigits = 10;
  for (int d = 0; d < kDigits; ++d) {
    const Tensor pixels = picture(folder_ / "inputs" / "mnist" / ("sample" + std::to_string(d) + ".png"));
    const RunRecord record = simulate(binary, chip, {quantize(pixels, binary.inputs.at(0).quantization)});
    if (top_n(record.outputs.at(0).tensor, 1).at(0).index == d) ++right;
  }
  EXPECT_GE(right, kDigits * 9 / 10);
}

}  // namespace
}  // namespace trireme

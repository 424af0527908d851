// SPDX-License-Identifier: Apache-2.0
// The float path against what ONNX Runtime made of the same models (tests/goldens/reference/make_goldens.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "model/import/import.h"
#include "model/preprocess/input_meta.h"
#include "model/reference/execute.h"
#include "tensor/files.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;

const fs::path kGoldens = fs::path(TRIREME_SOURCE_DIR) / "tests/goldens/reference";

// Largest difference, relative to the largest output.
double difference(const Tensor& got, const float* wanted) {
  double largest = 0;
  double apart = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(wanted[i])));
    const double gap = std::fabs(element(got, i) - static_cast<double>(wanted[i]));
    apart = std::max(apart, std::isnan(gap) ? HUGE_VAL : gap);
  }
  return apart / largest;
}

TEST(OnnxRuntime, EveryOperatorWithinOneInAHundredThousand) {
  int models = 0;
  for (const auto& entry : fs::directory_iterator(kGoldens)) {
    if (entry.path().extension() != ".onnx") continue;
    ++models;
    const std::string name = entry.path().stem().string();
    SCOPED_TRACE(name);
    const Graph graph = import_onnx(entry.path());
    const Tensor wanted = read_npy(kGoldens / (name + "_out.npy"));
    const Tensor got = execute(graph, {read_npy(kGoldens / (name + "_in.npy"))}, {}).at(0);
    ASSERT_EQ(got.shape, wanted.shape);
    EXPECT_LT(difference(got, wanted.data<float>()), 1e-5);
  }
  EXPECT_GE(models, 25);
}

// The order of its float sums is ONNX Runtime's too (model/graph/resize_rules.h).
TEST(OnnxRuntime, ResizesToTheLastBit) {
  const char* const models[] = {"resize_linear", "resize_linear_one_axis", "resize_linear_channels_last",
                                "resize_linear_volume", "resize_cubic"};
  for (const std::string name : models) {
    SCOPED_TRACE(name);
    const Graph graph = import_onnx(kGoldens / (name + ".onnx"));
    const Tensor got = execute(graph, {read_npy(kGoldens / (name + "_in.npy"))}, {}).at(0);
    EXPECT_EQ(got.bytes, read_npy(kGoldens / (name + "_out.npy")).bytes);
  }
}

TEST(OnnxRuntime, LenetOnItsTenDigits) {
  const fs::path example = fs::path(TRIREME_SOURCE_DIR) / "examples/lenet";
  const Graph graph = import_onnx(example / "lenet.onnx");
  const InputMeta meta = default_input_meta(graph, "dataset.txt");
  const InputPort& port = meta.databases[0].ports[0];
  const Tensor wanted = read_npy(kGoldens / "lenet_digits.npy");
  ASSERT_EQ(wanted.shape, (Shape{10, 10}));
  for (int digit = 0; digit < 10; ++digit) {
    SCOPED_TRACE(digit);
    const Tensor in =
        load_input(example / (std::to_string(digit) + ".jpg"), graph.values[graph.inputs[0]], port);
    const Tensor got = execute(graph, {in}, {}).at(0);
    ASSERT_EQ(got.size(), 10);
    EXPECT_LT(difference(got, wanted.data<float>() + digit * 10), 1e-5);
    EXPECT_EQ(top_n(got, 1).at(0).index, digit);
  }
}

}  // namespace
}  // namespace trireme

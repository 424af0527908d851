// SPDX-License-Identifier: Apache-2.0
// Each kind of advice on the smallest graph that earns it, and none on one that does not.
#include "model/import/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"

namespace trireme {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

auto says(const std::string& where, const std::string& what) {
  return AllOf(Field(&Problem::where, HasSubstr(where)), Field(&Problem::what, HasSubstr(what)));
}

class Network {
 public:
  explicit Network(const Shape& input) {
    last_ = value("data", input);
    graph_.inputs = {last_};
  }

  Network& add(const std::string& op, std::any attributes, const std::vector<Shape>& constants = {}) {
    Node node;
    node.name = graph_.unique_name(op);
    node.op = op;
    node.attributes = std::move(attributes);
    node.inputs = {last_};
    for (const Shape& shape : constants)
      node.inputs.push_back(
          graph_.add_constant(graph_.unique_name("constant"), Tensor(DataType::float32, shape)));
    last_ = value(node.name + "_out", {});
    node.outputs = {last_};
    infer_node(graph_, node);
    graph_.add_node(std::move(node));
    return *this;
  }
  Network& convolution(const Window& window, const Shape& weight, std::int64_t groups = 1) {
    return add("convolution", ConvolutionAttributes{window, groups}, {weight});
  }

  Quantization& quantization() { return graph_.values[last_].quantization; }
  Graph& graph() { return graph_; }
  std::vector<Problem> advice() {
    graph_.outputs = {last_};
    return import_advice(graph_);
  }

 private:
  ValueId value(const std::string& name, const Shape& shape) {
    Value made;
    made.name = name;
    made.shape = shape;
    return graph_.add_value(std::move(made));
  }

  Graph graph_;
  ValueId last_ = kNone;
};

Window window(std::int64_t height, std::int64_t width) {
  Window w;
  w.kernel_h = height, w.kernel_w = width;
  return w;
}

TEST(ImportAdvice, NothingOfWhatRunsWell) {
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(window(3, 3), {4, 1, 3, 3}, 4).add("relu", {}).advice(),
              IsEmpty());
}

TEST(ImportAdvice, Batches) {
  EXPECT_THAT(Network({2, 4, 8, 8}).add("relu", {}).advice(),
              ElementsAre(says("input 'data'", "a batch of 2")));
}

TEST(ImportAdvice, DilatedKernels) {
  Window w = window(3, 3);
  w.dilation_h = 2;
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(w, {4, 4, 3, 3}).advice(),
              ElementsAre(says("node 'convolution'", "a dilation of 2x1")));
}

// 15 is the last that runs in one pass; a dilated kernel of 4x4 elements with steps of 5 spans 1 + 3 * 5.
TEST(ImportAdvice, LargeKernels) {
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(window(15, 15), {4, 4, 15, 15}).advice(), IsEmpty());
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(window(16, 16), {4, 4, 16, 16}).advice(),
              ElementsAre(says("node 'convolution'", "a kernel of 16x16")));
  Window w = window(4, 4);
  w.dilation_h = w.dilation_w = 5;
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(w, {4, 4, 4, 4}).advice(),
              ElementsAre(says("", "a dilation of 5x5"), says("", "a kernel of 4x4 that spans 16x16")));
}

TEST(ImportAdvice, UnevenKernels) {
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(window(1, 5), {4, 4, 1, 5}).advice(),
              ElementsAre(says("node 'convolution'", "a kernel of 1x5")));
}

TEST(ImportAdvice, Strides) {
  Window w = window(3, 3);
  w.stride_h = w.stride_w = 2;
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(w, {4, 4, 3, 3}).advice(), IsEmpty());
  w.stride_w = 1;
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(w, {4, 4, 3, 3}).advice(),
              ElementsAre(says("", "a stride of 2x1")));
  w.stride_h = w.stride_w = 3;
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(w, {4, 4, 3, 3}).advice(),
              ElementsAre(says("", "a stride of 3x3")));
}

TEST(ImportAdvice, Groups) {
  EXPECT_THAT(Network({1, 4, 40, 40}).convolution(window(3, 3), {4, 2, 3, 3}, 2).advice(),
              ElementsAre(says("node 'convolution'", "2 groups of 2 channels")));
}

// The same of transposed convolutions; their stride is the factor of the map, and any is as good.
TEST(ImportAdvice, TransposedConvolutions) {
  DeconvolutionAttributes a;
  a.window = window(3, 3);
  a.window.dilation_h = a.window.dilation_w = 2;
  a.window.stride_h = a.window.stride_w = 4;
  a.groups = 2;
  EXPECT_THAT(Network({1, 4, 8, 8}).add("deconvolution", a, {{4, 2, 3, 3}}).advice(),
              ElementsAre(says("node 'deconvolution'", "a dilation of 2x2"),
                          says("node 'deconvolution'", "2 groups of 2 channels")));
}

// Six operators behind the last layer are as many as a softmax with its reshapes may need.
TEST(ImportAdvice, PostProcessing) {
  Network network({1, 4, 8, 8});
  network.convolution(window(1, 1), {4, 4, 1, 1});
  for (int i = 0; i < 6; ++i) network.add("exp", {});
  EXPECT_THAT(network.advice(), IsEmpty());
  network.add("exp", {});
  EXPECT_THAT(network.advice(), ElementsAre(says("node 'convolution'", "7 nodes behind the last layer")));
}

TEST(ImportAdvice, RealNumbersInAQuantizedNetwork) {
  Network network({1, 4, 8, 8});
  network.add("relu", {}).add("exp", {}).add("neg", {});
  network.graph().scales_from_model = true;
  Quantization& last = network.quantization();
  last.scheme = Quantization::Scheme::affine;
  last.dtype = DataType::int8;
  last.scale = {0.5F};
  last.zero_point = {0};
  EXPECT_THAT(network.advice(), ElementsAre(says("node 'relu'", "a float32 operator in a quantized network"),
                                            says("node 'exp'", "a float32 operator in a quantized network")));
}

}  // namespace
}  // namespace trireme

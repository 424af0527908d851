// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/networks.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "compiler/compile.h"
#include "model/graph/operators.h"
#include "model/quantize/calibrate.h"
#include "support/files.h"

namespace trireme::test {

std::uint64_t Random::next() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return state_ * 2685821657736338717U >> 16;
}

float Random::real() { return static_cast<float>(below(1 << 20)) / static_cast<float>(1 << 19) - 1.0F; }

ValueId Builder::input(const Shape& shape, const std::string& name) {
  Value value;
  value.name = name;
  value.shape = shape;
  const ValueId id = graph.add_value(std::move(value));
  graph.inputs.push_back(id);
  return id;
}

ValueId Builder::constant(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  return graph.add_constant(graph.unique_name(name), Tensor::of(shape, values));
}

ValueId Builder::random_constant(const std::string& name, const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& value : values) value = random_.real();
  return constant(name, shape, values);
}

ValueId Builder::node(const std::string& op, std::any attributes, std::vector<ValueId> inputs,
                      std::string name) {
  Node added;
  added.name = graph.unique_name(name.empty() ? op : name);
  added.op = op;
  added.attributes = std::move(attributes);
  added.inputs = std::move(inputs);
  Value output;
  output.name = graph.unique_name(added.name + "_out");
  added.outputs = {graph.add_value(std::move(output))};
  graph.add_node(added);
  infer_shapes(graph);
  return added.outputs[0];
}

ValueId Builder::convolution(ValueId data, const Conv& conv, const std::string& name) {
  const std::int64_t channels = graph.values[data].shape[1];
  ConvolutionAttributes attributes;
  attributes.window.kernel_h = attributes.window.kernel_w = conv.kernel;
  attributes.window.stride_h = attributes.window.stride_w = conv.stride;
  attributes.window.pad_top = attributes.window.pad_left = conv.pad;
  attributes.window.pad_bottom = attributes.window.pad_right = conv.pad;
  attributes.groups = conv.groups;
  std::vector<ValueId> inputs = {
      data, random_constant("weight", {conv.channels, channels / conv.groups, conv.kernel, conv.kernel})};
  if (conv.bias) inputs.push_back(random_constant("bias", {conv.channels}));
  return node("convolution", attributes, inputs, name);
}

ValueId Builder::fullconnect(ValueId data, int outputs, const std::string& name) {
  const std::int64_t features = element_count(graph.values[data].shape);
  const ValueId weight = random_constant("weight", {outputs, features});
  return node("fullconnect", FullconnectAttributes{1}, {data, weight, random_constant("bias", {outputs})},
              name);
}

ValueId Builder::pooling(ValueId data, PoolingAttributes::Type type, int kernel, int stride, int pad) {
  PoolingAttributes attributes;
  attributes.type = type;
  attributes.window.kernel_h = attributes.window.kernel_w = kernel;
  attributes.window.stride_h = attributes.window.stride_w = stride;
  attributes.window.pad_top = attributes.window.pad_left = pad;
  attributes.window.pad_bottom = attributes.window.pad_right = pad;
  return node("pooling", attributes, {data});
}

ValueId Builder::flatten(ValueId data) { return reshape(data, {1, element_count(graph.values[data].shape)}); }

Graph Builder::finish(const std::vector<ValueId>& outputs) {
  graph.outputs = outputs;
  compact(graph);
  infer_shapes(graph);
  verify(graph);
  return graph;
}

Graph lenet_like() {
  Builder b;
  ValueId x = b.input({1, 1, 28, 28});
  x = b.max_pool(b.relu(b.convolution(x, {20, 5}, "conv1")), 2, 2);
  x = b.max_pool(b.relu(b.convolution(x, {50, 5}, "conv2")), 2, 2);
  x = b.relu(b.fullconnect(b.flatten(x), 120, "fc1"));
  x = b.softmax(b.fullconnect(x, 10, "fc2"), 1);
  return b.finish({x});
}

namespace {

// One more operator on an image.
ValueId grow(Builder& b, Random& random, ValueId x) {
  const Shape& shape = b.graph.values[x].shape;
  const int channels = static_cast<int>(shape[1]);
  const int side = static_cast<int>(std::min(shape[2], shape[3]));
  switch (random.below(11)) {
    case 0:
      return b.relu(x);
    case 1:
      return b.node("relun", ClipAttributes{-0.5F, 6}, {x});
    case 2:
      return b.node(random.below(2) != 0 ? "sigmoid" : "tanh", {}, {x});
    case 3:
      return b.pooling(x, PoolingAttributes::Type::avg, std::min(side, 3), 1 + random.below(2),
                       side > 2 ? 1 : 0);
    case 4:
      return b.max_pool(x, std::min(side, 2 + random.below(2)), 2);
    case 5:
      return b.permute(x, random.below(2) != 0 ? std::vector<std::int64_t>{0, 3, 1, 2}
                                               : std::vector<std::int64_t>{0, 1, 3, 2});
    case 6:
      return b.convolution(x, {channels, std::min(side, 3), 1, 1, channels, random.below(2) != 0});
    case 7:
      return b.reshape(x, {1, shape[3], shape[1], shape[2]});
    case 8:  // what `fuse` is for
      x = b.relu(b.convolution(x, {1 + random.below(20), side > 2 ? 3 : 1, 1, side > 2 ? 1 : 0}));
      return b.max_pool(x, std::min(side, 2 + random.below(2)), 2);
    case 9:  // more kernels than the accumulators hold at once
      return b.convolution(x, {64 + random.below(16), 1, 1, 0});
    default: {
      const int kernel = 1 + random.below(std::min(side, 5));
      return b.convolution(x, {1 + random.below(12), kernel, 1 + random.below(3), random.below(kernel), 1,
                               random.below(2) != 0});
    }
  }
}

}  // namespace

Graph random_network(std::uint64_t seed, bool softmax) {
  Random random(seed);
  Builder b(seed);
  std::vector<ValueId> images = {
      b.input({1, 1 + random.below(5), 6 + random.below(20), 6 + random.below(20)})};
  const int nodes = 3 + random.below(12);
  for (int i = 0; i < nodes; ++i) {
    // Mostly go on from the newest value, sometimes branch off an older one.
    const std::size_t from = random.below(3) != 0
                                 ? images.size() - 1
                                 : static_cast<std::size_t>(random.below(static_cast<int>(images.size())));
    images.push_back(grow(b, random, images[from]));
  }
  std::vector<ValueId> outputs;
  for (std::size_t i = 1; i < images.size(); ++i) {
    if (consumers(b.graph, images[i]).empty() || random.below(8) == 0) outputs.push_back(images[i]);
  }
  const ValueId features = b.relu(b.fullconnect(b.flatten(images.back()), 1 + random.below(30)));
  outputs.push_back(softmax ? b.softmax(features, 1) : features);
  return b.finish(outputs);
}

Graph quantized(Graph graph, std::uint64_t seed) {
  int left = 2;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    if (left == 0) return false;
    sample = random_inputs(graph, seed + static_cast<std::uint64_t>(left--));
    return true;
  });
  return graph;
}

std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed) {
  Random random(seed);
  std::vector<Tensor> inputs;
  for (const ValueId input : graph.inputs) {
    Tensor tensor(DataType::float32, graph.values[input].shape);
    float* data = tensor.data<float>();
    for (std::int64_t i = 0; i < tensor.size(); ++i) data[i] = random.real();
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

Chip test_chip() { return find_chip(std::string(TRIREME_SOURCE_DIR) + "/chips/vip9000pico_pid0xee.yaml"); }

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path =
      std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/compiler/goldens" / (name + ".txt");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    write_file(path, text);
    return;
  }
  EXPECT_EQ(text, read_text(path)) << "run with UPDATE_GOLDEN=1 if the change is meant";
}

}  // namespace trireme::test

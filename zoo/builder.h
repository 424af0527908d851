// SPDX-License-Identifier: Apache-2.0
// Writes a network layer by layer as an ONNX model. Weights are RandomWeights nodes (formats.md §11), seeded
// by their position in the network, or, in full, the tensors those draw.
#pragma once

#ifndef ONNX_ML  // as the library that brings the message classes was built
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx_pb.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/import/onnx/random_weights.h"

namespace trireme::zoo {

// A value of shape [1, channels, height, width].
struct Map {
  std::string name;
  std::int64_t channels = 0, height = 0, width = 0;
};

// Of the detectors: strides 8, 16 and 32.
using Pyramid = std::array<Map, 3>;

struct Window {
  std::int64_t kernel_h = 1, kernel_w = 1, stride = 1;
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  bool ceil = false;  // pools: the last window may reach past the map
};
Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad);
Window same(std::int64_t kernel, std::int64_t stride = 1);  // pads of kernel / 2 on all sides
// TensorFlow's SAME on an even map at stride 2: the odd pad lies at the bottom and the right.
Window tensorflow_same(std::int64_t kernel, std::int64_t stride);

enum class Activation { none, relu, relu6, leaky_relu, silu };

class Builder {
 public:
  Builder(std::string name, bool full);

  Map input(std::int64_t channels, std::int64_t height, std::int64_t width);
  void output(const Map& map);
  void output(const std::string& value, const Shape& shape);
  onnx::ModelProto take() { return std::move(model_); }

  // Layers. A convolution has a bias unless a batch normalization of its own follows it.
  Map conv(const Map& x, std::int64_t outputs, const Window& window, std::int64_t groups = 1,
           bool bias = true);
  Map conv_transpose(const Map& x, std::int64_t outputs, std::int64_t kernel, std::int64_t stride);
  Map batch_norm(const Map& x);
  Map activate(const Map& x, Activation activation);
  Map max_pool(const Map& x, const Window& window);
  Map average_pool(const Map& x, const Window& window, bool count_include_pad);
  Map global_average(const Map& x);
  Map local_response_norm(const Map& x, std::int64_t size, float alpha, float beta);
  Map add(const Map& a, const Map& b);
  Map concat(const std::vector<Map>& maps);
  Map upsample(const Map& x);                       // nearest, twice the size
  std::vector<Map> split(const Map& x, int parts);  // of the channels, even
  // On flat values [1, n].
  Map flatten(const Map& x);
  Map dense(const Map& x, std::int64_t outputs);
  Map softmax(const Map& x);

  // Whatever has no layer above: the output's name. Attributes are set on the node that `last()` gives.
  std::string node(const std::string& op, const std::vector<std::string>& inputs);
  onnx::NodeProto& last();
  void set(const std::string& attribute, std::int64_t value);
  void set(const std::string& attribute, float value);
  void set(const std::string& attribute, const std::string& value);
  void set(const std::string& attribute, const std::vector<std::int64_t>& values);
  std::string integers(const std::vector<std::int64_t>& values);  // a constant
  std::string reals(const std::vector<float>& values, bool scalar = false);

 private:
  std::string fresh(const std::string& op);
  Map pool(const std::string& op, const Map& x, const Window& window);
  void set_window(const Window& window);
  // Trained weights keep the size of what passes through: standard deviation `gain` / sqrt(fan in).
  std::string weights(const Shape& shape, std::int64_t fan_in, float gain);
  std::string vector(std::int64_t channels, float scale, RandomWeights::Distribution distribution);
  std::string draw(RandomWeights weights);
  onnx::AttributeProto& attribute(const std::string& name, onnx::AttributeProto::AttributeType type);
  void describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape);

  onnx::ModelProto model_;
  bool full_;
  std::uint64_t drawn_ = 0;
  std::map<std::string, int> counts_;  // of names given, by kind
};

// The pair and the triple that networks are written in.
Map conv_act(Builder& b, const Map& x, std::int64_t outputs, const Window& window, Activation activation,
             std::int64_t groups = 1);

}  // namespace trireme::zoo

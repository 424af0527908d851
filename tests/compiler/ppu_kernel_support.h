// SPDX-License-Identifier: Apache-2.0
// What the tests of the PPU's kernels share: graphs of one node, numbers, comparison.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "model/graph/attributes.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/ppu_kernel_run.h"

namespace trireme::test {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Operand {
  Shape shape;
  DataType dtype = DataType::float32;
  Quantization quantization = {};
};

inline Quantization codes(DataType type, std::vector<float> scale, std::vector<std::int32_t> zero_point,
                          int axis = -1) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = type;
  q.scale = std::move(scale);
  q.zero_point = std::move(zero_point);
  q.channel_axis = axis;
  return q;
}

inline Graph one_node(const std::string& op, std::any attributes, const std::vector<Operand>& inputs,
                      const std::vector<Operand>& outputs) {
  Graph graph;
  Node node;
  node.name = node.op = op;
  node.attributes = std::move(attributes);
  const auto value = [&](const Operand& operand) {
    Value v;
    v.name = "v" + std::to_string(graph.values.size());
    v.shape = operand.shape;
    v.dtype = operand.dtype;
    v.quantization = operand.quantization;
    if (!v.quantization.quantized() && v.quantization.dtype == DataType::float32)
      v.quantization.dtype = operand.dtype;
    return graph.add_value(v);
  };
  for (const Operand& operand : inputs) node.inputs.push_back(value(operand));
  for (const Operand& operand : outputs) node.outputs.push_back(value(operand));
  graph.add_node(std::move(node));
  return graph;
}

inline std::vector<float> reals(Random& random, std::int64_t count, float range) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.real() * range);
  return values;
}

// |difference| at most 1e-5 of the largest result.
inline void expect_close(const Tensor& got, const std::vector<double>& wanted, const std::string& what) {
  double largest = 1e-30, worst = 0;
  for (const double value : wanted) largest = std::max(largest, std::fabs(value));
  ASSERT_EQ(got.size(), static_cast<std::int64_t>(wanted.size())) << what;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    worst = std::max(worst, std::fabs(element(got, static_cast<std::int64_t>(i)) - wanted[i]));
  EXPECT_LE(worst, 1e-5 * largest) << what;
}

inline void make_constant(Graph& graph, std::size_t input, const Shape& shape,
                          const std::vector<float>& values) {
  Value& value = graph.values[graph.nodes[0].inputs[input]];
  value.constant = std::make_shared<const Tensor>(Tensor::of<float>(shape, values));
}

// Calls visit with all coordinates of a shape, row-major.
inline void for_each_coordinate(const Shape& shape, const std::function<void(const Shape&)>& visit) {
  Shape at(shape.size(), 0);
  for (std::int64_t i = 0; i < element_count(shape); ++i) {
    visit(at);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++at[axis] < shape[axis]) break;
      at[axis] = 0;
    }
  }
}

inline std::size_t flat(const Shape& shape, const Shape& at) {
  std::int64_t index = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) index = index * shape[axis] + at[axis];
  return static_cast<std::size_t>(index);
}

}  // namespace trireme::test

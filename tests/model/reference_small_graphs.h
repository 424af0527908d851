// SPDX-License-Identifier: Apache-2.0
// Graphs of one or a few nodes for the tests of quantization and reference execution.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/graph/attributes.h"
#include "model/graph/graph.h"
#include "model/graph/operators.h"

namespace trireme::test {

// Repeatable numbers, the same with every library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U + 1) {}
  std::uint64_t bits() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  std::int64_t between(std::int64_t low, std::int64_t high) {  // both included
    return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }
  float real(float low, float high) {
    return low + (high - low) * static_cast<float>(static_cast<double>(bits() >> 11) * 0x1p-53);
  }

 private:
  std::uint64_t state_;
};

inline Quantization u8(float scale, std::int32_t zero_point) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::uint8;
  q.scale = {scale};
  q.zero_point = {zero_point};
  return q;
}

inline Quantization i32(float scale) {
  Quantization q = u8(scale, 0);
  q.dtype = DataType::int32;
  return q;
}

// A chain: each node reads the last value.
struct Chain {
  Graph graph;

  explicit Chain(Shape shape, Quantization q = {}) {
    graph.name = "chain";
    Value value;
    value.name = "input";
    value.shape = std::move(shape);
    value.quantization = std::move(q);
    graph.inputs = {graph.add_value(std::move(value))};
    last = graph.inputs[0];
  }

  ValueId last = 0;

  ValueId constant(const std::string& name, Tensor tensor, Quantization q = {}) {
    const ValueId id = graph.add_constant(name, std::move(tensor));
    if (q.quantized()) graph.values[id].quantization = std::move(q);
    return id;
  }

  // The output is named after the node; its shape is inferred. Parameters stay as given.
  Chain& add(const std::string& name, const std::string& op, std::any attributes,
             std::vector<ValueId> constants = {}, Quantization q = {}) {
    Value value;
    value.name = name + ":out";
    const ValueId out = graph.add_value(std::move(value));
    Node node;
    node.name = name;
    node.op = op;
    node.attributes = std::move(attributes);
    node.inputs = {last};
    node.inputs.insert(node.inputs.end(), constants.begin(), constants.end());
    node.outputs = {out};
    graph.add_node(std::move(node));
    last = out;
    graph.outputs = {out};
    const std::vector<Quantization> before = quantizations();
    infer_shapes(graph);
    for (std::size_t i = 0; i < before.size(); ++i) graph.values[i].quantization = before[i];
    graph.values[out].quantization = std::move(q);
    return *this;
  }

  std::vector<Quantization> quantizations() const {
    std::vector<Quantization> all;
    for (const Value& v : graph.values) all.push_back(v.quantization);
    return all;
  }

  Value& value(const std::string& name) {
    for (Value& v : graph.values) {
      if (v.name == name) return v;
    }
    throw std::out_of_range("no value " + name);
  }
};

inline std::vector<std::uint8_t> codes(const Tensor& tensor) {
  const auto* data = tensor.data<std::uint8_t>();
  return std::vector<std::uint8_t>(data, data + tensor.size());
}

inline std::vector<float> reals(const Tensor& tensor) {
  const auto* data = tensor.data<float>();
  return std::vector<float>(data, data + tensor.size());
}

}  // namespace trireme::test

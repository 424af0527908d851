// SPDX-License-Identifier: Apache-2.0
// Small networks for the compiler's tests, with weights from a seeded generator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "model/graph/attributes.h"
#include "model/graph/graph.h"

namespace trireme::test {

// xorshift64*: the same numbers on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2654435761U + 88172645463325252U) {}
  std::uint64_t next();
  int below(int limit) { return static_cast<int>(next() % static_cast<std::uint64_t>(limit)); }
  float real();  // in [-1, 1)

 private:
  std::uint64_t state_;
};

struct Conv {
  int channels = 4, kernel = 3, stride = 1, pad = 0, groups = 1;
  bool bias = true;
};

// Each operator adds a node and gives its output value; names are op + running number unless `name` is set.
class Builder {
 public:
  explicit Builder(std::uint64_t seed = 1) : random_(seed) { graph.name = "test"; }
  Graph graph;

  ValueId input(const Shape& shape, const std::string& name = "data");
  ValueId constant(const std::string& name, const Shape& shape, const std::vector<float>& values);
  ValueId random_constant(const std::string& name, const Shape& shape);
  ValueId node(const std::string& op, std::any attributes, std::vector<ValueId> inputs,
               std::string name = "");
  ValueId convolution(ValueId data, const Conv& conv, const std::string& name = "");
  ValueId fullconnect(ValueId data, int outputs, const std::string& name = "");
  ValueId pooling(ValueId data, PoolingAttributes::Type type, int kernel, int stride, int pad = 0);
  ValueId max_pool(ValueId data, int kernel, int stride) {
    return pooling(data, PoolingAttributes::Type::max, kernel, stride);
  }
  ValueId relu(ValueId data) { return node("relu", {}, {data}); }
  ValueId reshape(ValueId data, const Shape& shape) {
    return node("reshape", ReshapeAttributes{shape}, {data});
  }
  ValueId flatten(ValueId data);
  ValueId permute(ValueId data, const std::vector<std::int64_t>& perm) {
    return node("permute", PermuteAttributes{perm}, {data});
  }
  ValueId softmax(ValueId data, std::int64_t axis) {
    return node("softmax", SoftmaxAttributes{axis}, {data});
  }
  Graph finish(const std::vector<ValueId>& outputs);

 private:
  Random random_;
};

// Five layers of everything: two convolutions with activation and pooling, two fullconnects, softmax.
Graph lenet_like();
// Branches, several outputs, every operator the compiler places; softmax only if asked for.
Graph random_network(std::uint64_t seed, bool softmax);

Graph quantized(Graph graph, std::uint64_t seed = 7);
std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed);  // float32
Chip test_chip();

// Compares with tests/compiler/goldens/NAME.txt; UPDATE_GOLDEN=1 writes the file instead.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace trireme::test

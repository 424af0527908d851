// SPDX-License-Identifier: Apache-2.0
// Operators that take several programs of the PPU: recurrent layers and dynamic quantization, compiled and
// simulated, against the reference.
#include "model/quantize/real_network.h"
#include "tests/compiler/codes_run.h"

namespace trireme::test {
namespace {

using Activation = RecurrentAttributes::Activation;
using Direction = RecurrentAttributes::Direction;

struct Layer {
  const char* op;
  std::int64_t gates;
  std::vector<Activation> activations;  // of one direction
  RecurrentAttributes attr = {};
  bool bias = true, lengths = false, state = false, peephole = false;
  std::int64_t steps = 4, batch = 3, features = 5;
};

struct Network {
  Graph graph;
  std::vector<Tensor> inputs;
};

// Inputs in the order of ONNX; what a layer leaves out is kNone.
Network network_of(Layer layer, std::uint64_t seed) {
  RecurrentAttributes& attr = layer.attr;
  const std::int64_t directions = attr.direction == Direction::bidirectional ? 2 : 1;
  const std::int64_t hidden = attr.hidden_size, rows = layer.gates * hidden;
  for (std::int64_t d = 0; d < directions; ++d) {
    attr.activations.insert(attr.activations.end(), layer.activations.begin(), layer.activations.end());
    attr.activation_alpha.resize(attr.activations.size(), d == 0 ? 0.3F : 0.6F);
    attr.activation_beta.resize(attr.activations.size(), 0.4F);
  }
  const auto swapped = [&](Shape shape, std::size_t a, std::size_t b) {
    if (attr.batch_first) std::swap(shape[a], shape[b]);
    return shape;
  };
  const Shape state = swapped({directions, layer.batch, hidden}, 0, 1);
  Shape y = {layer.steps, directions, layer.batch, hidden};
  if (attr.batch_first) y = {layer.batch, layer.steps, directions, hidden};
  const std::vector<Operand> inputs = {{swapped({layer.steps, layer.batch, layer.features}, 0, 1)},
                                       {{directions, rows, layer.features}},
                                       {{directions, rows, hidden}},
                                       {{directions, 2 * rows}},
                                       {{layer.batch}, DataType::int32},
                                       {state},
                                       {state},
                                       {{directions, 3 * hidden}}};
  const bool lstm = layer.gates == 4;
  const bool given[] = {
      true, true, true, layer.bias, layer.lengths, layer.state, layer.state && lstm, layer.peephole};
  Network network;
  network.graph = one_node(layer.op, attr, inputs, std::vector<Operand>(lstm ? 3 : 2, Operand{state}));
  Node& node = network.graph.nodes[0];
  network.graph.values[node.outputs[0]].shape = y;
  node.inputs.resize(lstm ? 8 : 6);
  Random random(seed);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!given[i]) {
      node.inputs[i] = kNone;
      continue;
    }
    network.graph.inputs.push_back(node.inputs[i]);
    const Shape& shape = inputs[i].shape;
    std::vector<std::int32_t> lengths;
    for (std::int64_t n = 0; n < layer.batch; ++n)
      lengths.push_back(static_cast<std::int32_t>((n * 2 + 1) % (layer.steps + 1)));
    network.inputs.push_back(i == 4 ? Tensor::of<std::int32_t>(shape, lengths)
                                    : Tensor::of<float>(shape, reals(random, element_count(shape), 0.7F)));
  }
  network.graph.outputs = node.outputs;
  make_real(network.graph, DataType::float32);
  return network;
}

void expect_reference(const Layer& layer, std::uint64_t seed) {
  const Network network = network_of(layer, seed);
  const Chip chip = test_chip();
  CompileOptions options;
  const NetworkBinary binary = compile(network.graph, chip, options);
  for (const Job& job : binary.jobs) ASSERT_EQ(engine_of(job), Engine::ppu) << layer.op;
  const RunRecord record = simulate(binary, chip, network.inputs);
  EXPECT_TRUE(record.findings.empty()) << layer.op << ": " << record.findings.front().text;
  const std::vector<Tensor> wanted = execute(network.graph, network.inputs, {});
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::vector<double> values;
    for (std::int64_t j = 0; j < wanted[i].size(); ++j) values.push_back(element(wanted[i], j));
    expect_close(record.outputs.at(i).tensor, values, layer.op + std::string(" ") + std::to_string(i));
  }
}

Layer lstm() { return {"lstm", 4, {Activation::sigmoid, Activation::tanh, Activation::tanh}}; }
Layer gru() { return {"gru", 3, {Activation::sigmoid, Activation::tanh}}; }
Layer rnn() { return {"rnn", 1, {Activation::tanh}}; }

// Every optional part of a layer alone and all of them together; 6 units, so that lanes cross sequences.
TEST(PpuSequences, RecurrentLayers) {
  std::uint64_t seed = 1;
  for (Layer layer : {lstm(), gru(), rnn()}) {
    layer.attr.hidden_size = 6;
    const Layer plain = layer;
    for (const Direction direction : {Direction::forward, Direction::reverse, Direction::bidirectional}) {
      layer = plain;
      layer.attr.direction = direction;
      layer.bias = direction != Direction::reverse;
      expect_reference(layer, seed++);
      layer.lengths = true;
      expect_reference(layer, seed++);
      layer.state = true;
      layer.peephole = layer.gates == 4;
      layer.attr.batch_first = true;
      layer.attr.linear_before_reset = true;
      layer.attr.clip = 0.3F;
      expect_reference(layer, seed++);
    }
    layer = plain;
    layer.attr.input_forget = true;
    layer.peephole = layer.gates == 4;
    layer.state = true;
    layer.steps = 1;
    expect_reference(layer, seed++);
  }
}

TEST(PpuSequences, ActivationsOfRecurrentLayers) {
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu,
                                      Activation::hard_sigmoid, Activation::softsign, Activation::softplus,
                                      Activation::affine, Activation::leakyrelu, Activation::elu}) {
    Layer layer = rnn();
    layer.attr.hidden_size = 4;
    layer.attr.direction = Direction::bidirectional;
    layer.activations = {activation};
    expect_reference(layer, 5);
  }
}

// More elements than stripes; only positive ones; only zeros, whose scale is 0.
TEST(PpuSequences, DynamicQuantization) {
  Random random(3);
  const auto run = [](const std::vector<float>& x) {
    const Shape shape = {static_cast<std::int64_t>(x.size())};
    Graph graph =
        one_node("dynamic_quantize", {}, {{shape}}, {{shape, DataType::uint8}, {{}}, {{}, DataType::uint8}});
    graph.inputs = graph.nodes[0].inputs;
    graph.outputs = graph.nodes[0].outputs;
    make_real(graph, DataType::float32);
    const std::vector<Tensor> inputs = {Tensor::of<float>(shape, x)};
    CompileOptions options;
    const NetworkBinary binary = compile(graph, test_chip(), options);
    for (const Job& job : binary.jobs) EXPECT_EQ(engine_of(job), Engine::ppu);
    const RunRecord record = simulate(binary, test_chip(), inputs);
    const std::vector<Tensor> wanted = execute(graph, inputs, {});
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(record.outputs.at(i).tensor.bytes, wanted[i].bytes) << i;
  };
  run(reals(random, 5003, 3));
  run({0.5F, 2, 1.75F});
  run({-0.5F, -2, -1.75F, 0, -3});
  run({0, 0, 0});
  run({-1, 127, 0.5F, 1.5F, 2.5F, 126.5F});  // scale 128/255
}

}  // namespace
}  // namespace trireme::test

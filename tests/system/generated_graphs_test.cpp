// SPDX-License-Identifier: Apache-2.0
// Generated graphs: random shapes, all data types, scales and zero points, every rule. On codes the simulator
// equals the reference byte for byte, on real numbers within the error of another order of sums; a failure is
// reduced to the first node that differs, alone on the reference's tensors. More graphs than the suite has
// time for: TRIREME_GENERATED_GRAPHS=N.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "tests/system/graph_generator.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

ExecuteOptions options_of(RequantRule rule) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  return options;
}

// The node alone, its data inputs as the network's: what is left of a failure.
std::string smallest(const Graph& graph, const Node& node, RequantRule rule) {
  Graph single;
  single.scales_from_model = true;
  Node copy = node;
  for (ValueId& id : copy.inputs) {
    Value value = graph.values[id];
    value.producer = kNone;
    const ValueId known = single.find_value(value.name);
    const bool data = value.constant == nullptr;
    id = known != kNone ? known : single.add_value(std::move(value));
    if (data && known == kNone) single.inputs.push_back(id);
  }
  Value out = graph.values[node.outputs[0]];
  copy.outputs = {single.add_value(std::move(out))};
  single.outputs = copy.outputs;
  single.add_node(std::move(copy));
  return fmt::format("rule {}\n{}", name_of(rule), dump(single));
}

// First element that differs: codes by their bytes; real numbers by more than a part of the largest one,
// since the PPU adds in another order, and float16 rounds sums apart.
std::int64_t first_difference(const Tensor& ours, const Tensor& theirs) {
  if (!is_float(theirs.dtype)) {
    const auto at = std::mismatch(ours.bytes.begin(), ours.bytes.end(), theirs.bytes.begin()).first;
    return at == ours.bytes.end() ? -1 : (at - ours.bytes.begin()) / bytes_of(ours.dtype);
  }
  const Tensor a = to_float32(ours), b = to_float32(theirs);
  float largest = 1;
  for (std::int64_t i = 0; i < b.size(); ++i) largest = std::max(largest, std::fabs(b.data<float>()[i]));
  const float allowed = largest * (theirs.dtype == DataType::float16 ? 1e-2F : 1e-5F);
  for (std::int64_t i = 0; i < b.size(); ++i) {
    if (!(std::fabs(a.data<float>()[i] - b.data<float>()[i]) <= allowed)) return i;
  }
  return -1;
}

void expect_same(const Graph& graph, const Chip& chip, const Tensor& input, RequantRule rule,
                 std::uint64_t seed) {
  std::map<std::string, Tensor> reference;
  execute(graph, {input}, options_of(rule),
          [&](ValueId id, const Tensor& tensor) { reference[graph.values[id].name] = tensor; });
  for (const bool fuse : {true, false}) {
    const NetworkBinary binary = compiled(graph, chip, fuse, true, rule);
    SimulateOptions options;
    options.time = false;
    options.dump_layers = true;
    const RunRecord record = simulate(binary, chip, {input}, options);
    ASSERT_TRUE(record.findings.empty()) << "seed " << seed << ": " << record.findings.front().text;
    for (const GoldenTensor& layer : record.layers) {
      const auto found = reference.find(layer.value);
      if (found == reference.end()) continue;
      const std::int64_t at = first_difference(layer.tensor, found->second);
      if (at < 0) continue;
      const NodeId producer = graph.values[graph.find_value(layer.value)].producer;
      const auto shown = [&](const Tensor& tensor) { return to_float32(tensor).data<float>()[at]; };
      FAIL() << "seed " << seed << " fuse " << fuse << ", element " << at << " is " << shown(layer.tensor)
             << ", not " << shown(found->second) << ", reduced to:\n"
             << smallest(graph, graph.nodes[producer], rule);
    }
  }
}

TEST(GeneratedGraphs, SimulatorEqualsReferenceUnderEveryRule) {
  constexpr RequantRule kRules[] = {RequantRule::vip7,       RequantRule::vip8,   RequantRule::vipf,
                                    RequantRule::onnx,       RequantRule::tflite, RequantRule::tflm,
                                    RequantRule::tflm_single};
  const Chip chip = find_chip(kDefaultChip);
  const char* const wanted = std::getenv("TRIREME_GENERATED_GRAPHS");
  const std::uint64_t graphs = wanted == nullptr ? 3000 : std::strtoull(wanted, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= graphs; ++seed) {
    GraphGenerator generator(seed);
    const Graph graph = generator.make();
    if (graph.nodes.empty()) continue;  // every step left its input as it was
    GraphGenerator again(seed + 1'000'000);
    const Value& data = graph.values[graph.inputs[0]];
    expect_same(graph, chip, again.codes(data.quantization.dtype, data.shape),
                kRules[seed % std::size(kRules)], seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Generated graphs of operators on codes: random shapes, types, scales and zero points, every rule. The
// simulator equals the reference byte for byte; a failure is reduced to the first node that differs, alone on
// the reference's tensors.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {
    graph_.scales_from_model = true;
    type_ = below(2) == 0 ? DataType::uint8 : DataType::int8;
  }

  Graph make() {
    ValueId x = add_value("data", {1, 1 + below(8), 3 + below(9), 3 + below(9)});
    graph_.inputs = {x};
    const int nodes = 2 + static_cast<int>(below(6));
    for (int i = 0; i < nodes; ++i) x = next(x);
    graph_.outputs = {x};
    return std::move(graph_);
  }

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }

  Tensor codes(DataType type, const Shape& shape) {
    Tensor tensor(type, shape);
    for (std::uint8_t& byte : tensor.bytes) byte = static_cast<std::uint8_t>(random_());
    return tensor;
  }

 private:
  float scale() {
    return std::ldexp(1.0F + static_cast<float>(below(1 << 20)) / (1 << 20), -3 - static_cast<int>(below(5)));
  }

  Quantization parameters(DataType type) {
    Quantization q;
    q.scheme = Quantization::Scheme::affine;
    q.dtype = type;
    q.scale = {scale()};
    q.zero_point = {static_cast<std::int32_t>(below(256)) - (type == DataType::int8 ? 128 : 0)};
    return q;
  }

  ValueId add_value(const std::string& name, Shape shape) {
    Value value;
    value.name = graph_.unique_name(name);
    value.shape = std::move(shape);
    value.quantization = parameters(type_);
    return graph_.add_value(std::move(value));
  }

  ValueId add_node(const std::string& op, std::any attributes, std::vector<ValueId> inputs,
                   bool keeps = false) {
    Node node;
    node.name = graph_.unique_name(op);
    node.op = op;
    node.attributes = std::move(attributes);
    node.inputs = std::move(inputs);
    node.outputs = {add_value(op + "_out", {})};
    if (keeps) graph_.values[node.outputs[0]].quantization = graph_.values[node.inputs[0]].quantization;
    infer_node(graph_, node);
    const ValueId out = node.outputs[0];
    graph_.add_node(std::move(node));
    return out;
  }

  ValueId constant(const std::string& name, Tensor tensor, Quantization q) {
    Value value;
    value.name = graph_.unique_name(name);
    value.shape = tensor.shape;
    value.quantization = std::move(q);
    value.constant = std::make_shared<const Tensor>(std::move(tensor));
    return graph_.add_value(std::move(value));
  }

  // int8 weights with a scale a channel, or weights of the activations' type with one.
  ValueId weight(const Shape& shape) {
    const bool per_channel = below(2) == 0;
    Quantization q = parameters(per_channel ? DataType::int8 : type_);
    if (per_channel) {
      q.channel_axis = 0;
      q.scale.clear();
      for (std::int64_t i = 0; i < shape[0]; ++i) q.scale.push_back(scale());
      q.zero_point.assign(q.scale.size(), 0);
    }
    return constant("weight", codes(q.dtype, shape), q);
  }

  ValueId bias(ValueId data, ValueId weight_id, std::int64_t channels) {
    Quantization q = graph_.values[weight_id].quantization;
    q.dtype = DataType::int32;
    for (float& s : q.scale) s *= graph_.values[data].quantization.scale[0];
    q.zero_point.assign(q.scale.size(), 0);
    Tensor tensor(DataType::int32, {channels});
    for (std::int64_t i = 0; i < channels; ++i)
      tensor.data<std::int32_t>()[i] = static_cast<std::int32_t>(below(4001)) - 2000;
    return constant("bias", std::move(tensor), std::move(q));
  }

  ValueId convolution(ValueId x) {
    const Shape shape = graph_.values[x].shape;
    const std::int64_t kind = below(3);  // dense, depthwise, two groups
    const std::int64_t groups = kind == 1 ? shape[1] : kind == 2 && shape[1] % 2 == 0 ? 2 : 1;
    const std::int64_t out = kind == 1 ? shape[1] * (1 + below(2)) : groups * (1 + below(5));
    Window w;
    w.kernel_h = 1 + below(3), w.kernel_w = 1 + below(3);
    w.stride_h = w.stride_w = 1 + below(2);
    w.dilation_h = w.dilation_w = 1 + below(2);
    w.pad_top = below(2), w.pad_left = below(2), w.pad_bottom = below(2), w.pad_right = below(2);
    if ((w.kernel_h - 1) * w.dilation_h >= shape[2] || (w.kernel_w - 1) * w.dilation_w >= shape[3]) return x;
    const ValueId kernel = weight({out, shape[1] / groups, w.kernel_h, w.kernel_w});
    return add_node("convolution", ConvolutionAttributes{w, groups, kind == 1},
                    {x, kernel, bias(x, kernel, out)});
  }

  ValueId pooling(ValueId x) {
    const Shape& shape = graph_.values[x].shape;
    if (shape[2] < 2 || shape[3] < 2) return x;
    PoolingAttributes a;
    a.type = below(2) == 0 ? PoolingAttributes::Type::max : PoolingAttributes::Type::avg;
    a.window.kernel_h = a.window.kernel_w = 2;
    a.window.stride_h = a.window.stride_w = 1 + below(2);
    a.window.pad_top = below(2), a.window.pad_left = below(2);
    a.window.pad_bottom = below(2), a.window.pad_right = below(2);
    a.ceil_mode = below(2) == 0;
    a.count_include_pad = below(2) == 0;
    return add_node("pooling", a, {x}, true);
  }

  ValueId next(ValueId x) {
    const Shape shape = graph_.values[x].shape;
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return convolution(x);
      case 3:
        return pooling(x);
      case 4:
        return add_node("relu", {}, {x}, below(2) == 0);
      case 5:
        return add_node("sigmoid", {}, {x});
      case 6:
        return add_node("leakyrelu", LeakyReluAttributes{0.1F}, {x});
      case 7:
        return add_node("add", {}, {x, add_node("quantize", {}, {x})});
      case 8:
        return add_node("multiply", {}, {x, add_node("quantize", {}, {x})});
      case 9:
        return add_node("concat", ConcatAttributes{1}, {x, add_node("quantize", {}, {x})});
      case 10:
        return add_node("permute", PermuteAttributes{{0, 1, 3, 2}}, {x}, true);
      default:
        return add_node("pad", PadAttributes{PadAttributes::Mode::constant, {0, 0, 1, 0}, {0, 0, 0, 1}, 0},
                        {x}, true);
    }
  }

  std::mt19937_64 random_;
  DataType type_;
  Graph graph_;
};

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
      if (found == reference.end() || found->second.bytes == layer.tensor.bytes) continue;
      const NodeId producer = graph.values[graph.find_value(layer.value)].producer;
      const auto [at, theirs] =
          std::mismatch(layer.tensor.bytes.begin(), layer.tensor.bytes.end(), found->second.bytes.begin());
      FAIL() << "seed " << seed << " fuse " << fuse << ", byte " << at - layer.tensor.bytes.begin() << " is "
             << int{*at} << ", not " << int{*theirs} << ", reduced to:\n"
             << smallest(graph, graph.nodes[producer], rule);
    }
  }
}

TEST(GeneratedGraphs, SimulatorEqualsReferenceUnderEveryRule) {
  constexpr RequantRule kRules[] = {RequantRule::vip7,       RequantRule::vip8,   RequantRule::vipf,
                                    RequantRule::onnx,       RequantRule::tflite, RequantRule::tflm,
                                    RequantRule::tflm_single};
  const Chip chip = find_chip(kDefaultChip);
  for (std::uint64_t seed = 1; seed <= 10000; ++seed) {
    Generator generator(seed);
    const Graph graph = generator.make();
    if (graph.nodes.empty()) continue;  // every step left its input as it was
    Generator again(seed + 1'000'000);
    const Value& data = graph.values[graph.inputs[0]];
    expect_same(graph, chip, again.codes(data.quantization.dtype, data.shape),
                kRules[seed % std::size(kRules)], seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace trireme

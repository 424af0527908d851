// SPDX-License-Identifier: Apache-2.0
// Activations that exporters write as products: x * sigmoid(b x) is swish, x * tanh(softplus(x)) is mish,
// x * clamp(x + 3, 0, 6) / 6 is hard_swish, x * (1 + erf(x / sqrt 2)) / 2 is gelu. As one operator each is a
// table of 256 codes (formats.md §10); apart it costs a product of two maps on the PPU. A slope for all
// channels makes prelu a leakyrelu. Ranges are calibrated afterwards, so networks with codes are left alone.
#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

constexpr double kClose = 1e-4;  // relative; exporters round the constants differently

bool is_close(double a, double b) { return std::abs(a - b) <= kClose * std::abs(b); }

// The number of a constant that is the same everywhere.
std::optional<double> number(const Graph& graph, ValueId id) {
  if (!is_constant(graph, id) || graph.values[id].constant->dtype != DataType::float32 ||
      graph.values[id].constant->size() != 1)
    return std::nullopt;
  return element(*graph.values[id].constant, 0);
}

const Node* maker(const Graph& graph, ValueId id, const char* op) {
  const NodeId producer = id == kNone ? kNone : graph.values[id].producer;
  return producer != kNone && graph.nodes[producer].op == op ? &graph.nodes[producer] : nullptr;
}

// A value as a number times the product of others. No pattern is deeper; powers of powers would never end.
constexpr int kMaxDepth = 6;
struct Product {
  double number = 1;
  std::vector<ValueId> factors;
};

void multiply(const Graph& graph, ValueId id, Product& product, int depth) {
  const Node* node = depth < kMaxDepth ? maker(graph, id, "multiply") : nullptr;
  if (node != nullptr) {
    for (const ValueId input : node->inputs) multiply(graph, input, product, depth + 1);
    return;
  }
  const Node* divide = depth < kMaxDepth ? maker(graph, id, "divide") : nullptr;
  const std::optional<double> by = divide == nullptr ? std::nullopt : number(graph, divide->inputs[1]);
  if (by && *by != 0) {
    product.number /= *by;
    return multiply(graph, divide->inputs[0], product, depth + 1);
  }
  if (const std::optional<double> constant = number(graph, id)) {
    product.number *= *constant;
  } else {
    product.factors.push_back(id);
  }
}

Product product_of(const Graph& graph, ValueId id) {
  Product product;
  multiply(graph, id, product, 0);
  return product;
}

// The factor b of b * x; nothing if `id` is anything else.
std::optional<double> multiple_of(const Graph& graph, ValueId id, ValueId x) {
  if (id == x) return 1;
  const Product product = product_of(graph, id);
  if (product.factors.size() != 1 || product.factors[0] != x) return std::nullopt;
  return product.number;
}

// The other term of a sum with a number.
ValueId plus(const Graph& graph, ValueId id, double addend) {
  const Node* node = maker(graph, id, "add");
  for (std::size_t i = 0; node != nullptr && i < 2; ++i) {
    const std::optional<double> constant = number(graph, node->inputs[i]);
    if (constant && is_close(*constant, addend)) return node->inputs[1 - i];
  }
  return kNone;
}

struct Function {
  const char* op;
  std::any attributes;
};

// clamp(x + 3, 0, 6), which hard_sigmoid and hard_swish divide by 6. The x, or kNone.
ValueId shifted_clamp(const Graph& graph, ValueId id) {
  const Node* clamp = maker(graph, id, "relun");
  if (clamp == nullptr) return kNone;
  const auto& range = attributes<ClipAttributes>(*clamp);
  return range.min == 0 && range.max == 6 ? plus(graph, clamp->inputs[0], 3) : kNone;
}

bool is_hard_gate(const Graph& graph, const Product& product, ValueId gate, ValueId x) {
  if (const Node* node = maker(graph, gate, "hard_sigmoid")) {
    const auto& line = attributes<HardSigmoidAttributes>(*node);
    return node->inputs[0] == x && is_close(static_cast<double>(line.alpha), 1.0 / 6) && line.beta == 0.5F &&
           is_close(product.number, 1);
  }
  return shifted_clamp(graph, gate) == x && is_close(product.number, 1.0 / 6);
}

bool is_softplus_gate(const Graph& graph, ValueId gate, ValueId x) {
  const Node* outer = maker(graph, gate, "tanh");
  const Node* inner = outer == nullptr ? nullptr : maker(graph, outer->inputs[0], "softrelu");
  return inner != nullptr && inner->inputs[0] == x;
}

// sqrt(2 / pi) (x + 0.044715 x^3): Hendrycks and Gimpel 2016, the approximation ONNX names "tanh".
bool is_tanh_argument(const Graph& graph, ValueId id, ValueId x) {
  const Product outer = product_of(graph, id);
  if (outer.factors.size() != 1 || !is_close(outer.number, 0.7978845608)) return false;
  const Node* sum = maker(graph, outer.factors[0], "add");
  if (sum == nullptr) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const Product cube = product_of(graph, sum->inputs[1 - i]);
    if (sum->inputs[i] != x || !is_close(cube.number, 0.044715)) continue;
    const bool three = cube.factors == std::vector<ValueId>{x, x, x};
    const Node* power = cube.factors.size() == 1 ? maker(graph, cube.factors[0], "pow") : nullptr;
    if (three || (power != nullptr && power->inputs[0] == x && number(graph, power->inputs[1]) == 3.0))
      return true;
  }
  return false;
}

std::optional<Function> error_gate(const Graph& graph, ValueId gate, ValueId x) {
  const ValueId term = plus(graph, gate, 1);
  if (const Node* erf = maker(graph, term, "erf")) {
    const std::optional<double> factor = multiple_of(graph, erf->inputs[0], x);
    if (factor && is_close(*factor, std::sqrt(0.5))) return Function{"gelu", GeluAttributes{false}};
  }
  const Node* tanh = maker(graph, term, "tanh");
  if (tanh != nullptr && is_tanh_argument(graph, tanh->inputs[0], x))
    return Function{"gelu", GeluAttributes{true}};
  return std::nullopt;
}

std::optional<Function> function_of(const Graph& graph, const Product& product, ValueId x, ValueId gate) {
  if (const Node* sigmoid = maker(graph, gate, "sigmoid")) {
    const std::optional<double> beta = multiple_of(graph, sigmoid->inputs[0], x);
    if (beta && is_close(product.number, 1))
      return Function{"swish", SwishAttributes{static_cast<float>(*beta)}};
  }
  if (is_hard_gate(graph, product, gate, x)) return Function{"hard_swish", {}};
  if (is_softplus_gate(graph, gate, x) && is_close(product.number, 1)) return Function{"mish", {}};
  if (is_close(product.number, 0.5)) return error_gate(graph, gate, x);
  return std::nullopt;
}

void become(Graph& graph, NodeId id, const Function& function, ValueId x) {
  Node& node = graph.nodes[id];
  node.op = function.op;
  node.attributes = function.attributes;
  node.inputs = {x};
}

bool merge_pair(Graph& graph, NodeId id, const Product& product) {
  const Shape& shape = graph.values[graph.nodes[id].outputs[0]].shape;
  for (std::size_t i = 0; i < 2 && product.factors.size() == 2; ++i) {
    const ValueId x = product.factors[i];
    const std::optional<Function> function = function_of(graph, product, x, product.factors[1 - i]);
    if (!function || graph.values[x].shape != shape) continue;
    become(graph, id, *function, x);
    return true;
  }
  return false;
}

bool merge_product(Graph& graph, NodeId id) {
  const Node& node = graph.nodes[id];
  // As the node has it, since x may be a product itself; then taken apart.
  if (node.op == "multiply" && merge_pair(graph, id, {1, node.inputs})) return true;
  const Product product = product_of(graph, node.outputs[0]);
  if (product.factors.size() != 1 || !is_close(product.number, 1.0 / 6))
    return merge_pair(graph, id, product);
  const ValueId x = shifted_clamp(graph, product.factors[0]);
  if (x == kNone || graph.values[x].shape != graph.values[node.outputs[0]].shape) return false;
  become(graph, id, {"hard_sigmoid", HardSigmoidAttributes{1.0F / 6, 0.5F}}, x);
  return true;
}

bool merge_slope(Graph& graph, NodeId id) {
  const Node& node = graph.nodes[id];
  const std::optional<double> slope = number(graph, node.inputs[1]);
  const ValueId x = node.inputs[0];
  if (!slope || graph.values[x].shape != graph.values[node.outputs[0]].shape) return false;
  become(graph, id, {"leakyrelu", LeakyReluAttributes{static_cast<float>(*slope)}}, x);
  return true;
}

}  // namespace

bool merge_gates(Graph& graph) {
  const bool coded = std::any_of(graph.values.begin(), graph.values.end(),
                                 [](const Value& value) { return value.quantization.quantized(); });
  if (coded) return false;
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const std::string& op = graph.nodes[id].op;
    const bool merged = (op == "multiply" || op == "divide") ? merge_product(graph, id)
                                                             : op == "prelu" && merge_slope(graph, id);
    changed = changed || merged;
  }
  return changed;
}

}  // namespace trireme

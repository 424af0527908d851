// SPDX-License-Identifier: Apache-2.0
// Permutes move towards the outputs, through operators that have no axis order of their own, until they meet
// their inverse and both go. So a network of an [n,h,w,c] framework, which comes with a pair of permutes
// around each operator on images, keeps them only where data really changes its order.
#include <algorithm>

#include "compiler/simplify/carry_axes.h"
#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/import/constants.h"

namespace trireme {

namespace {

bool keeps_codes(const Graph& graph, const Node& node) {
  return same_parameters(graph.values[node.inputs[0]].quantization,
                         graph.values[node.outputs[0]].quantization);
}

// The permute that gives `value`, if codes pass it as they are.
const Node* permute_before(const Graph& graph, ValueId value) {
  const NodeId producer = value == kNone ? kNone : graph.values[value].producer;
  if (producer == kNone || graph.nodes[producer].op != "permute") return nullptr;
  return keeps_codes(graph, graph.nodes[producer]) ? &graph.nodes[producer] : nullptr;
}

const Permutation& perm_of(const Node& node) { return attributes<PermuteAttributes>(node).perm; }

// permute(permute(x)) becomes one; one that does nothing goes.
bool merge_one(Graph& graph) {
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    Node& node = graph.nodes[id];
    if (node.op != "permute") continue;
    if (const Node* inner = permute_before(graph, node.inputs[0])) {
      Permutation perm;
      for (const std::int64_t axis : perm_of(node))
        perm.push_back(perm_of(*inner)[static_cast<std::size_t>(axis)]);
      node.attributes = PermuteAttributes{perm};
      node.inputs[0] = inner->inputs[0];
      return true;
    }
    if (is_identity(perm_of(node)) && keeps_codes(graph, node) && bypass(graph, id)) return true;
  }
  return false;
}

// Two permutes of one value to the same order.
bool share_one(Graph& graph) {
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (node.op != "permute" || is_graph_output(graph, node.outputs[0])) continue;
    for (const NodeId other_id : consumers(graph, node.inputs[0])) {
      const Node& other = graph.nodes[other_id];
      const bool same = other_id != id && other.op == "permute" && perm_of(other) == perm_of(node) &&
                        same_parameters(graph.values[other.outputs[0]].quantization,
                                        graph.values[node.outputs[0]].quantization);
      if (!same) continue;
      replace_uses(graph, node.outputs[0], other.outputs[0]);
      return true;
    }
  }
  return false;
}

// What moving the permute `perm` from before a node to behind it would do to the node's inputs.
struct Move {
  Permutation perm;
  CarriedNode carried;
  std::size_t ends = 0;   // permutes that nobody needs any more
  std::size_t costs = 0;  // permutes that other inputs would need, and that move data
};

bool has_channel_scales(const Graph& graph, const Node& node) {
  const auto per_channel = [&](ValueId id) {
    return id != kNone && graph.values[id].constant == nullptr && graph.values[id].quantization.per_channel();
  };
  return std::any_of(node.inputs.begin(), node.inputs.end(), per_channel) ||
         std::any_of(node.outputs.begin(), node.outputs.end(), per_channel);
}

// Whether each input can lose `move.perm`. Constants are re-laid for nothing; other inputs need the inverse
// permute, which is free where it moves no data. If `move.perm` itself moves none, it is not worth that (and
// would move back and forth).
bool weigh_inputs(const Graph& graph, const Node& node, Move& move, bool perm_moves_data) {
  const Permutation back = inverse(move.perm);
  for (const ValueId id : node.inputs) {
    if (id == kNone) continue;
    const Value& value = graph.values[id];
    if (value.constant != nullptr) {
      if (value.shape.size() > move.perm.size() ||
          (node.op == "concat" && value.shape.size() < move.perm.size()))
        return false;
      continue;
    }
    if (value.shape.size() != move.perm.size()) return false;
    const Node* permute = permute_before(graph, id);
    if (permute != nullptr && perm_of(*permute) == move.perm) {
      move.ends += sole_consumer(graph, id) == kNone ? 0 : 1;
    } else if (!perm_moves_data) {
      return false;
    } else {
      move.costs += keeps_order(back, value.shape) ? 0 : 1;
    }
  }
  return true;
}

// Everybody who reads the result takes it in the order that it would have without the permute.
bool readers_undo(const Graph& graph, const Node& node, const Permutation& perm) {
  if (node.outputs.size() != 1 || is_graph_output(graph, node.outputs[0])) return false;
  const std::vector<NodeId> readers = consumers(graph, node.outputs[0]);
  return !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](NodeId id) {
    return graph.nodes[id].op == "permute" && perm_of(graph.nodes[id]) == inverse(perm);
  });
}

std::optional<Move> find_move(const Graph& graph, const Node& node) {
  if (has_channel_scales(graph, node)) return {};
  for (const ValueId id : node.inputs) {
    const Node* permute = permute_before(graph, id);
    if (permute == nullptr) continue;
    Move move{perm_of(*permute), {}, 0, 0};
    std::optional<CarriedNode> carried = carry(node, move.perm);
    if (!carried) return {};
    move.carried = std::move(*carried);
    const bool moves_data = !keeps_order(move.perm, graph.values[permute->inputs[0]].shape);
    if (!weigh_inputs(graph, node, move, moves_data)) continue;
    const bool pays = move.costs <= move.ends && readers_undo(graph, node, move.carried.output);
    if (move.costs == 0 || pays) return move;
  }
  return {};
}

ValueId relaid_constant(Graph& graph, ValueId id, const Permutation& back) {
  Value value = graph.values[id];
  if (value.constant->size() == 1) return id;
  const std::size_t missing = back.size() - value.shape.size();
  value.shape.insert(value.shape.begin(), missing, 1);
  ConstantBudget budget(2 * value.constant->bytes.size());  // the constant twice: reshaped, then permuted
  const Tensor full = reshaped(*value.constant, value.shape, budget);
  value.constant = std::make_shared<const Tensor>(permuted(full, back, budget));
  value.shape = value.constant->shape;
  if (value.quantization.per_channel()) {
    const auto axis = value.quantization.channel_axis + static_cast<std::int64_t>(missing);
    value.quantization.channel_axis =
        static_cast<int>(std::find(back.begin(), back.end(), axis) - back.begin());
  }
  value.name = graph.unique_name(value.name + "/laid");
  return graph.add_value(std::move(value));
}

Value like(const Graph& graph, ValueId id, const std::string& suffix) {
  Value value;
  value.name = graph.unique_name(graph.values[id].name + suffix);
  value.dtype = graph.values[id].dtype;
  value.quantization = graph.values[id].quantization;
  return value;
}

void add_permute(Graph& graph, const std::string& name, const Permutation& perm, ValueId from, ValueId to) {
  Node node;
  node.name = graph.unique_name(name + "/permute");
  node.op = "permute";
  node.attributes = PermuteAttributes{perm};
  node.inputs = {from};
  node.outputs = {to};
  infer_node(graph, node);
  graph.add_node(std::move(node));
}

ValueId without_permute(Graph& graph, const std::string& node_name, ValueId id, const Permutation& perm) {
  const Permutation back = inverse(perm);
  if (id == kNone) return kNone;
  if (graph.values[id].constant != nullptr) return relaid_constant(graph, id, back);
  const Node* permute = permute_before(graph, id);
  if (permute != nullptr && perm_of(*permute) == perm) return permute->inputs[0];
  const ValueId moved = graph.add_value(like(graph, id, "/permuted"));
  add_permute(graph, node_name, back, id, moved);
  return moved;
}

void apply(Graph& graph, NodeId id, const Move& move) {
  Node node = graph.nodes[id];
  for (ValueId& input : node.inputs) input = without_permute(graph, node.name, input, move.perm);
  node.attributes = move.carried.attributes;
  const std::vector<ValueId> results = node.outputs;
  const bool in_order = is_identity(move.carried.output);
  for (std::size_t port = 0; port < results.size() && !in_order; ++port) {
    Value moved = like(graph, results[port], "/moved");
    moved.producer = id;
    moved.port = static_cast<std::uint32_t>(port);
    node.outputs[port] = graph.add_value(std::move(moved));
  }
  infer_node(graph, node);
  graph.nodes[id] = node;
  for (std::size_t port = 0; port < results.size() && !in_order; ++port)
    add_permute(graph, node.name, move.carried.output, node.outputs[port], results[port]);
}

bool move_one(Graph& graph) {
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const std::optional<Move> move = find_move(graph, graph.nodes[id]);
    if (!move) continue;
    apply(graph, id, *move);
    return true;
  }
  return false;
}

bool reshape_where_nothing_moves(Graph& graph) {
  bool changed = false;
  for (Node& node : graph.nodes) {
    if (node.op != "permute" || !keeps_order(perm_of(node), graph.values[node.inputs[0]].shape)) continue;
    node.op = "reshape";
    node.attributes = ReshapeAttributes{graph.values[node.outputs[0]].shape};
    changed = true;
  }
  return changed;
}

}  // namespace

// Ends: a move brings a permute nearer to the outputs, or lowers their number; the others only lower it.
bool propagate_permutes(Graph& graph) {
  bool changed = false;
  while (merge_one(graph) || share_one(graph) || move_one(graph)) {
    compact(graph);
    changed = true;
  }
  return reshape_where_nothing_moves(graph) || changed;
}

}  // namespace trireme

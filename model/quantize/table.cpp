// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "model/quantize/roles.h"
#include "support/text.h"

namespace trireme {

namespace {

using Scheme = Quantization::Scheme;

std::string layer_name(const Node& node) { return node.lid.empty() ? node.name : node.lid; }

std::string input_layer_name(const Graph& graph, std::size_t index) {
  return index < graph.input_lids.size() ? graph.input_lids[index] : graph.values[graph.inputs[index]].name;
}

std::string constant_key(const Node& node, std::size_t index) {
  const bool weights = has_weights(node);
  return fmt::format("@{}:{}", layer_name(node),
                     weights && index == 1   ? "weight"
                     : weights && index == 2 ? "bias"
                                             : "data");
}

std::string activation_key(const Graph& graph, const Slot& slot) {
  if (slot.node == kNone) return table_key(graph, slot.value);
  return fmt::format("@{}:out{}", layer_name(graph.nodes[slot.node]), graph.values[slot.value].port);
}

std::string key_of(const Graph& graph, const Slot& slot) {
  if (slot.role == Role::activation) return activation_key(graph, slot);
  return constant_key(graph.nodes[slot.node], slot.role == Role::weight ? 1 : 2);
}

// The old tool counts output layers as layers: their entries repeat those of the tensor they show (formats.md
// §4.4).
std::set<std::string> output_layer_keys(const Graph& graph) {
  std::set<std::string> keys;
  for (const std::string& lid : graph.output_lids) keys.insert("@" + lid + ":out0");
  return keys;
}

Quantization float16() {
  Quantization q;
  q.dtype = DataType::float16;
  return q;
}

bool executable(const Graph& graph, const Slot& slot, const Quantization& q) {
  if (q.scheme == Scheme::none && slot.node != kNone && slot.role == Role::activation) {
    // Softmax ends in float16, and whatever only moves its output; the sharing rules check the rest.
    const std::string& op = graph.nodes[slot.node].op;
    return q.dtype == DataType::float16 && (op == "softmax" || moves_codes(graph.nodes[slot.node]));
  }
  if (q.scheme == Scheme::fixed_point) {
    if (slot.role == Role::bias) return q.dtype == DataType::int64 || q.dtype == DataType::int32;
    return q.dtype == DataType::int16 || q.dtype == DataType::int8;
  }
  if (q.scheme != Scheme::affine || q.per_channel()) return false;
  return q.dtype == (slot.role == Role::bias ? DataType::int32 : DataType::uint8);
}

// By key. The old tool's tables have an entry for them, others need none.
std::map<std::string, ValueId> float16_outputs(const Graph& graph) {
  const std::vector<bool> half = float16_values(graph);
  std::map<std::string, ValueId> keys;
  for (ValueId id = 0; id < half.size(); ++id) {
    if (half[id]) keys.emplace(table_key(graph, id), id);
  }
  return keys;
}

// What permutes and their like put out keeps the parameters of their input, which a table need not repeat:
// importers put such nodes in, and tables of other tools have no name for them.
std::set<std::string> keys_of_moved_codes(const Graph& graph) {
  std::set<std::string> keys;
  for (const Node& node : graph.nodes) {
    if (moves_codes(node)) keys.insert(table_key(graph, node.outputs[0]));
  }
  return keys;
}

bool is_moved(const Graph& graph, const Slot& slot) {
  return slot.role == Role::activation && slot.node != kNone && moves_codes(graph.nodes[slot.node]);
}

void check_names(const std::set<std::string>& known, const Graph& graph, const QuantizeTable& table,
                 const std::string& where, Problems& problems) {
  const std::set<std::string> outputs = output_layer_keys(graph);
  std::set<std::string> optional = keys_of_moved_codes(graph);
  for (const auto& [key, value] : float16_outputs(graph)) optional.insert(key);
  std::vector<std::string> candidates;
  std::copy_if(known.begin(), known.end(), std::back_inserter(candidates),
               [&](const std::string& key) { return table.entries.count(key) == 0; });
  for (const std::string& key : known) {
    if (table.entries.count(key) == 0 && optional.count(key) == 0) {
      problems.add(where, fmt::format("no entry for '{}'", key),
                   "quantize the network again, or add the entry");
    }
  }
  for (const std::string& key : table.order) {
    if (known.count(key) != 0 || outputs.count(key) != 0) continue;
    const std::string near =
        nearest(key, candidates.empty() ? std::vector<std::string>(known.begin(), known.end()) : candidates);
    problems.add(
        where, fmt::format("the entry '{}' names no tensor of network '{}'", key, graph.name),
        near.empty() ? "is the table from another network?" : fmt::format("did you mean '{}'?", near));
  }
}

double step_of(const Quantization& q) {
  return q.scheme == Scheme::fixed_point ? std::ldexp(1.0, -q.fl) : static_cast<double>(q.scale.at(0));
}

// The rule of the vendor's runtime: |s_in s_w - s_bias| within 1e-5, relative (formats.md §4.3).
void check_bias_scales(const Graph& graph, const std::string& where, Problems& problems) {
  for (const Node& node : graph.nodes) {
    if (!has_weights(node) || node.inputs.size() < 3 || node.inputs[2] == kNone) continue;
    if (!graph.values[node.inputs[0]].quantization.quantized()) continue;  // behind softmax: refused later
    const auto scale = [&](std::size_t i) { return step_of(graph.values[node.inputs[i]].quantization); };
    const double expected = scale(0) * scale(1);
    const double difference = scale(2) > expected ? scale(2) - expected : expected - scale(2);
    if (difference <= 1e-5 * expected) continue;
    problems.add(fmt::format("{}: '{}'", where, constant_key(node, 2)),
                 fmt::format("scale {} is not input scale {} * weight scale {} = {}", scale(2), scale(0),
                             scale(1), expected),
                 "quantize the network again");
  }
}

}  // namespace

std::string table_key(const Graph& graph, ValueId value) {
  const auto found = std::find(graph.inputs.begin(), graph.inputs.end(), value);
  if (found != graph.inputs.end()) {
    return fmt::format("@{}:out0",
                       input_layer_name(graph, static_cast<std::size_t>(found - graph.inputs.begin())));
  }
  const Value& v = graph.values.at(value);
  if (v.producer != kNone) return fmt::format("@{}:out{}", layer_name(graph.nodes.at(v.producer)), v.port);
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == value) return constant_key(node, i);
    }
  }
  return fmt::format("@{}:data", v.name);
}

// 1. Names: every slot has an entry (softmax and what moves codes may lack it), every entry a slot.
// 2. Types that this version computes on.
// 3. Bias scales. Only a table without any problem touches the graph.
void apply_table(Graph& graph, const QuantizeTable& table, const std::string& table_name) {
  Graph result = graph;
  unshare_weights(result);
  const std::vector<Slot> slots = quantization_slots(result);
  for (const auto& [key, value] : float16_outputs(result)) result.values[value].quantization = float16();
  std::set<std::string> known;
  for (const Slot& slot : slots) known.insert(key_of(result, slot));
  Problems problems;
  check_names(known, result, table, table_name, problems);
  std::vector<std::string> foreign;
  for (const Slot& slot : slots) {
    const auto entry = table.entries.find(key_of(result, slot));
    if (entry == table.entries.end() && is_moved(result, slot))
      result.values[slot.value].quantization = result.values[result.nodes[slot.node].inputs[0]].quantization;
    if (entry == table.entries.end()) continue;
    if (!executable(result, slot, entry->second))
      foreign.push_back(fmt::format("'{}' is {}", entry->first, to_string(entry->second)));
    result.values[slot.value].quantization = entry->second;
  }
  if (!foreign.empty() || !table.customized.empty()) {
    const std::string first =
        foreign.empty()
            ? fmt::format("customized_quantize_layers asks for '{}'", table.customized.begin()->second)
            : fmt::format("{} (the first of {})", foreign[0], foreign.size());
    problems.add(table_name, first,
                 "this version computes in asymmetric_affine uint8, biases in int32, one scale a tensor, "
                 "softmax to float16");
  }
  problems.throw_if_any();
  check_bias_scales(result, table_name, problems);
  problems.throw_if_any();
  graph = std::move(result);
}

QuantizeTable table_of(const Graph& graph) {
  QuantizeTable table;
  for (const Slot& slot : quantization_slots(graph)) {
    const std::string key = key_of(graph, slot);
    table.order.push_back(key);
    if (!table.entries.emplace(key, graph.values[slot.value].quantization).second) {
      internal_error("two tensors have the table key '" + key + "'");
    }
  }
  return table;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/structure.h"

#include <algorithm>

#include "model/graph/operators.h"
#include "model/graph/topology.h"
#include "support/text.h"

namespace trireme {
namespace {

// Names end up in JSON and YAML files, which are UTF-8.
bool is_utf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || at + length > text.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xC0U) != 0x80) return false;
      code = code << 6 | (next & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (surrogate || overlong || code > 0x10FFFF) return false;
    at += length;
  }
  return true;
}

constexpr int kNoNode = -1;  // a graph input or an initializer

struct Analysis {
  const onnx::GraphProto& graph;
  const std::string& where;
  Problems& problems;
  OnnxStructure result;
  std::unordered_map<std::string, int> producer = {};  // value -> node, or kNoNode

  std::string node_place(int node) const {
    return where + ": node '" + printable(result.node_names[static_cast<std::size_t>(node)]) + "'";
  }
};

void name_nodes(Analysis& a) {
  std::unordered_set<std::string> taken;
  for (const auto& node : a.graph.node()) taken.insert(node.name());
  std::unordered_set<std::string> given;
  std::unordered_map<std::string, int> suffixes;  // a model may give all its nodes one name
  int index = 0;
  for (const auto& node : a.graph.node()) {
    const std::string wish = node.name().empty() ? node.op_type() + "_" + std::to_string(index) : node.name();
    std::string name = wish;
    const bool is_own = !node.name().empty() && given.count(wish) == 0;
    while (!is_own && (taken.count(name) != 0 || given.count(name) != 0))
      name = wish + "_" + std::to_string(++suffixes[wish]);
    given.insert(name);
    a.result.node_names.push_back(std::move(name));
    ++index;
  }
}

void collect_sources(Analysis& a) {
  for (const auto& tensor : a.graph.initializer()) {
    const bool fresh = a.producer.emplace(tensor.name(), kNoNode).second;
    if (!fresh) a.problems.add(a.where, "two initializers have the name '" + printable(tensor.name()) + "'");
    a.result.initializers.emplace(tensor.name(), &tensor);
  }
  for (const auto& sparse : a.graph.sparse_initializer()) {
    a.problems.add(a.where,
                   "the sparse initializer '" + printable(sparse.values().name()) + "' is not supported",
                   "store it densely");
    a.producer.emplace(sparse.values().name(), kNoNode);
  }
  for (const auto& info : a.graph.value_info()) a.result.infos.emplace(info.name(), &info);
  for (const auto& info : a.graph.output()) a.result.infos.emplace(info.name(), &info);
  for (const auto& info : a.graph.input()) {
    a.result.infos[info.name()] = &info;
    if (a.result.initializers.count(info.name()) != 0)
      continue;  // IR version 3 lists initializers as inputs too
    if (!a.producer.emplace(info.name(), kNoNode).second) {
      a.problems.add(a.where, "two inputs have the name '" + printable(info.name()) + "'");
      continue;
    }
    a.result.inputs.push_back(info.name());
  }
}

void collect_producers(Analysis& a) {
  for (int node = 0; node < a.graph.node_size(); ++node) {
    for (const std::string& output : a.graph.node(node).output()) {
      if (output.empty()) continue;  // an optional output that is left out
      const auto [entry, fresh] = a.producer.emplace(output, node);
      if (fresh) continue;
      const std::string other =
          entry->second == kNoNode
              ? "an input or initializer of the model"
              : "node '" + printable(a.result.node_names[static_cast<std::size_t>(entry->second)]) + "'";
      a.problems.add(a.node_place(node), "produces '" + printable(output) + "', but so does " + other,
                     "every value must have exactly one producer");
    }
  }
}

std::vector<std::string> produced_names(const Analysis& a) {
  std::vector<std::string> names;
  for (const auto& [name, node] : a.producer) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string did_you_mean(const Analysis& a, const std::string& name) {
  constexpr std::size_t kMostSuggestions = 20;  // each compares with all names of the model
  if (a.problems.list().size() >= kMostSuggestions) return "";
  const std::string near = nearest(name, produced_names(a));
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

// --inputs and --outputs: the values named there become the model's inputs and outputs.
void apply_cut(Analysis& a, const ImportOptions& options) {
  for (const auto& output : a.graph.output()) a.result.outputs.push_back(output.name());
  const auto check = [&](const std::string& name, const char* option) {
    if (a.producer.count(name) != 0) return;
    a.problems.add(a.where, std::string("the model has no value '") + printable(name) + "' for " + option,
                   did_you_mean(a, name));
  };
  for (const std::string& name : options.inputs) check(name, "--inputs");
  for (const std::string& name : options.outputs) check(name, "--outputs");
  if (!options.outputs.empty()) a.result.outputs = options.outputs;
  if (options.inputs.empty()) return;
  a.result.inputs = options.inputs;
  for (const std::string& name : options.inputs) {
    a.producer[name] = kNoNode;
    a.result.initializers.erase(name);
  }
}

// All nodes, or, in a cut model, those that its outputs depend on.
std::vector<bool> needed_nodes(const Analysis& a, const ImportOptions& options) {
  const auto count = static_cast<std::size_t>(a.graph.node_size());
  if (options.inputs.empty() && options.outputs.empty()) return std::vector<bool>(count, true);
  std::vector<bool> needed(count, false);
  std::vector<std::string> pending = a.result.outputs;
  while (!pending.empty()) {
    const std::string value = std::move(pending.back());
    pending.pop_back();
    const auto found = a.producer.find(value);
    if (found == a.producer.end() || found->second == kNoNode) continue;
    const auto node = static_cast<std::size_t>(found->second);
    if (needed[node]) continue;
    needed[node] = true;
    const auto& inputs = a.graph.node(found->second).input();
    pending.insert(pending.end(), inputs.begin(), inputs.end());
  }
  return needed;
}

// With --inputs that do not cut off all of the model, its other inputs stay necessary.
void keep_other_inputs(Analysis& a, const std::vector<bool>& needed) {
  std::unordered_set<std::string> listed(a.result.inputs.begin(), a.result.inputs.end());
  std::unordered_set<std::string> taken(a.result.outputs.begin(), a.result.outputs.end());
  for (int node = 0; node < a.graph.node_size(); ++node) {
    if (!needed[static_cast<std::size_t>(node)]) continue;
    taken.insert(a.graph.node(node).input().begin(), a.graph.node(node).input().end());
  }
  for (const auto& info : a.graph.input()) {
    const bool is_input = a.result.initializers.count(info.name()) == 0;
    if (is_input && taken.count(info.name()) != 0 && listed.insert(info.name()).second) {
      a.result.inputs.push_back(info.name());
    }
  }
}

void check_names(Analysis& a) {
  const auto check = [&](const std::string& name, const char* what) {
    if (!is_utf8(name))
      a.problems.add(a.where, std::string("the name of ") + what + " is not UTF-8 text: " + printable(name));
  };
  for (const std::string& name : a.result.node_names) check(name, "a node");
  for (const std::string& name : produced_names(a)) check(name, "a value");
}

void check_outputs(Analysis& a, const ImportOptions& options) {
  if (a.result.outputs.empty()) a.problems.add(a.where, "the model has no outputs");
  for (const std::string& output : a.result.outputs) {
    a.result.used.insert(output);
    if (a.producer.count(output) != 0 || !options.outputs.empty()) continue;
    a.problems.add(a.where, "nothing produces the output '" + printable(output) + "'",
                   did_you_mean(a, output));
  }
}

void order_nodes(Analysis& a, const std::vector<bool>& needed) {
  std::vector<std::vector<std::uint32_t>> predecessors(needed.size());
  for (int node = 0; node < a.graph.node_size(); ++node) {
    if (!needed[static_cast<std::size_t>(node)]) continue;
    for (const std::string& input : a.graph.node(node).input()) {
      if (input.empty()) continue;  // an optional input that is left out
      a.result.used.insert(input);
      const auto found = a.producer.find(input);
      if (found == a.producer.end()) {
        a.problems.add(a.node_place(node), "nothing produces its input '" + printable(input) + "'",
                       did_you_mean(a, input));
      } else if (found->second != kNoNode) {
        predecessors[static_cast<std::size_t>(node)].push_back(static_cast<std::uint32_t>(found->second));
      }
    }
  }
  const Topology topology = topological_order(predecessors);
  for (const auto& cycle : topology.cycles) {
    std::string text;
    for (const std::uint32_t node : cycle) text += "'" + printable(a.result.node_names[node]) + "' -> ";
    a.problems.add(a.where,
                   "the nodes form a cycle: " + text + "'" + printable(a.result.node_names[cycle[0]]) + "'",
                   "a network without loops is supported");
  }
  std::vector<bool> ordered(needed.size(), false);
  for (const std::uint32_t node : topology.order) {
    ordered[node] = true;
    if (needed[node]) a.result.order.push_back(static_cast<int>(node));
  }
  // Those in a cycle or behind one last: they cannot be imported, but their own problems are still worth
  // telling.
  for (std::size_t node = 0; node < needed.size(); ++node) {
    if (!ordered[node] && needed[node]) a.result.order.push_back(static_cast<int>(node));
  }
}

}  // namespace

OnnxStructure analyse_structure(const onnx::GraphProto& graph, const ImportOptions& options,
                                const std::string& where, Problems& problems) {
  Analysis a{graph, where, problems, {}};
  name_nodes(a);
  collect_sources(a);
  collect_producers(a);
  apply_cut(a, options);
  const std::vector<bool> needed = needed_nodes(a, options);
  if (!options.inputs.empty()) keep_other_inputs(a, needed);
  check_names(a);
  check_outputs(a, options);
  order_nodes(a, needed);
  for (const auto& [name, node] : a.producer) a.result.names.insert(name);
  return std::move(a.result);
}

}  // namespace trireme

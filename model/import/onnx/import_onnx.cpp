// SPDX-License-Identifier: Apache-2.0
// The import in its order: parse the file, see how the nodes hang together, take over inputs and constants,
// then node by node what the operator table says; problems are collected all the way and thrown together.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "model/graph/operators.h"
#include "model/import/limits.h"
#include "model/import/onnx/group_codes.h"
#include "model/import/onnx/import_model.h"
#include "model/import/onnx/inputs.h"
#include "model/import/onnx/old_operator_sets.h"
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/read_model.h"
#include "model/import/onnx/structure.h"
#include "support/text.h"

namespace trireme {
namespace {

constexpr std::int64_t kNewestOpset = 24;  // the newest whose definitions these importers were written by

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

// Before set 7 many operators had other broadcasting rules and test flags; a model may use the rest.
bool is_too_old(const onnx::GraphProto& graph, std::int64_t opset) {
  return opset < kOldestOpset &&
         std::any_of(graph.node().begin(), graph.node().end(), [&](const onnx::NodeProto& node) {
           return is_standard(node.domain()) && !means_the_same(node.op_type(), opset);
         });
}

std::int64_t opset_of(const onnx::ModelProto& model, const std::string& where, OnnxImport& import,
                      Problems& problems) {
  for (const auto& entry : model.opset_import()) {
    if (!is_standard(entry.domain())) continue;
    if (is_too_old(model.graph(), entry.version())) {
      problems.add(where, fmt::format("operator set {} is not supported", entry.version()),
                   fmt::format("{} or newer; onnx.version_converter converts", kOldestOpset));
    } else if (entry.version() > kNewestOpset) {
      import.graph.notes.push_back(
          fmt::format("operator set {} is newer than {}, the newest known here; read as {}", entry.version(),
                      kNewestOpset, kNewestOpset));
    }
    return entry.version();
  }
  problems.add(where, "the model names no version of the standard operators (opset_import)",
               "the file may be cut short; export it again");
  return kNewestOpset;
}

bool is_supported(const onnx::NodeProto& node) { return find_onnx_operator(node) != nullptr; }

// What outputs and supported nodes take. The types of initializers that only unsupported operators take (the
// zero points of QuantizeLinear, say) are not worth a complaint of their own.
std::unordered_set<std::string> wanted_values(const OnnxStructure& structure, const onnx::GraphProto& graph) {
  std::unordered_set<std::string> wanted(structure.outputs.begin(), structure.outputs.end());
  for (const int index : structure.order) {
    if (!is_supported(graph.node(index))) continue;
    wanted.insert(graph.node(index).input().begin(), graph.node(index).input().end());
  }
  return wanted;
}

// An open bound of Clip may be written as infinity; any other number of a model is finite.
std::unordered_set<std::string> clip_bounds(const onnx::GraphProto& graph) {
  std::unordered_set<std::string> bounds;
  for (const onnx::NodeProto& node : graph.node()) {
    if (node.op_type() != "Clip") continue;
    for (int i = 1; i < node.input_size(); ++i) bounds.insert(node.input(i));
  }
  return bounds;
}

void require_finite(const Tensor& tensor, bool infinity_allowed) {
  if (!is_float(tensor.dtype)) return;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const double value = element(tensor, i);
    if (std::isfinite(value) || (infinity_allowed && std::isinf(value))) continue;
    throw Error({}, fmt::format("element {} is {}", i, value), "train or export the model again");
  }
}

void import_initializers(OnnxImport& import, const OnnxStructure& structure, const onnx::GraphProto& graph,
                         const std::string& where, Problems& problems) {
  const std::unordered_set<std::string> wanted = wanted_values(structure, graph);
  const std::unordered_set<std::string> bounds = clip_bounds(graph);
  for (const onnx::TensorProto& proto : graph.initializer()) {
    const std::string& name = proto.name();
    if (wanted.count(name) == 0 || structure.initializers.count(name) == 0) continue;
    if (import.values.count(name) != 0) continue;  // a double, told already
    try {
      Tensor tensor = read_onnx_tensor(proto, import.budget, import.folder);
      if (is_four_bit(proto)) import.four_bit.insert(name);
      require_finite(tensor, bounds.count(name) != 0);
      import.values[name] = import.graph.add_constant(name, std::move(tensor));
    } catch (const Error& error) {
      import.values.erase(name);
      for (const Problem& problem : error.problems()) {
        problems.add(where + ": initializer '" + printable(name) + "'", problem.what, problem.hint);
      }
    }
  }
}

bool has_subgraph(const onnx::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(),
                     [](const onnx::AttributeProto& attribute) {
                       return attribute.type() == onnx::AttributeProto::GRAPH ||
                              attribute.type() == onnx::AttributeProto::GRAPHS;
                     });
}

// One problem for each kind of unsupported operator, with all the nodes that have it.
class UnsupportedOperators {
 public:
  explicit UnsupportedOperators(const onnx::ModelProto& model) {
    for (const onnx::FunctionProto& function : model.functions())
      functions_.insert({function.domain(), function.name()});
  }

  void add(const onnx::NodeProto& node, const std::string& name) {
    const bool function = functions_.count({node.domain(), node.op_type()}) != 0;
    const std::string domain = is_standard(node.domain()) ? "" : node.domain();
    for (Kind& kind : kinds_) {
      if (kind.op_type == node.op_type() && kind.domain == domain) return kind.nodes.push_back(name);
    }
    kinds_.push_back({node.op_type(), domain, has_subgraph(node), function, {name}});
  }

  void report(const std::string& where, Problems& problems) const {
    for (const Kind& kind : kinds_) {
      std::string what = "operator " + printable(kind.op_type);
      if (!kind.domain.empty()) what += " of domain " + printable(kind.domain);
      what += kind.function ? " is a function of the model, which is not supported" : " is not supported";
      if (kind.subgraph) what += ": it has a subgraph (control flow)";
      if (kind.nodes.size() > 1)
        what += fmt::format("; {} nodes have it: {}", kind.nodes.size(), list(kind.nodes));
      problems.add(where + ": node '" + printable(kind.nodes[0]) + "'", what, hint(kind));
    }
  }

 private:
  struct Kind {
    std::string op_type, domain;  // domain: empty for the standard operators
    bool subgraph, function;
    std::vector<std::string> nodes;
  };

  static std::string list(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
      text += (i == 0 ? "'" : ", '") + printable(names[i]) + "'";
    }
    return names.size() > kShown ? text + ", …" : text;
  }

  std::string hint(const Kind& kind) const {
    if (kind.function) return "onnx.inliner.inline_local_functions writes the model without functions";
    const std::vector<std::string> names = onnx_operator_names();
    // A name that the standard defines is no typing mistake for another: Elu is not Relu.
    const bool mistyped = kind.domain.empty() && !is_standard_onnx_operator(kind.op_type);
    const std::string near = mistyped ? nearest(kind.op_type, names) : "";
    std::string text = near.empty() ? "" : "did you mean '" + near + "'? ";
    text += "--outputs can cut the model before it";
    return &kind == &kinds_.back() ? text + "; supported are " + join(names, ", ") : text;
  }

  std::vector<Kind> kinds_;
  std::set<std::pair<std::string, std::string>> functions_;  // domain and name
};

void check_against_table(const OnnxOperator& row, const onnx::NodeProto& proto, OnnxNode& node) {
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    const std::string quoted = "attribute '" + printable(attribute.name()) + "'";
    if (std::find(row.attributes.begin(), row.attributes.end(), attribute.name()) == row.attributes.end()) {
      node.unsupported("the " + quoted + " is unknown", row.attributes.empty()
                                                            ? row.op_type + " has none"
                                                            : suggestion(attribute.name(), row.attributes));
    } else if (!attribute.ref_attr_name().empty()) {
      node.unsupported(quoted + " refers to an attribute of a function", "inline the model's functions");
    }
  }
  const int count = proto.input_size();
  if (count < row.min_inputs || count > row.max_inputs) {
    node.unsupported(fmt::format("it has {} inputs", count),
                     row.min_inputs == row.max_inputs
                         ? fmt::format("{} takes {}", row.op_type, row.min_inputs)
                         : fmt::format("{} takes {} to {}", row.op_type, row.min_inputs, row.max_inputs));
  }
  const auto useful = std::min(static_cast<std::size_t>(row.max_outputs), node.output_count());
  bool any_output = false;
  for (std::size_t i = 0; i < useful; ++i) any_output = any_output || node.has_output(i);
  if (!any_output) node.unsupported("it has no output");
}

// Most outputs behind the first are masks, indices and training statistics.
void check_other_outputs(const OnnxOperator& row, const onnx::NodeProto& proto, OnnxNode& node) {
  for (int i = row.max_outputs; i < proto.output_size(); ++i) {
    if (!node.output_used(static_cast<std::size_t>(i))) continue;
    node.unsupported(fmt::format("its output {} '{}' is used", i, printable(proto.output(i))),
                     row.max_outputs == 1
                         ? "only the first output is supported"
                         : fmt::format("only the first {} outputs are supported", row.max_outputs));
  }
}

void import_node(OnnxImport& import, const onnx::NodeProto& proto, const std::string& name,
                 const std::string& where, Problems& problems) {
  const OnnxOperator& row = *find_onnx_operator(proto);
  OnnxNode node(import, proto, name);
  const std::string place = where + ": node '" + printable(name) + "' (" + proto.op_type() + ")";
  check_against_table(row, proto, node);
  check_other_outputs(row, proto, node);
  try {
    row.import(node);
  } catch (const NodeSkipped&) {
  } catch (const Error& error) {
    for (const Problem& problem : error.problems()) {
      node.unsupported(problem.where.empty() ? problem.what : problem.where + ": " + problem.what,
                       problem.hint);
    }
  }
  for (const Problem& complaint : node.complaints()) problems.add(place, complaint.what, complaint.hint);
}

void import_nodes(OnnxImport& import, const OnnxStructure& structure, const onnx::ModelProto& model,
                  const std::string& where, Problems& problems) {
  const onnx::GraphProto& graph = model.graph();
  UnsupportedOperators unsupported(model);
  for (const int index : structure.order) {
    const onnx::NodeProto& proto = graph.node(index);
    const std::string& name = structure.node_names[static_cast<std::size_t>(index)];
    if (!is_supported(proto)) {
      unsupported.add(proto, name);
      continue;
    }
    import_node(import, proto, name, where, problems);
  }
  unsupported.report(where, problems);
}

// Nodes nothing depends on are left out; the user is told.
void drop_dead_nodes(Graph& graph) {
  std::vector<std::string> before;
  std::unordered_set<std::string> replaced;  // by integer operators, with arithmetic of their own
  for (const Node& node : graph.nodes) {
    before.push_back(node.name);
    if (node.op == "quantize") replaced.insert(node.name);
  }
  compact(graph);
  std::size_t at = 0;
  for (const std::string& name : before) {
    if (at < graph.nodes.size() && graph.nodes[at].name == name) {
      ++at;
    } else if (replaced.count(name) == 0) {
      graph.notes.push_back("node '" + printable(name) + "' left out: no output of the model depends on it");
    }
  }
}

// What a file says about its outputs is not used; where it is wrong, something else may be wrong too.
void compare_outputs(Graph& graph, const OnnxStructure& structure) {
  for (std::size_t i = 0; i < structure.outputs.size(); ++i) {
    const auto info = structure.infos.find(structure.outputs[i]);
    if (info == structure.infos.end() || !info->second->type().tensor_type().has_shape()) continue;
    const std::string name = printable(structure.outputs[i]);
    const std::string difference =
        declared_difference(info->second->type().tensor_type().shape(), graph.values[graph.outputs[i]].shape);
    if (!difference.empty()) graph.notes.push_back("output '" + name + "': " + difference);
  }
}

// In a file that has QLinear operators, those are the ones that mean integers.
bool has_qlinear_operators(const onnx::GraphProto& graph) {
  return std::any_of(graph.node().begin(), graph.node().end(), [](const onnx::NodeProto& node) {
    return node.op_type().rfind("QLinear", 0) == 0 || node.op_type() == "QGemm";
  });
}

void quantize_operators(Graph& graph, const onnx::GraphProto& proto) {
  graph.scales_from_model = std::any_of(graph.values.begin(), graph.values.end(),
                                        [](const Value& value) { return value.quantization.quantized(); });
  if (graph.scales_from_model) group_codes(graph, !has_qlinear_operators(proto));
}

// `path`: what the model is called, and where its external data lies.
Graph import_model(const onnx::ModelProto& model, const std::filesystem::path& path,
                   const ImportOptions& options, const ImportLimits& limits) {
  const std::string where = path.filename().string();
  const onnx::GraphProto& proto = model.graph();

  Problems problems;
  OnnxImport import(limits.constant_bytes);
  import.shapes_only = options.shapes_only;
  import.opset = opset_of(model, where, import, problems);
  const OnnxStructure structure = analyse_structure(proto, options, where, problems);
  import.names = structure.names;
  import.node_names.insert(structure.node_names.begin(), structure.node_names.end());
  import.used = structure.used;
  import.folder = path.has_parent_path() ? path.parent_path() : ".";

  import_inputs(import, structure, options, where, problems);
  import_initializers(import, structure, proto, where, problems);
  import_nodes(import, structure, model, where, problems);
  problems.throw_if_any();

  import.graph.name = path.stem().string();
  import.graph.source_format = "onnx";
  for (const std::string& output : structure.outputs)
    import.graph.outputs.push_back(import.values.at(output));
  compare_outputs(import.graph, structure);
  drop_dead_nodes(import.graph);
  quantize_operators(import.graph, proto);
  verify(import.graph);
  return std::move(import.graph);
}

}  // namespace

Graph import_onnx(const std::filesystem::path& path, const ImportOptions& options) {
  return import_onnx_within(path, options, {});
}

Graph import_onnx_model(const onnx::ModelProto& model, const std::string& name) {
  return import_model(model, name, {}, {});
}

Graph import_onnx_within(const std::filesystem::path& path, const ImportOptions& options,
                         const ImportLimits& limits) {
  return import_model(read_onnx_model(path), path, options, limits);
}

}  // namespace trireme

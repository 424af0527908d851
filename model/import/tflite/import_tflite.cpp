// SPDX-License-Identifier: Apache-2.0
// The import in its order: check the file, see how the operators hang together, take over the inputs, then
// operator by operator what the operator table says; problems are collected all the way and thrown together.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/graph/operators.h"
#include "model/import/import.h"
#include "model/import/limits.h"
#include "model/import/tflite/inputs.h"
#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/structure.h"
#include "support/text.h"

namespace trireme {
namespace {

const tflite_file::OperatorCode& code_of(const TfliteImport& import, std::uint32_t index) {
  return *import.model.operator_codes()->Get(import.subgraph.operators()->Get(index)->opcode_index());
}

void check_against_table(const TfliteOperator& row, const std::string& name, TfliteNode& node) {
  const auto count = static_cast<int>(node.input_count());
  if (count >= row.min_inputs && count <= row.max_inputs) return;
  node.unsupported(fmt::format("it has {} inputs", count),
                   row.min_inputs == row.max_inputs
                       ? fmt::format("{} takes {}", name, row.min_inputs)
                       : fmt::format("{} takes {} to {}", name, row.min_inputs, row.max_inputs));
}

void import_operator(TfliteImport& import, std::uint32_t index, const std::string& where,
                     Problems& problems) {
  const std::string kind = tflite_operator_name(code_of(import, index));
  const TfliteOperator& row = *find_tflite_operator(builtin_code(code_of(import, index)));
  const std::string label = tflite_operator_label(import, index);
  TfliteNode node(import, index, label, row.graph_op);
  check_against_table(row, kind, node);
  try {
    row.import(node);
  } catch (const OperatorSkipped&) {
  } catch (const Error& error) {
    for (const Problem& problem : error.problems()) {
      node.unsupported(problem.where.empty() ? problem.what : problem.where + ": " + problem.what,
                       problem.hint);
    }
  }
  const std::string place = where + ": operator '" + printable(label) + "' (" + kind + ")";
  for (const Problem& complaint : node.complaints()) problems.add(place, complaint.what, complaint.hint);
}

// One problem for each kind of unsupported operator, with the operators that are of it.
void report_unsupported(const std::map<std::string, std::vector<std::string>>& kinds,
                        const std::string& where, Problems& problems) {
  constexpr std::size_t kShown = 5;
  for (const auto& [kind, labels] : kinds) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(labels.size(), kShown); ++i)
      shown.push_back("'" + printable(labels[i]) + "'");
    const std::string more = labels.size() > kShown ? ", …" : "";
    problems.add(where,
                 fmt::format("operator {} is not supported; {}: {}{}", kind,
                             counted(labels.size(), "operator"), join(shown, ", "), more),
                 kind == kinds.rbegin()->first ? "--outputs can cut the model before it; supported are " +
                                                     join(tflite_operator_names(), ", ")
                                               : "--outputs can cut the model before it");
  }
}

void import_operators(TfliteImport& import, const TfliteStructure& structure, const std::string& where,
                      Problems& problems) {
  std::map<std::string, std::vector<std::string>> unsupported;
  for (const std::uint32_t index : structure.order) {
    if (find_tflite_operator(builtin_code(code_of(import, index))) != nullptr) {
      import_operator(import, index, where, problems);
    } else {
      unsupported[tflite_operator_name(code_of(import, index))].push_back(
          tflite_operator_label(import, index));
    }
  }
  report_unsupported(unsupported, where, problems);
  for (const std::uint32_t index : structure.dead) {
    import.graph.notes.push_back("operator '" + printable(tflite_operator_label(import, index)) +
                                 "' left out: no output of the model depends on it");
  }
}

// A constant that is an output of the model, too.
ValueId output_value(TfliteImport& import, std::uint32_t tensor) {
  ValueId& id = import.values[tensor];
  if (id == kNone) {
    id = import.graph.add_value(read_tflite_constant(import.model, *import.subgraph.tensors()->Get(tensor),
                                                     import.tensor_names[tensor], import.roles[tensor],
                                                     import.budget));
  }
  return id;
}

// What a file says about the shapes of its outputs is not used; where it is wrong, something else may be,
// too.
void compare_outputs(TfliteImport& import, const TfliteStructure& structure) {
  for (const std::uint32_t tensor : structure.outputs) {
    const Shape declared = integers_of(import.subgraph.tensors()->Get(tensor)->shape());
    const Shape& found = import.graph.values[import.values[tensor]].shape;
    if (declared == found) continue;
    import.graph.notes.push_back("output '" + printable(import.tensor_names[tensor]) +
                                 "': the file declares the shape " + to_string(declared) +
                                 ", its operators give " + to_string(found));
  }
}

TfliteImport start_import(const tflite_file::Model& model, const tflite_file::SubGraph& subgraph,
                          std::uint64_t constant_bytes) {
  TfliteImport import(model, subgraph, constant_bytes);
  import.tensor_names = tflite_tensor_names(subgraph);
  const std::size_t tensors = import.tensor_names.size();
  import.roles.resize(tensors, TfliteRole::data);
  import.values.resize(tensors, kNone);
  import.names.insert(import.tensor_names.begin(), import.tensor_names.end());
  return import;
}

}  // namespace

Graph import_tflite(const std::filesystem::path& path, const ImportOptions& options) {
  return import_tflite_within(path, options, {});
}

Graph import_tflite_within(const std::filesystem::path& path, const ImportOptions& options,
                           const ImportLimits& limits) {
  const std::string where = path.filename().string();
  const TfliteFile file = read_tflite_file(path);
  TfliteImport import = start_import(*file.model, *file.model->subgraphs()->Get(0), limits.constant_bytes);

  Problems problems;
  const TfliteStructure structure = analyse_structure(import, options, where, problems);
  problems.throw_if_any();
  import_inputs(import, structure, options, where, problems);
  import_operators(import, structure, where, problems);
  problems.throw_if_any();

  Graph& graph = import.graph;
  graph.name = path.stem().string();
  graph.source_format = "tflite";
  for (const std::uint32_t tensor : structure.outputs) graph.outputs.push_back(output_value(import, tensor));
  compare_outputs(import, structure);
  compact(graph);
  graph.scales_from_model = std::any_of(graph.values.begin(), graph.values.end(),
                                        [](const Value& value) { return value.quantization.quantized(); });
  verify(graph);
  return std::move(graph);
}

}  // namespace trireme

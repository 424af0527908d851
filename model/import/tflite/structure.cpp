// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/structure.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/tflite/operator_table.h"
#include "support/text.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;
using Indices = flatbuffers::Vector<std::int32_t>;

bool all_in_range(const Indices* indices, std::size_t tensors, bool may_be_omitted) {
  if (indices == nullptr) return true;
  return std::all_of(indices->begin(), indices->end(), [&](std::int32_t index) {
    return (may_be_omitted && index == -1) || (index >= 0 && static_cast<std::size_t>(index) < tensors);
  });
}

// Every index of the file, so that nothing behind here has to look.
bool check_indices(const TfliteImport& import, const std::string& where, Problems& problems) {
  const std::size_t tensors = count_of(import.subgraph.tensors());
  bool good = all_in_range(import.subgraph.inputs(), tensors, false) &&
              all_in_range(import.subgraph.outputs(), tensors, false);
  if (!good) problems.add(where, "an input or output of the model is no tensor", "the model is damaged");
  for (std::uint32_t i = 0; i < count_of(import.subgraph.operators()); ++i) {
    const tflite_file::Operator& op = *import.subgraph.operators()->Get(i);
    const bool right = op.opcode_index() < count_of(import.model.operator_codes()) &&
                       all_in_range(op.inputs(), tensors, true) &&
                       all_in_range(op.outputs(), tensors, false) && count_of(op.outputs()) > 0;
    if (right) continue;
    problems.add(fmt::format("{}: operator {}", where, i),
                 "its code, inputs or outputs do not exist in the file", "the model is damaged");
    good = false;
  }
  return good;
}

std::vector<std::uint32_t> chosen_tensors(const TfliteImport& import, const std::vector<std::string>& names,
                                          const Indices* own, const char* option, const std::string& where,
                                          Problems& problems) {
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; names.empty() && i < count_of(own); ++i)
    chosen.push_back(static_cast<std::uint32_t>(own->Get(static_cast<flatbuffers::uoffset_t>(i))));
  for (const std::string& name : names) {
    const auto found = std::find(import.tensor_names.begin(), import.tensor_names.end(), name);
    if (found == import.tensor_names.end()) {
      problems.add(where,
                   fmt::format("{} names '{}', which the model does not have", option, printable(name)),
                   suggestion(name, import.tensor_names));
      continue;
    }
    chosen.push_back(static_cast<std::uint32_t>(found - import.tensor_names.begin()));
  }
  return chosen;
}

template <typename Visit>
void each(const Indices* indices, Visit visit) {
  if (indices == nullptr) return;
  for (const std::int32_t index : *indices) {
    if (index >= 0) visit(static_cast<std::uint32_t>(index));
  }
}

// Operators stand in the order in which they run: one walk from the end finds what the outputs need.
void find_order(const TfliteImport& import, TfliteStructure& structure) {
  std::vector<bool> needed(import.tensor_names.size(), false), given(import.tensor_names.size(), false);
  for (const std::uint32_t tensor : structure.outputs) needed[tensor] = true;
  for (const std::uint32_t tensor : structure.inputs) given[tensor] = true;
  for (auto i = static_cast<std::uint32_t>(count_of(import.subgraph.operators())); i-- > 0;) {
    const tflite_file::Operator& op = *import.subgraph.operators()->Get(i);
    bool runs = false;
    each(op.outputs(), [&](std::uint32_t tensor) { runs = runs || (needed[tensor] && !given[tensor]); });
    if (runs) each(op.inputs(), [&](std::uint32_t tensor) { needed[tensor] = true; });
    (runs ? structure.order : structure.dead).push_back(i);
  }
  std::reverse(structure.order.begin(), structure.order.end());
  std::reverse(structure.dead.begin(), structure.dead.end());
}

void check_order(const TfliteImport& import, const TfliteStructure& structure, const std::string& where,
                 Problems& problems) {
  std::vector<bool> known(import.tensor_names.size(), false);
  for (const std::uint32_t tensor : structure.inputs) known[tensor] = true;
  const auto there = [&](std::uint32_t tensor) {
    return known[tensor] || has_data(import.model, *import.subgraph.tensors()->Get(tensor));
  };
  for (const std::uint32_t i : structure.order) {
    const std::string place = where + ": operator '" + printable(tflite_operator_label(import, i)) + "'";
    const tflite_file::Operator& op = *import.subgraph.operators()->Get(i);
    each(op.inputs(), [&](std::uint32_t tensor) {
      if (!there(tensor)) {
        problems.add(place,
                     "it reads '" + printable(import.tensor_names[tensor]) + "', which nothing computes",
                     "a tensor is an input, a constant or the output of an earlier operator");
      }
    });
    each(op.outputs(), [&](std::uint32_t tensor) {
      if (there(tensor))
        problems.add(place, "its output '" + printable(import.tensor_names[tensor]) + "' exists already");
      known[tensor] = true;
    });
  }
  for (const std::uint32_t tensor : structure.outputs) {
    if (!there(tensor))
      problems.add(where, "nothing computes the output '" + printable(import.tensor_names[tensor]) + "'");
  }
}

void assign_roles(TfliteImport& import, const TfliteStructure& structure) {
  for (const std::uint32_t i : structure.order) {
    const tflite_file::Operator& op = *import.subgraph.operators()->Get(i);
    const BuiltinOperator code = builtin_code(*import.model.operator_codes()->Get(op.opcode_index()));
    const bool is_layer = code == BuiltinOperator::CONV_2D || code == BuiltinOperator::DEPTHWISE_CONV_2D ||
                          code == BuiltinOperator::FULLY_CONNECTED;
    const flatbuffers::uoffset_t bias = is_layer ? 2 : code == BuiltinOperator::TRANSPOSE_CONV ? 3 : 0;
    if (bias == 0 || count_of(op.inputs()) <= bias || op.inputs()->Get(bias) < 0) continue;
    import.roles[static_cast<std::size_t>(op.inputs()->Get(bias))] = TfliteRole::bias;
  }
}

}  // namespace

std::string tflite_operator_label(const TfliteImport& import, std::uint32_t index) {
  const tflite_file::Operator& op = *import.subgraph.operators()->Get(index);
  return import.tensor_names[static_cast<std::size_t>(op.outputs()->Get(0))];
}

TfliteStructure analyse_structure(TfliteImport& import, const ImportOptions& options,
                                  const std::string& where, Problems& problems) {
  TfliteStructure structure;
  if (!check_indices(import, where, problems)) return structure;
  structure.inputs =
      chosen_tensors(import, options.inputs, import.subgraph.inputs(), "--inputs", where, problems);
  structure.outputs =
      chosen_tensors(import, options.outputs, import.subgraph.outputs(), "--outputs", where, problems);
  if (structure.outputs.empty() && problems.empty()) problems.add(where, "the model has no outputs");
  if (!problems.empty()) return structure;
  find_order(import, structure);
  check_order(import, structure, where, problems);
  assign_roles(import, structure);
  return structure;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "model/graph/operators.h"
#include "model/import/constants.h"
#include "support/text.h"

namespace trireme {
namespace {

// Dimensions that the file leaves open are -1 in its shape signature and 1 in its shape.
Shape input_shape(const tflite_file::Tensor& tensor, const Shape& declared, const Shape* given) {
  if (given == nullptr) return declared;
  const Shape signature = integers_of(tensor.shape_signature());
  bool fits = given->size() == declared.size();
  for (std::size_t i = 0; fits && i < given->size(); ++i) {
    const bool open = i < signature.size() && signature[i] == -1;
    fits = (*given)[i] > 0 && (open || (*given)[i] == declared[i]);
  }
  if (fits) return *given;
  throw Error({},
              "the shape " + to_string(*given) + " of --input-size-list does not fit its shape " +
                  to_string(signature.empty() ? declared : signature),
              "only dynamic dimensions (-1) can be chosen");
}

// An input that ImportOptions::bind makes a constant: codes where the file has scales.
void add_bound(TfliteImport& import, std::uint32_t tensor, Value value, const Tensor& given) {
  const DataType stored = value.quantization.dtype;
  if (given.dtype != stored) {
    throw Error({}, fmt::format("bound to a tensor of {}", name_of(given.dtype)),
                fmt::format("it is of {}", name_of(stored)));
  }
  require_finite_constant(given);
  import.budget.spend(given.size(), stored);
  value.shape = given.shape;
  value.constant = std::make_shared<const Tensor>(given);
  import.values[tensor] = import.graph.add_value(std::move(value));
}

void import_input(TfliteImport& import, std::uint32_t tensor, const ImportOptions& options) {
  const std::string& name = import.tensor_names[tensor];
  if (import.values[tensor] != kNone) throw Error({}, "it is listed twice");
  const tflite_file::Tensor& proto = *import.subgraph.tensors()->Get(tensor);
  if (proto.is_variable()) throw Error({}, "it is a variable", "networks with a state are not supported");
  Value value = declared_value(proto, name, import.roles[tensor]);
  const auto bound = options.bind.find(name);
  if (bound != options.bind.end()) return add_bound(import, tensor, std::move(value), bound->second);
  if (value.dtype == DataType::float16)
    throw Error({}, "it has the data type FLOAT16", "float16 is supported for constants");
  const auto given = options.input_shapes.find(name);
  value.shape =
      input_shape(proto, value.shape, given == options.input_shapes.end() ? nullptr : &given->second);
  element_count(value.shape);
  import.values[tensor] = import.graph.add_value(std::move(value));
  import.graph.inputs.push_back(import.values[tensor]);
}

}  // namespace

void import_inputs(TfliteImport& import, const TfliteStructure& structure, const ImportOptions& options,
                   const std::string& where, Problems& problems) {
  std::vector<std::string> names;
  for (const std::uint32_t tensor : structure.inputs) names.push_back(import.tensor_names[tensor]);
  for (const auto& [name, shape] : options.input_shapes) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    problems.add(where,
                 "--input-size-list names the input '" + printable(name) + "' that the model does not have",
                 suggestion(name, names));
  }
  for (const auto& [name, constant] : options.bind) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    problems.add(where, "the constant '" + printable(name) + "' replaces no input of the model",
                 suggestion(name, names));
  }
  for (const std::uint32_t tensor : structure.inputs) {
    try {
      import_input(import, tensor, options);
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) {
        problems.add(where + ": input '" + printable(import.tensor_names[tensor]) + "'", problem.what,
                     problem.hint);
      }
    }
  }
}

}  // namespace trireme

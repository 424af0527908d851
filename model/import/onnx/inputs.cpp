// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/inputs.h"

#include <algorithm>

#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {
namespace {

constexpr std::int64_t kDynamic = -1;
using Dimension = onnx::TensorShapeProto::Dimension;

std::string describe(const Dimension& dim) {
  if (dim.has_dim_param() && !dim.dim_param().empty()) return printable(dim.dim_param());
  return dim.has_dim_value() ? std::to_string(dim.dim_value()) : "?";
}

std::string describe(const onnx::TensorShapeProto& shape) {
  std::vector<std::string> dims;
  for (const Dimension& dim : shape.dim()) dims.push_back(describe(dim));
  return "[" + join(dims, ",") + "]";
}

// 0 and negative sizes are how some exporters write "dynamic".
Shape declared_shape(const onnx::TensorShapeProto& shape) {
  Shape result;
  for (const Dimension& dim : shape.dim()) {
    result.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : kDynamic);
  }
  return result;
}

void check_given(const Shape& declared, const std::string& declared_text, const Shape& given) {
  bool fits = declared.size() == given.size();
  for (std::size_t i = 0; fits && i < given.size(); ++i) {
    fits = given[i] > 0 && (declared[i] == kDynamic || declared[i] == given[i]);
  }
  if (fits) return;
  throw Error(
      {}, "the shape " + to_string(given) + " of --input-size-list does not fit its shape " + declared_text,
      "only dynamic dimensions can be chosen");
}

Shape resolve(OnnxImport& import, const std::string& name, const onnx::TensorShapeProto* proto,
              const Shape* given) {
  if (proto == nullptr) {
    if (given != nullptr) return *given;
    throw Error({}, "the model does not say its shape",
                "give it with --input-size-list, for example '3,224,224'");
  }
  Shape shape = declared_shape(*proto);
  const std::string text = describe(*proto);
  if (given != nullptr) {
    check_given(shape, text, *given);
    return *given;
  }
  if (shape.size() >= 2 && shape[0] == kDynamic) {
    shape[0] = 1;
    if (std::count(shape.begin(), shape.end(), kDynamic) == 0) {
      import.graph.notes.push_back("input '" + printable(name) + "': dynamic batch '" +
                                   describe(proto->dim(0)) + "' taken as 1");
    }
  }
  if (std::count(shape.begin(), shape.end(), kDynamic) != 0) {
    throw Error({}, "it has the dynamic shape " + text,
                "fix it with --input-size-list, for example '3,224,224'");
  }
  return shape;
}

Value read_input(OnnxImport& import, const std::string& name, const OnnxStructure& structure,
                 const Shape* given, const Tensor* bound) {
  Value value;
  value.name = name;
  const auto found = structure.infos.find(name);
  const onnx::TensorShapeProto* shape = nullptr;
  if (found != structure.infos.end()) {
    const onnx::TypeProto& type = found->second->type();
    if (!type.has_tensor_type()) {
      throw Error({}, "it is no tensor (a sequence, map or optional value)", "tensors are supported");
    }
    value.dtype = onnx_data_type(type.tensor_type().elem_type());
    if (is_four_bit(type.tensor_type().elem_type())) import.four_bit.insert(name);
    if (is_float(value.dtype) && value.dtype != DataType::float32) {
      import.graph.notes.push_back("input '" + printable(name) + "': " + name_of(value.dtype) +
                                   " is computed in float32");
      value.dtype = DataType::float32;
    }
    value.quantization.dtype = value.dtype;
    if (type.tensor_type().has_shape()) shape = &type.tensor_type().shape();
  }
  value.shape = bound != nullptr ? bound->shape : resolve(import, name, shape, given);
  element_count(value.shape);
  return value;
}

// An input that ImportOptions::bind makes a constant. Widened as initializers are.
ValueId add_bound(OnnxImport& import, const Value& input, const Tensor& given) {
  const bool floats = is_float(given.dtype) && is_float(input.dtype);
  if (!floats && given.dtype != input.dtype) {
    throw Error({}, std::string("bound to a tensor of ") + name_of(given.dtype),
                std::string("it is of ") + name_of(input.dtype));
  }
  import.budget.spend(given.size(), input.dtype);
  return import.graph.add_constant(input.name, floats ? to_float32(given) : given);
}

}  // namespace

std::string declared_difference(const onnx::TensorShapeProto& declared, const Shape& shape) {
  const Shape wanted = declared_shape(declared);
  bool same = wanted.size() == shape.size();
  for (std::size_t i = 0; same && i < shape.size(); ++i)
    same = wanted[i] == kDynamic || wanted[i] == shape[i];
  if (same) return {};
  return "the file declares the shape " + describe(declared) + ", its operators give " + to_string(shape);
}

void import_inputs(OnnxImport& import, const OnnxStructure& structure, const ImportOptions& options,
                   const std::string& where, Problems& problems) {
  for (const auto& [name, shape] : options.input_shapes) {
    if (std::find(structure.inputs.begin(), structure.inputs.end(), name) != structure.inputs.end()) continue;
    problems.add(where,
                 "--input-size-list names the input '" + printable(name) + "' that the model does not have",
                 suggestion(name, structure.inputs));
  }
  for (const auto& [name, tensor] : options.bind) {
    if (std::find(structure.inputs.begin(), structure.inputs.end(), name) != structure.inputs.end()) continue;
    problems.add(where, "the constant '" + printable(name) + "' replaces no input of the model",
                 suggestion(name, structure.inputs));
  }
  for (const std::string& name : structure.inputs) {
    const auto given = options.input_shapes.find(name);
    const auto bound = options.bind.find(name);
    try {
      if (import.values.count(name) != 0) throw Error({}, "it is listed twice");
      const Tensor* constant = bound == options.bind.end() ? nullptr : &bound->second;
      Value value = read_input(import, name, structure,
                               given == options.input_shapes.end() ? nullptr : &given->second, constant);
      if (constant != nullptr) {
        import.values[name] = add_bound(import, value, *constant);
        continue;
      }
      const ValueId id = import.graph.add_value(std::move(value));
      import.values[name] = id;
      import.graph.inputs.push_back(id);
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) {
        problems.add(where + ": input '" + printable(name) + "'", problem.what, problem.hint);
      }
    }
  }
}

}  // namespace trireme

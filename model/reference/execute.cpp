// SPDX-License-Identifier: Apache-2.0
#include "model/reference/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"
#include "support/text.h"

namespace trireme {

namespace {

// What is alive at one point of the walk: a tensor a value, freed after its last reader.
class Execution {
 public:
  Execution(const Graph& graph, const ExecuteOptions& options, const Observer& observer)
      : graph_(graph),
        options_(options),
        observer_(observer),
        tensors_(graph.values.size()),
        uses_(graph.values.size()) {
    for (const Node& node : graph.nodes) {
      for (const ValueId id : node.inputs) {
        if (id != kNone) ++uses_.at(id);
      }
    }
    for (const ValueId id : graph.outputs) ++uses_.at(id);  // so that nothing frees an output
  }

  void define(ValueId id, Tensor tensor) {
    if (observer_) observer_(id, tensor);
    if (uses_[id] > 0) tensors_[id] = std::move(tensor);
  }

  void run(const Node& node) {
    KernelCall call{graph_, node, {}, options_};
    for (const ValueId id : node.inputs) call.inputs.push_back(id == kNone ? nullptr : &tensor_of(id));
    const KernelRow* row = find_kernels(node.op);
    if (row == nullptr) internal_error("no kernel for " + place_of(node));
    std::vector<Tensor> results = on_codes(node) ? run_on_codes(call, *row) : row->real(call);
    if (results.size() != node.outputs.size())
      internal_error(place_of(node) + " gave another number of outputs");
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].shape != graph_.values[node.outputs[i]].shape) {
        internal_error(place_of(node) + " gave another shape than the graph has");
      }
      define(node.outputs[i], std::move(results[i]));
    }
    for (const ValueId id : node.inputs) {
      if (id != kNone && --uses_[id] == 0) tensors_[id].reset();
    }
  }

  const Tensor& tensor_of(ValueId id) {
    const Value& value = graph_.values[id];
    if (value.constant != nullptr && !value.quantization.quantized()) return *value.constant;
    if (value.constant != nullptr && !tensors_[id])
      tensors_[id] = options_.quantized ? stored_constant(value) : real_constant(value);
    if (!tensors_[id]) internal_error("value '" + value.name + "' is read before it is computed");
    return *tensors_[id];
  }

 private:
  const Quantization& parameters(ValueId id) const { return graph_.values[id].quantization; }

  // A quantized network stores some floats narrower than they are computed (softmax as float16).
  bool stored_otherwise(ValueId id) const {
    return id != kNone &&
           (is_half(id) || parameters(id).quantized() || parameters(id).dtype != graph_.values[id].dtype);
  }

  bool is_half(ValueId id) const { return id != kNone && graph_.values[id].dtype == DataType::float16; }

  // Kernels of real numbers take float32: half precision goes the way of codes, too.
  bool on_codes(const Node& node) const {
    const auto stored = [&](ValueId id) {
      return is_half(id) || (options_.quantized && stored_otherwise(id));
    };
    return std::any_of(node.inputs.begin(), node.inputs.end(), stored) ||
           std::any_of(node.outputs.begin(), node.outputs.end(), stored);
  }

  bool all_affine(const Node& node) const {
    const auto affine = [&](ValueId id) { return id == kNone || is_affine(parameters(id)); };
    return std::all_of(node.inputs.begin(), node.inputs.end(), affine) &&
           std::all_of(node.outputs.begin(), node.outputs.end(), affine);
  }

  bool moves_without_change(const Node& node) const {
    const Quantization& first = parameters(node.outputs.at(0));
    const auto alike = [&](ValueId id) {
      return id == kNone || !stored_otherwise(id) || same_parameters(parameters(id), first);
    };
    return stored_otherwise(node.outputs[0]) && stored_otherwise(node.inputs.at(0)) &&
           alike(node.inputs[0]) && std::all_of(node.inputs.begin(), node.inputs.end(), alike) &&
           std::all_of(node.outputs.begin(), node.outputs.end(), alike);
  }

  std::vector<Tensor> run_on_codes(const KernelCall& call, const KernelRow& row) const {
    if (is_tflite(options_.rule) && all_affine(call.node)) {
      if (const Kernel kernel = find_tflite_kernel(call.node.op)) return kernel(call);
    }
    if (row.on_codes == OnCodes::own) return row.quantized(call);
    if (row.on_codes == OnCodes::moves && moves_without_change(call.node)) return row.real(call);
    return run_group(call, row.real);
  }

  const Graph& graph_;
  const ExecuteOptions& options_;
  const Observer& observer_;
  std::vector<std::optional<Tensor>> tensors_;
  std::vector<int> uses_;
};

void check_kernels(const Graph& graph) {
  Problems problems;
  for (const Node& node : graph.nodes) {
    if (find_kernels(node.op) == nullptr)
      problems.add(place_of(node), "the host execution of this version has no such operator");
  }
  problems.throw_if_any();
}

// A tensor for graph input `value`: of its shape, as float32 or, when quantized, in its stored type.
Tensor accepted_input(const Value& value, const Tensor& given, bool quantized) {
  const std::string where = "input '" + value.name + "'";
  if (given.shape != value.shape) {
    throw Error(where, fmt::format("has shape {}, the network wants {}", to_string(given.shape),
                                   to_string(value.shape)));
  }
  const Quantization& q = value.quantization;
  if (quantized && q.quantized()) {
    if (given.dtype == q.dtype) return given;
    if (given.dtype == DataType::float32) return quantize(given, q);
    throw Error(where, fmt::format("is {}", name_of(given.dtype)),
                fmt::format("float32 or {}", name_of(q.dtype)));
  }
  if (given.dtype != value.dtype) {
    throw Error(where,
                fmt::format("is {}, the network wants {}", name_of(given.dtype), name_of(value.dtype)));
  }
  return given;
}

}  // namespace

std::vector<Tensor> execute(const Graph& graph, const std::vector<Tensor>& inputs,
                            const ExecuteOptions& options, const Observer& observer) {
  check_kernels(graph);
  if (inputs.size() != graph.inputs.size()) {
    throw Error("network '" + graph.name + "'",
                fmt::format("{} input tensors given, it has {} inputs", inputs.size(), graph.inputs.size()));
  }
  Execution execution(graph, options, observer);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    execution.define(graph.inputs[i],
                     accepted_input(graph.values[graph.inputs[i]], inputs[i], options.quantized));
  }
  for (const Node& node : graph.nodes) execution.run(node);
  std::vector<Tensor> outputs;
  for (const ValueId id : graph.outputs) outputs.push_back(execution.tensor_of(id));
  return outputs;
}

bool can_execute(const std::string& op) { return find_kernels(op) != nullptr; }

std::vector<Tensor> execute_node_float(const Graph& graph, const Node& node,
                                       const std::vector<const Tensor*>& inputs) {
  const KernelRow* row = find_kernels(node.op);
  if (row == nullptr) throw Error(place_of(node), "the host execution of this version has no such operator");
  const ExecuteOptions options;
  return row->real(KernelCall{graph, node, inputs, options});
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/reference/execute.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "model/reference/kernels.h"
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
    std::vector<Tensor> results = run_node(call);
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
  // A network in half precision, or one that stores some real numbers narrower than it computes them.
  if (quantized && is_float(q.dtype) && q.dtype != value.dtype && is_float(given.dtype))
    return given.dtype == q.dtype ? given : convert(given, q.dtype);
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

std::vector<Tensor> execute_node(const Graph& graph, const Node& node,
                                 const std::vector<const Tensor*>& inputs, const ExecuteOptions& options) {
  return run_node(KernelCall{graph, node, inputs, options});
}

}  // namespace trireme

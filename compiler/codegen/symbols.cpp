// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"

namespace trireme {

namespace {

constexpr std::int32_t kBeforeAllJobs = -1;

Address address_of(const Plan& plan, ValueId value) {
  return plan.buffers[plan.buffer_of_value[value]].address + plan.homes[value].offset;
}

const std::string& lid_or_name(const std::string& lid, const std::string& name) {
  return lid.empty() ? name : lid;
}

// Values are stored packed, so the strides follow from the shape alone.
std::uint32_t packed_stride(const Value& value, std::size_t inner_axes) {
  const std::size_t axes = std::min(inner_axes, value.shape.size());
  const Shape inner(value.shape.end() - static_cast<std::ptrdiff_t>(axes), value.shape.end());
  return static_cast<std::uint32_t>(element_count(inner) * bytes_of(value.quantization.dtype));
}

LayerTensor tensor_symbol(const Plan& plan, ValueId id, const std::string& lid, std::int32_t after_job) {
  const Value& value = plan.graph.values[id];
  LayerTensor symbol;
  symbol.value = value.name;
  symbol.lid = lid;
  symbol.address = address_of(plan, id);
  symbol.shape = value.shape;
  symbol.dtype = value.quantization.dtype;
  symbol.quantization = value.quantization;
  symbol.row_stride = packed_stride(value, 1);
  symbol.plane_stride = packed_stride(value, 2);
  symbol.after_job = after_job;
  return symbol;
}

LayerSymbol input_symbol(const Plan& plan, std::size_t input) {
  const ValueId id = plan.graph.inputs[input];
  const Value& value = plan.graph.values[id];
  const std::string lid = input < plan.graph.input_lids.size() ? plan.graph.input_lids[input] : "";
  LayerSymbol symbol;
  symbol.lid = lid_or_name(lid, value.name);
  symbol.name = value.name;
  symbol.op = "input";
  symbol.engine = "--";
  symbol.reason = "written by the host";
  symbol.input_shape = symbol.output_shape = value.shape;
  symbol.outputs = {tensor_symbol(plan, id, symbol.lid, kBeforeAllJobs)};
  return symbol;
}

const std::string& lid_of(const Node& node) { return lid_or_name(node.lid, node.name); }

std::int64_t coded_bytes(const Plan& plan, std::size_t layer) {
  std::int64_t bytes = 0;
  for (const ConstantData& constant : plan.constants) {
    const bool coefficients = constant.role == ConstantData::Role::coefficients;
    if (constant.layer == layer && coefficients) bytes += static_cast<std::int64_t>(constant.bytes.size());
  }
  return bytes;
}

std::int64_t weight_bytes(const Graph& graph, const Node& node) {
  if (node.inputs.size() < 2 || node.inputs[1] == kNone || graph.values[node.inputs[1]].constant == nullptr)
    return 0;
  const Value& weight = graph.values[node.inputs[1]];
  return element_count(weight.shape) * bytes_of(weight.quantization.dtype);
}

// The engine that does most of the work: of several jobs, the first that computes.
std::string engine_name(const PlannedLayer& layer) {
  return layer.jobs.empty() ? "--" : name_of(engine_of(layer.jobs.front().job));
}

// Of all parts of the layer; what one makes for the next is made by no symbol.
std::vector<ValueId> inputs_of(const Plan& plan, const PlannedLayer& layer) {
  std::vector<ValueId> inputs;
  for (std::uint32_t i = 0; i < parts_of(layer); ++i) {
    for (const ValueId input : plan.graph.nodes[part_of(layer, i).node].inputs) {
      if (input != kNone) inputs.push_back(input);
    }
  }
  return inputs;
}

LayerSymbol layer_symbol(const Plan& plan, std::size_t index, std::vector<std::string> sources,
                         std::int32_t after_job) {
  const PlannedLayer& layer = plan.layers[index];
  const Graph& graph = plan.graph;
  const Node& node = graph.nodes[layer.node];
  LayerSymbol symbol;
  symbol.lid = lid_of(node);
  symbol.name = node.name;
  symbol.op = node.op;
  for (const NodeId merged : layer.merged) symbol.merged.push_back(lid_of(graph.nodes[merged]));
  symbol.inputs = std::move(sources);
  symbol.engine = engine_name(layer);
  symbol.reason = layer.reason;
  symbol.input_shape = graph.values[layer.input].shape;
  symbol.output_shape = graph.values[layer.output].shape;
  for (std::uint32_t i = 0; i < parts_of(layer); ++i) {
    const Node& part = graph.nodes[part_of(layer, i).node];
    symbol.macs += macs(graph, part);
    symbol.weight_bytes += weight_bytes(graph, part);
  }
  symbol.coded_bytes = coded_bytes(plan, index);
  const Node& last = layer.merged.empty() ? node : graph.nodes[layer.merged.back()];
  symbol.outputs = {tensor_symbol(plan, layer.output, lid_of(last), after_job)};
  if (!layer.merged.empty()) return symbol;
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    if (plan.buffer_of_value[node.outputs[i]] == kNone) continue;
    symbol.outputs.push_back(
        tensor_symbol(plan, node.outputs[i], fmt::format("{}_out{}", lid_of(node), i), after_job));
  }
  return symbol;
}

}  // namespace

std::vector<LayerSymbol> symbols_of(const Plan& plan) {
  std::vector<LayerSymbol> symbols;
  std::vector<std::int32_t> ready(plan.graph.values.size(),
                                  kBeforeAllJobs);           // after which job a value is there
  std::vector<std::string> maker(plan.graph.values.size());  // lid of the symbol that makes a value
  for (std::size_t i = 0; i < plan.graph.inputs.size(); ++i) {
    symbols.push_back(input_symbol(plan, i));
    maker[plan.graph.inputs[i]] = symbols.back().lid;
  }
  std::int32_t finished = kBeforeAllJobs;  // the last job of the layers so far
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const PlannedLayer& layer = plan.layers[i];
    finished += static_cast<std::int32_t>(layer.jobs.size());
    std::int32_t after = layer.jobs.empty() ? kBeforeAllJobs : finished;
    std::vector<std::string> sources;
    for (const ValueId input : inputs_of(plan, layer)) {
      after = std::max(after, ready[input]);
      if (maker[input].empty()) continue;
      if (std::find(sources.begin(), sources.end(), maker[input]) == sources.end())
        sources.push_back(maker[input]);
    }
    symbols.push_back(layer_symbol(plan, i, std::move(sources), after));
    for (const ValueId output : plan.graph.nodes[layer.node].outputs) {
      ready[output] = after;
      maker[output] = symbols.back().lid;
    }
    ready[layer.output] = after;
    maker[layer.output] = symbols.back().lid;
  }
  return symbols;
}

std::uint16_t symbol_of_layer(const Plan& plan, std::size_t layer) {
  return static_cast<std::uint16_t>(plan.graph.inputs.size() + layer);
}

std::vector<IoTensor> io_tensors(const Plan& plan, const std::vector<ValueId>& values,
                                 const std::vector<std::string>& lids) {
  std::vector<IoTensor> tensors;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value& value = plan.graph.values[values[i]];
    const std::string lid = i < lids.size() ? lids[i] : "";
    tensors.push_back({value.name, lid_or_name(lid, value.name), address_of(plan, values[i]), value.shape,
                       value.quantization.dtype, value.quantization});
  }
  return tensors;
}

}  // namespace trireme

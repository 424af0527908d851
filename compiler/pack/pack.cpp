// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/pack.h"

#include <limits>

#include "compiler/pack/coefficients.h"
#include "compiler/pack/lookup_table.h"
#include "compiler/pack/requantizer.h"
#include "compiler/pack/softmax_program.h"
#include "model/graph/attributes.h"
#include "model/quant/quantization.h"

namespace trireme {

namespace {

struct Packing {
  Plan& plan;
  const Chip& chip;
  RequantRule rule;
  Ties ties;
};

const Value& value_of(const Packing& packing, ValueId id) { return packing.plan.graph.values[id]; }
const Node& node_of(const Packing& packing, const PlannedLayer& layer) {
  return packing.plan.graph.nodes[layer.node];
}
float scale_of(const Value& value) { return value.quantization.scale.front(); }

// The stored integers of a weight or bias.
Tensor codes_of(const Value& value) { return quantize(*value.constant, value.quantization); }

std::uint32_t add(const Packing& packing, std::size_t layer, ConstantData::Role role, const char* what,
                  Bytes bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("", "its constants take more than 4 GiB", "split the layer");
  }
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::string name = node_of(packing, packing.plan.layers[layer]).name + " " + what;
  packing.plan.constants.push_back({name, role, layer, std::move(bytes)});
  return size;
}

void set_post(const Packing& packing, PostProcessing& post, float numerator, float denominator) {
  post.rule = static_cast<std::uint8_t>(packing.rule);
  post.ties = static_cast<std::uint8_t>(packing.ties);
  post.requantizer = requantizer_of(packing.rule, numerator, denominator);
}

// int32 an output channel; zeros for a layer without bias.
void add_bias(const Packing& packing, std::size_t layer, std::int64_t channels) {
  const Node& node = node_of(packing, packing.plan.layers[layer]);
  Bytes bytes(static_cast<std::size_t>(channels) * sizeof(std::int32_t));
  if (node.inputs.size() > 2 && node.inputs[2] != kNone)
    bytes = codes_of(value_of(packing, node.inputs[2])).bytes;
  if (bytes.size() != static_cast<std::size_t>(channels) * sizeof(std::int32_t)) {
    throw Error("", "its bias has not one number an output channel", "the model is damaged");
  }
  add(packing, layer, ConstantData::Role::bias, "bias", std::move(bytes));
}

void pack_layer(const Packing& packing, std::size_t index, NneJob& job) {
  const PlannedLayer& layer = packing.plan.layers[index];
  const Node& node = node_of(packing, layer);
  const Value& weight = value_of(packing, node.inputs[1]);
  const Tensor codes = codes_of(weight);
  NneWeights weights{};
  weights.codes = codes.data<std::uint8_t>();
  weights.kernels = codes.shape[0];
  weights.per_kernel = codes.size() / codes.shape[0];
  weights.zero_point = static_cast<std::uint8_t>(job.weight_zero_point);
  weights.depthwise = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
  weights.kernels_per_core = job.kernels_per_core;
  weights.superblocks = job.superblocks;
  job.coefficient_bytes = add(packing, index, ConstantData::Role::coefficients, "coefficients",
                              encode_nne_coefficients(weights, packing.chip));
  add_bias(packing, index, weights.kernels);
  set_post(packing, job.post, scale_of(value_of(packing, layer.input)) * scale_of(weight),
           scale_of(value_of(packing, layer.output)));
}

void pack_fully_connected(const Packing& packing, std::size_t index, TpJob& job) {
  const PlannedLayer& layer = packing.plan.layers[index];
  const Value& weight = value_of(packing, node_of(packing, layer).inputs[1]);
  const Tensor codes = codes_of(weight);
  const TpWeights weights{codes.data<std::uint8_t>(), codes.shape[0], codes.shape[1],
                          static_cast<std::uint8_t>(job.weight_zero_point)};
  job.table_bytes = add(packing, index, ConstantData::Role::coefficients, "coefficients",
                        encode_tp_coefficients(weights, packing.chip.tp.zrl_bits));
  add_bias(packing, index, weights.outputs);
  set_post(packing, job.post, scale_of(value_of(packing, layer.input)) * scale_of(weight),
           scale_of(value_of(packing, layer.output)));
}

// Jobs without weights: the factor is s_in / s_out, 1 where the parameters are the same or the data is no
// integer.
void set_plain_post(const Packing& packing, const PlannedLayer& layer, TpJob& job) {
  const Value& input = value_of(packing, layer.input);
  const Value& output = value_of(packing, layer.output);
  const bool integers = input.quantization.quantized() && output.quantization.quantized();
  float denominator = integers ? scale_of(output) : 1.0F;
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::avg_pool) {
    denominator *= static_cast<float>(job.kernel_w * job.kernel_h);
  }
  set_post(packing, job.post, integers ? scale_of(input) : 1.0F, denominator);
}

void pack_layer(const Packing& packing, std::size_t index, TpJob& job) {
  const PlannedLayer& layer = packing.plan.layers[index];
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::fully_connected:
      return pack_fully_connected(packing, index, job);
    case TpOperation::lut:
      job.table_bytes =
          add(packing, index, ConstantData::Role::table, "table",
              lookup_table(packing.plan.graph, node_of(packing, layer), packing.rule, packing.ties));
      [[fallthrough]];
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
    case TpOperation::transpose:
    case TpOperation::copy:
      return set_plain_post(packing, layer, job);
  }
}

void pack_layer(const Packing& packing, std::size_t index, PpuJob& job) {
  const PpuProgram program = softmax_program();
  check_program(program, packing.chip.ppu.temp_registers, packing.chip.ppu.instruction_slots, "softmax");
  job.program_bytes = add(packing, index, ConstantData::Role::program, "program", encode(program));
}

}  // namespace

void pack(Plan& plan, const Chip& chip, RequantRule rule, Ties ties) {
  const Packing packing{plan, chip, rule, ties};
  Problems problems;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    PlannedLayer& layer = plan.layers[i];
    if (!layer.job) continue;
    try {
      std::visit([&](auto& job) { pack_layer(packing, i, job); }, *layer.job);
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) {
        problems.add(where_of(plan.graph, layer), problem.what, problem.hint);
      }
    }
  }
  problems.throw_if_any();
}

}  // namespace trireme

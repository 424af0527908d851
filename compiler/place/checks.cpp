// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

void require(bool holds, const std::string& what, const std::string& hint) {
  if (!holds) throw Error("", what, hint);
}

namespace {

bool is_affine8(const Quantization& q) {
  return q.scheme == Quantization::Scheme::affine &&
         (q.dtype == DataType::uint8 || q.dtype == DataType::int8);
}

// Fixed point whose step float32 holds.
bool is_fixed_point(const Quantization& q) {
  return q.scheme == Quantization::Scheme::fixed_point && q.fl > -64 && q.fl < 64;
}

bool is_affine(const Quantization& q) {
  return q.scheme == Quantization::Scheme::affine && !q.scale.empty() &&
         q.scale.size() == q.zero_point.size();
}

}  // namespace

void require_codes(const Value& value) {
  const Quantization& q = value.quantization;
  const bool type = q.dtype == DataType::uint8 || q.dtype == DataType::int8 || q.dtype == DataType::uint16 ||
                    q.dtype == DataType::int16;
  require(q.quantized(), "value '" + value.name + "' is " + name_of(q.dtype), "codes of 8 or 16 bits");
  require(type && !q.per_channel() && (is_fixed_point(q) || (is_affine(q) && q.scale.size() == 1)),
          "value '" + value.name + "' is quantized as " + to_string(q),
          "codes of 8 or 16 bits with one scale a tensor");
}

void require_codes8(const Value& value) {
  const Quantization& q = value.quantization;
  require(q.quantized(), "value '" + value.name + "' is " + name_of(q.dtype), "codes of 8 bits");
  require(is_affine8(q) && !q.per_channel() && q.scale.size() == 1 && q.zero_point.size() == 1,
          "value '" + value.name + "' is quantized as " + to_string(q),
          "8-bit codes with one scale a tensor");
}

void require_weights(const Value& value, int channel_axis) {
  const Quantization& q = value.quantization;
  const bool type = q.dtype == DataType::uint8 || q.dtype == DataType::int8 || q.dtype == DataType::int16;
  const bool per_kernel = !q.per_channel() || q.channel_axis == channel_axis;
  const bool one_zero = std::all_of(q.zero_point.begin(), q.zero_point.end(),
                                    [&](std::int32_t zero) { return zero == q.zero_point.front(); });
  require(type && (is_fixed_point(q) || (is_affine(q) && per_kernel && one_zero)),
          "value '" + value.name + "' is quantized as " + to_string(q),
          "uint8, int8 or int16 codes, one scale or one an output channel, one zero point");
}

const Tensor& require_constant(const Graph& graph, const Node& node, std::size_t input, const char* role) {
  const ValueId id = input < node.inputs.size() ? node.inputs[input] : kNone;
  require(id != kNone && graph.values[id].constant != nullptr,
          std::string("its ") + role + " is not a constant", "weights must be known when compiling");
  return *graph.values[id].constant;
}

void require_image(const Value& value) {
  const Shape& shape = value.shape;
  const std::string text = "value '" + value.name + "' has shape " + to_string(shape);
  require(shape.size() == 4, text, "the engines work on images of shape [N,C,H,W]");
  require(shape[1] <= kMaxChannels && shape[2] <= kMaxImageSize && shape[3] <= kMaxImageSize, text,
          fmt::format("at most {} channels and {} rows and columns", kMaxChannels, kMaxImageSize));
}

void require_bias(const Graph& graph, const Node& node) {
  if (node.inputs.size() < 3 || node.inputs[2] == kNone) return;
  require_constant(graph, node, 2, "bias");
  const Value& bias = graph.values[node.inputs[2]];
  const Quantization& q = bias.quantization;
  require(q.quantized() && (q.dtype == DataType::int32 || q.dtype == DataType::int64),
          "its bias '" + bias.name + "' is not int32 or int64", "quantize the network again");
  if (graph.scales_from_model) return;  // the codes count, whatever the file says of their scale
  require(q.scale.size() == 1 || is_fixed_point(q), "its bias '" + bias.name + "' has several scales",
          "quantize the network again");
  const double scale = double{scale_of(q)};
  const double expected = double{scale_of(graph.values[node.inputs[0]].quantization)} *
                          double{scale_of(graph.values[node.inputs[1]].quantization)};
  require(std::abs(scale - expected) <= 1e-5 * expected,
          fmt::format("its bias scale {} is not input scale times weight scale, {}", scale, expected),
          "quantize the network again");
}

void require_bias_of_wide_sums(const Placement& placement) {
  if (placement.rule != RequantRule::tflite || bytes_of(placement.input().quantization.dtype) == 1) return;
  const std::vector<ValueId>& inputs = placement.node().inputs;
  const bool has_bias = inputs.size() > 2 && inputs[2] != kNone;
  require(has_bias && placement.value(inputs[2]).quantization.dtype == DataType::int64,
          "TensorFlow Lite rounds 16-bit data without a bias of 64 bits by a multiplier of 31 bits",
          "the engines' wide sums take one of 16");
}

void require_array_scales(const Value& weight, const Chip& chip) {
  require(chip.nne.per_channel || !weight.quantization.per_channel(),
          "value '" + weight.name + "' has a scale an output channel", "this chip's array has one a layer");
}

bool moves_data(const Chip& chip) { return chip.tp.cores + chip.tp.lite_cores > 0; }

PostProcessing saturating_post(const Value& output) {
  PostProcessing post{};
  const CodeRange codes = range_of_codes(output.quantization.dtype);
  post.clamp_low = codes.low;
  post.clamp_high = codes.high;
  return post;
}

TpJob tp_job(TpOperation operation, const Value& output) {
  TpJob job{};
  job.header = header_for(Engine::tp, static_cast<std::uint8_t>(operation));
  job.post = saturating_post(output);
  for (CopyDimension& d : job.dimensions) d.count = 1;
  return job;
}

namespace {

template <typename Descriptor>
PlannedJob& add(Placement& placement, const Descriptor& job, const ElementOffsets& offsets) {
  const auto bytes = [&](const Value& value, std::int64_t elements) {
    return static_cast<std::uint32_t>(elements * bytes_of(value.quantization.dtype));
  };
  PlannedJob planned{job, {}, {}, {}};
  planned.links.push_back({offsetof(Descriptor, input) + offsetof(TensorView, address),
                           operand_storage(placement.plan, placement.layer.input, placement.index),
                           bytes(placement.input(), offsets.input)});
  planned.links.push_back({offsetof(Descriptor, output) + offsetof(TensorView, address),
                           value_storage(placement.layer.output), bytes(placement.output(), offsets.output)});
  placement.layer.jobs.push_back(std::move(planned));
  return placement.layer.jobs.back();
}

}  // namespace

PlannedJob& add_job(Placement& placement, NneJob job, ElementOffsets offsets) {
  return add(placement, job, offsets);
}

PlannedJob& add_job(Placement& placement, TpJob job, ElementOffsets offsets) {
  return add(placement, job, offsets);
}

std::uint32_t bytes_stored(const Value& value) {
  const std::int64_t bytes = element_count(value.shape) * bytes_of(value.quantization.dtype);
  require(bytes <= std::numeric_limits<std::uint32_t>::max(),
          "value '" + value.name + "' takes more than 4 GiB");
  return static_cast<std::uint32_t>(bytes);
}

std::uint16_t ppu_operand_field(std::size_t operand) {
  return static_cast<std::uint16_t>(offsetof(PpuJob, operands) + operand * sizeof(OperandRange));
}

std::uint16_t ppu_uniform_field(std::size_t uniform) {
  return static_cast<std::uint16_t>(offsetof(PpuJob, uniforms) + uniform * sizeof(std::uint32_t));
}

JobHeader header_for(Engine engine, std::uint8_t operation) {
  JobHeader header{};
  header.engine = static_cast<std::uint8_t>(engine);
  header.operation = operation;
  header.signal_event = kNoEvent;
  std::fill(std::begin(header.wait_events), std::end(header.wait_events), kNoEvent);
  return header;
}

}  // namespace trireme

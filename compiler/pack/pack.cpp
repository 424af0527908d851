// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/pack.h"

#include <cstddef>
#include <cstring>

#include "compiler/pack/coefficients.h"
#include "compiler/pack/requantizer.h"
#include "compiler/pack/zero_skip.h"
#include "compiler/plan/space_to_depth.h"
#include "compiler/plan/subpixel.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"
#include "model/quant/quantization.h"
#include "model/reference/tabulate.h"

namespace trireme {

namespace {

struct Packing {
  Plan& plan;
  const Chip& chip;
  std::size_t layer;
  LayerPart part;  // of the layer: what the job computes

  const Node& node() const { return plan.graph.nodes[part.node]; }
  const Value& value(ValueId id) const { return plan.graph.values[id]; }
  const Value& input() const { return value(part.input); }
  const Value& output() const { return value(part.output); }
  // What the requantizer makes: a table behind it has an output of its own.
  const Value& requantized() const {
    return part.activation == kNone ? output()
                                    : value(data_input(plan.graph, plan.graph.nodes[part.activation]));
  }
  const Value& weight() const { return value(node().inputs.at(1)); }
  bool is_dense() const { return node().op == "fullconnect"; }
  bool is_deconvolution() const { return node().op == "deconvolution"; }
  // Kernels the array computes an output channel with: one, or one a phase (compiler/plan/subpixel.h).
  std::int64_t kernels_of_channel() const {
    if (!is_deconvolution()) return 1;
    const Window& window = attributes<DeconvolutionAttributes>(node()).window;
    return window.stride_h * window.stride_w;
  }
};

float scale_of(const Value& value) { return scale_of(value.quantization); }

// Adds the constant, or finds it among those the layer has already (the images of a batch and the bands of a
// map share them), and links it.
std::uint32_t add(const Packing& packing, PlannedJob& job, std::size_t field, ConstantData::Role role,
                  const std::string& what, Bytes bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const std::string name = packing.node().name + " " + what;
  Plan& plan = packing.plan;
  for (std::size_t i = plan.constants.size(); i-- > 0 && plan.constants[i].layer == packing.layer;) {
    if (plan.constants[i].name != name || plan.constants[i].bytes != bytes) continue;
    job.links.push_back(
        {static_cast<std::uint16_t>(field), {StorageRef::Kind::constant, static_cast<std::uint32_t>(i)}, 0});
    return size;
  }
  const StorageRef ref = add_constant(plan, {name, role, packing.layer, std::move(bytes)});
  job.links.push_back({static_cast<std::uint16_t>(field), ref, 0});
  return size;
}

void set_rule(const Packing& packing, PostProcessing& post) {
  post.rule = static_cast<std::uint8_t>(packing.plan.rule);
  post.ties = static_cast<std::uint8_t>(packing.plan.ties);
}

Bytes bytes_of(const std::vector<Requantizer>& table) {
  Bytes bytes(table.size() * sizeof(Requantizer));
  std::memcpy(bytes.data(), table.data(), bytes.size());
  return bytes;
}

// One multiplier, or one an output channel.
void add_weighted_post(const Packing& packing, PlannedJob& planned, PostProcessing& post,
                       std::size_t post_field, const KernelSlice& slice, bool dense) {
  set_rule(packing, post);
  const Quantization& q = packing.weight().quantization;
  // numerics.md §3.1: the float32 product belongs to one scale for all weights; that of a channel is double.
  const bool one_scale = q.scale.size() <= 1;
  const bool float_product = one_scale && (dense || packing.input().quantization.dtype == DataType::uint8);
  const auto requantizer = [&](std::size_t channel) {
    const float weight = q.per_channel() ? q.scale[channel] : scale_of(q);
    return requantizer_of(packing.plan.rule, {scale_of(packing.input()), weight,
                                              scale_of(packing.requantized()), !float_product});
  };
  if (!q.per_channel()) {
    post.requantizer = requantizer(0);
    return;
  }
  post.per_channel = 1;
  std::vector<Requantizer> table;
  for (std::int64_t i = 0; i < slice.count; ++i)
    table.push_back(requantizer(static_cast<std::size_t>((slice.first + i) / packing.kernels_of_channel())));
  add(packing, planned, post_field + offsetof(PostProcessing, requantizer_address), ConstantData::Role::table,
      "multipliers", bytes_of(table));
}

// Of each channel of the slice; zeros for a layer without bias.
std::vector<std::int64_t> biases_of(const Packing& packing, const KernelSlice& slice) {
  std::vector<std::int64_t> biases(static_cast<std::size_t>(slice.count));
  const Node& node = packing.node();
  if (node.inputs.size() < 3 || node.inputs[2] == kNone) return biases;
  const Tensor stored = stored_constant(packing.value(node.inputs[2]));
  const bool wide = stored.dtype == DataType::int64;
  const std::int64_t kernels = packing.kernels_of_channel();
  if ((!wide && stored.dtype != DataType::int32) || stored.size() * kernels < slice.first + slice.count)
    throw Error("", "its bias has not one number an output channel", "the model is damaged");
  for (std::int64_t i = 0; i < slice.count; ++i) {
    const std::int64_t channel = (slice.first + i) / kernels;
    biases[static_cast<std::size_t>(i)] =
        wide ? stored.data<std::int64_t>()[channel] : stored.data<std::int32_t>()[channel];
  }
  return biases;
}

// int64 for wide sums, else int32: the accumulator wraps, so what lies above 32 bits changes nothing.
template <typename Weighted>
void add_bias(const Packing& packing, PlannedJob& planned, const Weighted& job, std::size_t field,
              const KernelSlice& slice) {
  const std::vector<std::int64_t> biases = biases_of(packing, slice);
  const auto each = static_cast<std::size_t>(bias_bytes(job.input, job.weight_dtype));
  Bytes bytes(biases.size() * each);
  for (std::size_t i = 0; i < biases.size(); ++i)
    std::memcpy(bytes.data() + i * each, &biases[i], each);  // little-endian: the low bytes
  add(packing, planned, field, ConstantData::Role::bias, "bias", std::move(bytes));
}

// TensorFlow Lite runs grouped and transposed convolutions by kernels that round as those of TensorFlow Lite
// Micro do, and not as its fast kernel of one group (numerics.md §3.2).
void set_rule_of_groups(const Packing& packing, NneJob& job) {
  if (packing.is_dense()) return;
  const auto is_grouped = [](const ConvolutionAttributes& c) { return c.groups > 1 || c.depthwise; };
  const bool grouped =
      packing.is_deconvolution() || is_grouped(attributes<ConvolutionAttributes>(packing.node()));
  const bool dense = is(job, NneOperation::convolution);
  if (packing.plan.rule == RequantRule::tflite && grouped && dense)
    job.post.rule = static_cast<std::uint8_t>(RequantRule::tflm);
}

void pack_add(const Packing& packing, PlannedJob& planned, NneJob& job) {
  set_rule(packing, job.post);
  const auto code_scale = [](const Value& value) {
    return CodeScale{scale_of(value), zero_point_of(value.quantization)};
  };
  const auto scales = add_requantizers(packing.plan.rule, code_scale(packing.value(packing.node().inputs[0])),
                                       code_scale(packing.value(packing.node().inputs[1])),
                                       code_scale(packing.output()), packing.output().quantization.dtype);
  add(packing, planned, offsetof(NneJob, post) + offsetof(PostProcessing, requantizer_address),
      ConstantData::Role::table, "scales", bytes_of(std::vector<Requantizer>(scales.begin(), scales.end())));
}

// From element `first` on.
WeightCodes codes_of(const Tensor& tensor, std::int64_t first, std::int16_t zero_point) {
  const int bytes_each = bytes_of(tensor.dtype);
  const auto mask = static_cast<std::uint16_t>((1U << 8 * bytes_each) - 1);
  return {tensor.bytes.data() + first * bytes_each,
          static_cast<std::uint16_t>(static_cast<std::uint16_t>(zero_point) & mask), bytes_each};
}

std::uint32_t add_table(const Packing& packing, PlannedJob& planned, std::size_t field, NodeId function) {
  const Plan& plan = packing.plan;
  return add(packing, planned, field, ConstantData::Role::table, "table",
             tabulate(plan.graph, plan.graph.nodes[function], plan.rule, plan.ties));
}

// As the job convolves with them: phases of a transposed convolution's output, or of a strided one's input.
Tensor kernels_of(const Packing& packing, const Tensor& stored, const NneJob& job) {
  if (packing.is_deconvolution()) {
    return subpixel_kernels(stored, attributes<DeconvolutionAttributes>(packing.node()),
                            job.weight_zero_point);
  }
  if (packing.is_dense()) return stored;
  const Window& window = attributes<ConvolutionAttributes>(packing.node()).window;
  const bool phases = job.stride_h != window.stride_h || job.stride_w != window.stride_w;
  return phases ? phase_kernels(stored, phase_axes(window), job.weight_zero_point) : stored;
}

// Its kernels are a map, uncoded. Both have one scale, which every runtime multiplies in float32
// (model/reference).
void pack_matmul(const Packing& packing, PlannedJob& planned, NneJob& job) {
  job.coefficient_bytes = job.output.channels * job.input.channels;
  add(packing, planned, offsetof(NneJob, bias), ConstantData::Role::bias, "bias",
      Bytes(std::size_t{job.output.channels} * sizeof(std::int32_t)));
  set_rule(packing, job.post);
  const std::vector<ValueId>& inputs = packing.node().inputs;
  job.post.requantizer = requantizer_of(
      packing.plan.rule, {scale_of(packing.value(inputs[1])), scale_of(packing.value(inputs[0])),
                          scale_of(packing.requantized()), false});
  if (job.activation != 0) add_table(packing, planned, offsetof(NneJob, table), packing.part.activation);
}

void pack_job(const Packing& packing, PlannedJob& planned, NneJob& job) {
  const auto operation = static_cast<NneOperation>(job.header.operation);
  if (operation == NneOperation::add) return pack_add(packing, planned, job);
  if (operation == NneOperation::matmul) return pack_matmul(packing, planned, job);
  const Tensor stored = stored_constant(packing.weight());
  const Tensor codes = kernels_of(packing, stored, job);
  NneWeights weights{};
  weights.kernels = planned.kernels.count;
  weights.kernel_h = job.kernel_h;
  weights.kernel_w = job.kernel_w;
  weights.depthwise = is(job, NneOperation::depthwise);
  weights.groups = weights.depthwise ? 1 : job.groups;
  weights.channels = codes.size() / codes.shape[0] / weights.plane() * weights.groups;
  weights.codes =
      codes_of(codes, planned.kernels.first * (weights.per_kernel() / weights.groups), job.weight_zero_point);
  weights.kernels_per_core = job.kernels_per_core;
  weights.superblocks = job.superblocks;
  Bytes stream = encode_nne_coefficients(weights, packing.chip);
  job.decoder_symbols = pairs_of_longest_stream(stream);
  job.dot_products = dot_products_of(weights, packing.chip);
  job.coefficient_bytes = add(packing, planned, offsetof(NneJob, coefficients),
                              ConstantData::Role::coefficients, "coefficients", std::move(stream));
  add_bias(packing, planned, job, offsetof(NneJob, bias), planned.kernels);
  add_weighted_post(packing, planned, job.post, offsetof(NneJob, post), planned.kernels, packing.is_dense());
  set_rule_of_groups(packing, job);
  if (job.activation != 0) add_table(packing, planned, offsetof(NneJob, table), packing.part.activation);
}

void pack_fully_connected(const Packing& packing, PlannedJob& planned, TpJob& job) {
  const Tensor codes = stored_constant(packing.weight());
  const TpWeights weights{codes_of(codes, 0, job.weight_zero_point), codes.shape[0], codes.shape[1]};
  job.table_bytes = add(packing, planned, offsetof(TpJob, table), ConstantData::Role::coefficients,
                        "coefficients", encode_tp_coefficients(weights, packing.chip.tp.zrl_bits));
  const KernelSlice all{0, weights.outputs};
  add_bias(packing, planned, job, offsetof(TpJob, bias), all);
  add_weighted_post(packing, planned, job.post, offsetof(TpJob, post), all, true);
}

// Jobs without weights: the factor is s_in / s_out, 1 where the parameters are the same or the data is no
// integer.
void set_plain_post(const Packing& packing, TpJob& job) {
  set_rule(packing, job.post);
  const bool integers = packing.input().quantization.quantized() && packing.output().quantization.quantized();
  float denominator = integers ? scale_of(packing.output()) : 1.0F;
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::avg_pool) {
    denominator *= static_cast<float>(job.kernel_w * job.kernel_h);
  }
  const float numerator = integers ? scale_of(packing.input()) : 1.0F;
  // Clamps divide in float32 under every rule.
  const bool clamps = static_cast<TpOperation>(job.header.operation) == TpOperation::copy;
  job.post.requantizer = clamps ? requantizer_of(packing.plan.rule, numerator / denominator, 1.0F)
                                : requantizer_of(packing.plan.rule, numerator, denominator);
}

void pack_job(const Packing& packing, PlannedJob& planned, TpJob& job) {
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::fully_connected:
      return pack_fully_connected(packing, planned, job);
    case TpOperation::reshuffle:
    case TpOperation::lrn:  // no requantizer: it quantizes real numbers
      return;
    case TpOperation::lut:
      job.table_bytes = add_table(packing, planned, offsetof(TpJob, table), packing.part.node);
      [[fallthrough]];
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
    case TpOperation::transpose:
    case TpOperation::copy:
      return set_plain_post(packing, job);
  }
}

// `place` has packed these: their programs and steps are what it chose.
void pack_job(const Packing&, PlannedJob&, PpuJob&) {}
void pack_job(const Packing&, PlannedJob&, HostJob&) {}

}  // namespace

void pack(Plan& plan, const Chip& chip) {
  Problems problems;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    for (PlannedJob& planned : plan.layers[i].jobs) {
      const Packing packing{plan, chip, i, part_of(plan.layers[i], planned.part)};
      try {
        std::visit([&](auto& job) { pack_job(packing, planned, job); }, planned.job);
      } catch (const Error& error) {
        for (const Problem& problem : error.problems()) {
          problems.add(where_of(plan.graph, plan.layers[i]), problem.what, problem.hint);
        }
      }
    }
  }
  problems.throw_if_any();
}

}  // namespace trireme

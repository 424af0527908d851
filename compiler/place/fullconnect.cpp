// SPDX-License-Identifier: Apache-2.0
// fullconnect -> TP (formats.md §10); without a full core of it, the array: a 1x1 convolution of one pixel
// (hardware.md §2.6).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/place/array.h"
#include "compiler/plan/views.h"
#include "timing/nne.h"
#include "timing/requests.h"
#include "timing/tp.h"

namespace trireme {

namespace {

// A byte a weight in one stream, `piece` bytes of which are there before the next are asked for, taken at
// `rate` bytes a cycle at most.
Cycle cycles_to_take(std::int64_t weights, std::int64_t piece, std::int64_t rate, const Chip& chip) {
  const Cycle moved = path_cycles({1, weights}, Memory::dram, chip, ceil_div(weights, piece));
  return std::max(moved, static_cast<Cycle>(ceil_div(weights, rate)));
}

// Whether the array, whose cores decode several weights a cycle, has the weights of a large layer sooner than
// the TP, which takes a byte a cycle and core: both wait for the memory, the TP for its latency more often.
// Published profiles show the TP (C305X: 1,024,000 weights, VS680: 120,720 bytes) although the array would be
// faster by this; so up to a chip's tp_dense_weights it is the TP.
bool array_is_faster(const Placement& placement) {
  const Chip& chip = placement.chip;
  const Value& weight = placement.value(placement.node().inputs[1]);
  const std::int64_t weights = element_count(weight.shape);
  const bool wide =
      bytes_of(weight.quantization.dtype) > 1 || bytes_of(placement.input().quantization.dtype) > 1;
  if (weights <= chip.compiler.tp_dense_weights || wide) return false;
  const std::int64_t array_rate = std::int64_t{chip.nne.cores} * chip.nne.decoder_weights_per_cycle;
  const Cycle by_array = cycles_to_take(weights, half_coefficient_buffers(chip), array_rate, chip) +
                         static_cast<Cycle>(chip.nne.launch_cycles);
  const std::int64_t tp_rate = std::int64_t{chip.tp.cores} * chip.tp.coded_bytes_per_cycle_per_core;
  const Cycle by_tp =
      cycles_to_take(weights, kTpPieceBytes, tp_rate, chip) + static_cast<Cycle>(chip.tp.launch_cycles);
  return by_array < by_tp;
}

// A neuron is a kernel over one pixel.
void require_array(const Placement& placement, std::int64_t inputs, std::int64_t outputs) {
  const Value& weight = placement.value(placement.node().inputs[1]);
  require_array_takes(placement.input(), placement.chip);
  require_array_takes(weight, placement.chip);
  require_array_scales(weight, placement.chip);
  require(inputs <= kMaxKernelDepth && outputs <= kMaxChannels,
          fmt::format("{} inputs, {} outputs", inputs, outputs), "at most 2^20 - 1 and 16383 on the array");
  check_array({}, placement.chip);
}

bool fits_array(const Placement& placement, std::int64_t inputs, std::int64_t outputs) {
  try {
    require_array(placement, inputs, outputs);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void add_convolutions(Placement& placement, std::int64_t rows, std::int64_t inputs, std::int64_t outputs) {
  require_array(placement, inputs, outputs);
  NneJob job = convolution_job(placement, {}, NneOperation::convolution);
  job.groups = 1;
  job.input = packed_view(inputs, 1, 1, placement.input());
  job.output = packed_view(outputs, 1, 1, placement.output());
  job.conv_width = job.conv_height = 1;
  for (std::int64_t i = 0; i < rows; ++i)
    add_job(placement, job, {i * inputs, i * outputs}).kernels = {0, outputs};
  placement.layer.reason =
      fmt::format("fully connected {} -> {} as a 1x1 convolution of a pixel: {}", inputs, outputs,
                  placement.chip.tp.cores == 0 ? "the TP has no full core"
                                               : "the array has its weights sooner than the TP");
}

void place_fullconnect(Placement& placement) {
  const Node& node = placement.node();
  const Value &input = placement.input(), &output = placement.output();
  require_codes(input);
  require_codes(output);
  const Tensor& weight = require_constant(placement.graph(), node, 1, "weight");
  require_weights(placement.value(node.inputs[1]));
  require_bias(placement.graph(), node);
  require_bias_of_wide_sums(placement);
  const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  const std::int64_t rows = element_count(input.shape) / inputs;
  if (placement.chip.tp.cores == 0 || (array_is_faster(placement) && fits_array(placement, inputs, outputs)))
    return add_convolutions(placement, rows, inputs, outputs);
  require(inputs <= kMaxImageSize * kMaxImageSize && outputs <= kMaxChannels,
          fmt::format("{} inputs, {} outputs", inputs, outputs), "at most 8191 x 8191 and 16383");
  const Quantization& q = placement.value(node.inputs[1]).quantization;
  TpJob job = tp_job(TpOperation::fully_connected, output);
  Value row = input;  // one row of the input
  row.shape = {1, inputs};
  job.input = run_view(row);
  // One channel a neuron, as a convolution of one pixel would have it.
  job.output = packed_view(outputs, 1, 1, output);
  job.weight_zero_point = static_cast<std::int16_t>(zero_point_of(q));
  job.weight_dtype = static_cast<std::uint8_t>(q.dtype);
  for (std::int64_t i = 0; i < rows; ++i) add_job(placement, job, {i * inputs, i * outputs});
  placement.layer.reason = fmt::format(
      "fully connected {} -> {}: every weight is used once, the TP streams them", inputs, outputs);
}

}  // namespace

std::vector<PlacementRow> fullconnect_placements() { return {{"fullconnect", place_fullconnect}}; }

}  // namespace trireme

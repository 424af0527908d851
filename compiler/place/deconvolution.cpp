// SPDX-License-Identifier: Apache-2.0
// deconvolution -> NNE (formats.md §10), as one convolution of stride 1 for all phases of the output's pixels
// (compiler/plan/subpixel.h); the TP interleaves them.
#include <fmt/format.h>

#include <cstddef>

#include "compiler/place/array.h"
#include "compiler/plan/subpixel.h"
#include "compiler/plan/views.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

struct Phases : PhaseAxes {
  std::int64_t height, width;  // of each phase's map

  std::int64_t pixels() const { return height * width; }
};

Phases phases_of(const Window& window, const Shape& out) {
  return {transposed_phase_axes(window), ceil_div(out[2], window.stride_h),
          ceil_div(out[3], window.stride_w)};
}

// The window of the convolution that computes the phases.
Window window_of(const Phases& phases) {
  Window window;
  window.kernel_h = phases.rows.kernel;
  window.kernel_w = phases.columns.kernel;
  window.pad_top = -phases.rows.first;
  window.pad_left = -phases.columns.first;
  return window;
}

// A job an image and group, as for a convolution, from `offset` bytes of the storage on.
void add_convolution(Placement& placement, const NneJob& whole, const Phases& phases, std::int64_t image,
                     const StorageRef& to, std::int64_t offset) {
  const std::int64_t groups = attributes<DeconvolutionAttributes>(placement.node()).groups;
  const Shape& in = placement.input().shape;
  const std::int64_t in_channels = in[1] / groups;
  const std::int64_t kernels = placement.output().shape[1] / groups * phases.count();
  const std::int64_t in_bytes = bytes_of(placement.input().quantization.dtype);
  const std::int64_t out_bytes = bytes_of(placement.output().quantization.dtype);
  for (std::int64_t group = 0; group < groups; ++group) {
    NneJob job = whole;
    job.groups = 1;
    job.input = packed_view(in_channels, in[2], in[3], placement.input());
    job.output = packed_view(kernels, phases.height, phases.width, placement.output());
    job.conv_width = job.output.width;
    job.conv_height = job.output.height;
    PlannedJob planned{job, {}, {}, {group * kernels, kernels}};
    const std::int64_t from = (image * in[1] + group * in_channels) * in[2] * in[3] * in_bytes;
    planned.links.push_back({offsetof(NneJob, input) + offsetof(TensorView, address),
                             operand_storage(placement.plan, placement.layer.input, placement.index),
                             static_cast<std::uint32_t>(from)});
    planned.links.push_back(
        {offsetof(NneJob, output) + offsetof(TensorView, address), to,
         static_cast<std::uint32_t>(offset + group * kernels * phases.pixels() * out_bytes)});
    placement.layer.jobs.push_back(std::move(planned));
  }
}

void add_interleave(Placement& placement, const Phases& phases, const PhaseRounds& y, const PhaseRounds& x,
                    const StorageRef& maps, std::int64_t image) {
  const Value& output = placement.output();
  const Shape& out = output.shape;
  const int bytes = bytes_of(output.quantization.dtype);
  const std::int64_t map = phases.pixels(), row_phase = phases.columns.stride * map;
  const std::int64_t sy = phases.rows.stride, sx = phases.columns.stride;
  TpJob job = tp_job(TpOperation::reshuffle, output);
  job.element_bytes = static_cast<std::uint8_t>(bytes);
  const std::int64_t loops[][3] = {{out[1], phases.count() * map, out[2] * out[3]},
                                   {y.count, phases.width, sy * out[3]},
                                   {y.phases, row_phase, out[3]},
                                   {x.count, 1, sx},
                                   {x.phases, map, 1}};
  std::size_t dimension = kCopyDimensions - std::size(loops);
  for (const auto& loop : loops) {
    job.dimensions[dimension++] = {static_cast<std::uint32_t>(loop[0]),
                                   static_cast<std::int32_t>(loop[1] * bytes),
                                   static_cast<std::int32_t>(loop[2] * bytes)};
  }
  const std::int64_t from = y.first * phases.width + x.first;
  const std::int64_t to = (image * out[1] * out[2] + y.first * sy) * out[3] + x.first * sx;
  PlannedJob planned{job, {}, {}, {}};
  planned.links.push_back({offsetof(TpJob, input) + offsetof(TensorView, address), maps,
                           static_cast<std::uint32_t>(from * bytes)});
  planned.links.push_back({offsetof(TpJob, output) + offsetof(TensorView, address),
                           value_storage(placement.layer.output), static_cast<std::uint32_t>(to * bytes)});
  placement.layer.jobs.push_back(std::move(planned));
}

// The phases' maps of one image, then each of their pixels to its place.
void add_image(Placement& placement, const NneJob& whole, const Phases& phases, std::int64_t image) {
  const Shape& out = placement.output().shape;
  const std::int64_t bytes = bytes_of(placement.output().quantization.dtype);
  const std::int64_t size = out[1] * phases.count() * phases.pixels() * bytes;
  if (phases.count() == 1) {
    return add_convolution(placement, whole, phases, image, value_storage(placement.layer.output),
                           image * size);
  }
  const StorageRef maps =
      add_scratch(placement.plan, placement.node().name + " phases", static_cast<std::uint64_t>(size));
  add_convolution(placement, whole, phases, image, maps, 0);
  for (const PhaseRounds& y : rounds_of(out[2], phases.rows.stride)) {
    for (const PhaseRounds& x : rounds_of(out[3], phases.columns.stride))
      add_interleave(placement, phases, y, x, maps, image);
  }
}

// The one requantizer that the post-processor lacks (model/reference/kernels/accumulate.cpp).
void require_requantizer(const Placement& placement) {
  const std::vector<ValueId>& inputs = placement.node().inputs;
  const bool has_bias = inputs.size() > 2 && inputs[2] != kNone;
  require(has_bias || placement.rule != RequantRule::tflite ||
              bytes_of(placement.input().quantization.dtype) == 1,
          "TensorFlow Lite rounds 16-bit data without a bias by a multiplier of 31 bits",
          "the array's wide sums take one of 16");
}

void place_deconvolution(Placement& placement) {
  const auto& deconvolution = attributes<DeconvolutionAttributes>(placement.node());
  const Value &input = placement.input(), &output = placement.output();
  // 1. What the data must be.
  require(placement.rule != RequantRule::onnx, "ONNX Runtime computes it in float32");
  require_codes(input);
  require_codes(output);
  const Tensor& weight = require_constant(placement.graph(), placement.node(), 1, "weight");
  require_weights(placement.value(placement.node().inputs[1]), 1);
  require_bias(placement.graph(), placement.node());
  require_requantizer(placement);
  // 2. What the array can do.
  require_image(input);
  require_image(output);
  const Phases phases = phases_of(deconvolution.window, output.shape);
  const Window window = window_of(phases);
  check_array(window, placement.chip);
  require_array_takes(input, placement.chip);
  require_array_takes(placement.value(placement.node().inputs[1]), placement.chip);
  require_array_scales(placement.value(placement.node().inputs[1]), placement.chip);
  const std::int64_t depth = weight.shape[0] / deconvolution.groups * window.kernel_h * window.kernel_w;
  require(depth <= kMaxKernelDepth, "a kernel has more than 2^20 - 1 weights");
  require(output.shape[1] / deconvolution.groups * phases.count() <= kMaxChannels,
          fmt::format("{} channels in {} phases", output.shape[1], phases.count()),
          fmt::format("at most {} kernels", kMaxChannels));
  require(phases.count() == 1 || moves_data(placement.chip), "the chip has no tensor processor");
  // 3. The jobs.
  const NneJob job = convolution_job(placement, window, NneOperation::convolution);
  for (std::int64_t image = 0; image < output.shape[0]; ++image) add_image(placement, job, phases, image);
  placement.layer.reason = fmt::format("a convolution of {} phases, kernel {}x{}", phases.count(),
                                       window.kernel_h, window.kernel_w);
  if (phases.count() > 1) placement.layer.reason += "; the TP interleaves them";
}

}  // namespace

std::vector<PlacementRow> deconvolution_placements() { return {{"deconvolution", place_deconvolution}}; }

}  // namespace trireme

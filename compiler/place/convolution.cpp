// SPDX-License-Identifier: Apache-2.0
// convolution -> NNE (formats.md §10). Kernel sizes by the chip, pads by the offset fields (hardware.md
// §1.5).
#include <fmt/format.h>

#include <cstddef>

#include "compiler/place/array.h"
#include "compiler/place/space_to_depth.h"
#include "compiler/plan/views.h"
#include "compiler/tile/tile.h"
#include "isa/coefficients.h"
#include "timing/nne.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxPad = 31;      // NN_X_OFFSET, NN_Y_OFFSET of V8 (§1.3 [F])
constexpr std::int64_t kMaxStride = 255;  // the descriptor's field

// One channel a group, in and out by a multiplier: the array's depthwise mode, if it has one. Other groups
// are zeros in kernels over all channels, or jobs of their own.
NneOperation operation_of(const ConvolutionAttributes& convolution, std::int64_t in, const Chip& chip) {
  const bool depthwise = convolution.groups == in && (convolution.groups > 1 || convolution.depthwise);
  return depthwise && chip.nne.depthwise ? NneOperation::depthwise : NneOperation::convolution;
}

std::string reason_of(const Window& window, NneOperation operation, const Chip& chip) {
  std::string reason =
      fmt::format("{} convolution, kernel {}x{} within {}x{}",
                  operation == NneOperation::depthwise ? "depthwise" : "dense", window.kernel_h,
                  window.kernel_w, chip.nne.max_kernel, chip.nne.max_kernel);
  return reason;
}

void set_result(NneJob& job) {
  job.conv_width = job.output.width;
  job.conv_height = job.output.height;
}

// Kernels over the channels of all groups, with zeros for those of the others (hardware.md §2.6 for depthwise
// on V7), or a job a group: whichever is faster. The zeros cost a stream, the jobs a launch each.
bool fills_with_zeros(const Placement& placement, const NneJob& whole, std::int64_t groups) {
  const Shape &in = placement.input().shape, &out = placement.output().shape;
  if (in[1] * whole.kernel_h * whole.kernel_w > kMaxKernelDepth || in[1] > kMaxChannels) return false;
  const auto cost = [&](std::int64_t jobs) {
    NneJob job = whole;
    job.groups = static_cast<std::uint16_t>(groups / jobs);
    job.input = packed_view(in[1] / jobs, in[2], in[3], placement.input());
    job.output = packed_view(out[1] / jobs, out[2], out[3], placement.output());
    set_result(job);
    return static_cast<Cycle>(jobs) * estimate(tiled(job, placement.chip), placement.chip);
  };
  return cost(1) <= cost(groups);
}

// A job an image and group, each on its planes of input and output.
void add_jobs(Placement& placement, const NneJob& whole, std::int64_t groups) {
  const Shape &in = placement.input().shape, &out = placement.output().shape;
  const std::int64_t in_channels = in[1] / groups, out_channels = out[1] / groups;
  for (std::int64_t image = 0; image < in[0]; ++image) {
    for (std::int64_t group = 0; group < groups; ++group) {
      NneJob job = whole;
      job.input = packed_view(in_channels, in[2], in[3], placement.input());
      job.output = packed_view(out_channels, out[2], out[3], placement.output());
      set_result(job);
      const std::int64_t in_plane = in[2] * in[3], out_plane = out[2] * out[3];
      PlannedJob& added = add_job(placement, job,
                                  {(image * in[1] + group * in_channels) * in_plane,
                                   (image * out[1] + group * out_channels) * out_plane});
      added.kernels = {group * out_channels, out_channels};
    }
  }
}

// The same on phases that the TP has made, if the chip's compiler does so or it is faster than what the array
// does with the stride by itself.
bool add_jobs_on_phases(Placement& placement, const NneJob& whole, const Window& window) {
  const Shape &in = placement.input().shape, &out = placement.output().shape;
  NneJob job = whole;
  job.input = packed_view(in[1], in[2], in[3], placement.input());
  job.output = packed_view(out[1], out[2], out[3], placement.output());
  set_result(job);
  const PhaseAxes axes = phase_axes(window);
  if (!takes_phases(job, axes, placement.chip)) return false;
  const std::int64_t bytes = bytes_of(placement.output().quantization.dtype);
  for (std::int64_t image = 0; image < in[0]; ++image) {
    const StorageRef phases = add_phases(placement, axes, image * in[1] * in[2] * in[3]);
    PlannedJob planned{over_phases(job, axes), {}, {}, {0, out[1]}};
    planned.links.push_back({offsetof(NneJob, input) + offsetof(TensorView, address), phases, 0});
    planned.links.push_back({offsetof(NneJob, output) + offsetof(TensorView, address),
                             value_storage(placement.layer.output),
                             static_cast<std::uint32_t>(image * out[1] * out[2] * out[3] * bytes)});
    placement.layer.jobs.push_back(std::move(planned));
  }
  return true;
}

void place_convolution(Placement& placement) {
  const auto& convolution = attributes<ConvolutionAttributes>(placement.node());
  const Window& window = convolution.window;
  const Value &input = placement.input(), &output = placement.output();
  // 1. What the data must be.
  require_codes(input);
  require_codes(output);
  const Tensor& weight = require_constant(placement.graph(), placement.node(), 1, "weight");
  require_weights(placement.value(placement.node().inputs[1]));
  require_bias(placement.graph(), placement.node());
  if (convolution.groups == 1) require_bias_of_wide_sums(placement);
  // 2. What the array can do.
  require_image(input);
  require_image(output);
  check_array(window, placement.chip);
  require_array_takes(input, placement.chip);
  require_array_takes(placement.value(placement.node().inputs[1]), placement.chip);
  require_array_scales(placement.value(placement.node().inputs[1]), placement.chip);
  const NneOperation operation = operation_of(convolution, input.shape[1], placement.chip);
  require(weight.size() / output.shape[1] <= kMaxKernelDepth, "a kernel has more than 2^20 - 1 weights");
  // 3. The jobs.
  NneJob job = convolution_job(placement, window, operation);
  const bool depthwise = operation == NneOperation::depthwise;
  const bool zeros =
      !depthwise && convolution.groups > 1 && fills_with_zeros(placement, job, convolution.groups);
  job.groups = static_cast<std::uint16_t>(depthwise ? input.shape[1] : zeros ? convolution.groups : 1);
  const bool whole = depthwise || zeros || convolution.groups == 1;
  const auto stride = static_cast<int>(std::max(window.stride_h, window.stride_w));
  const bool skips = thins_out(placement.chip, stride);
  const bool phases = skips && whole && !depthwise && add_jobs_on_phases(placement, job, window);
  if (!phases) add_jobs(placement, job, whole ? 1 : convolution.groups);
  placement.layer.reason = reason_of(window, operation, placement.chip);
  if (skips) {
    placement.layer.reason +=
        fmt::format(phases ? "; the TP makes channels of the pixels that stride {} skips"
                           : "; stride {} runs at stride 1, the other results are dropped",
                    stride);
  }
  if (!depthwise && convolution.groups > 1) {
    placement.layer.reason += fmt::format(
        zeros ? "; {} groups, kernels with zeros for the other groups" : "; {} groups, each a job",
        convolution.groups);
  }
}

}  // namespace

void check_array(const Window& window, const Chip& chip) {
  const std::string kernel = fmt::format("kernel {}x{}", window.kernel_h, window.kernel_w);
  require(window.kernel_h <= chip.nne.max_kernel && window.kernel_w <= chip.nne.max_kernel, kernel,
          fmt::format("at most {0}x{0} on this chip", chip.nne.max_kernel));
  // kernel + dilation <= 15 (formats.md §10 "Limits"): the window the kernel spans.
  const std::int64_t span_h = (window.kernel_h - 1) * window.dilation_h + 1;
  const std::int64_t span_w = (window.kernel_w - 1) * window.dilation_w + 1;
  require(span_h <= chip.nne.max_kernel && span_w <= chip.nne.max_kernel,
          fmt::format("{} with dilation {}x{} spans {}x{}", kernel, window.dilation_h, window.dilation_w,
                      span_h, span_w),
          fmt::format("at most {0}x{0} on this chip", chip.nne.max_kernel));
  require(window.stride_h <= kMaxStride && window.stride_w <= kMaxStride,
          fmt::format("stride {}x{}", window.stride_h, window.stride_w),
          fmt::format("at most {}", kMaxStride));
  require(
      window.pad_top <= kMaxPad && window.pad_left <= kMaxPad && window.pad_top >= 0 && window.pad_left >= 0,
      fmt::format("padding {} on top, {} left", window.pad_top, window.pad_left),
      fmt::format("at most {}", kMaxPad));
  require(chip.nne.cores <= kMaxNneCores, fmt::format("the chip has {} cores", chip.nne.cores),
          fmt::format("a coefficient stream serves at most {}", kMaxNneCores));
}

void require_array_takes(const Value& value, const Chip& chip) {
  require(chip.nne.cores_int16 > 0 || bytes_of(value.quantization.dtype) == 1,
          "value '" + value.name + "' has 16 bits", "this chip's array takes 8");
}

NneJob convolution_job(const Placement& placement, const Window& window, NneOperation operation) {
  NneJob job{};
  job.header = header_for(Engine::nne, static_cast<std::uint8_t>(operation));
  job.post = saturating_post(placement.output());
  job.kernel_w = static_cast<std::uint8_t>(window.kernel_w);
  job.kernel_h = static_cast<std::uint8_t>(window.kernel_h);
  job.stride_w = static_cast<std::uint8_t>(window.stride_w);
  job.stride_h = static_cast<std::uint8_t>(window.stride_h);
  job.dilation_w = static_cast<std::uint8_t>(window.dilation_w);
  job.dilation_h = static_cast<std::uint8_t>(window.dilation_h);
  job.pad_left = static_cast<std::int8_t>(window.pad_left);
  job.pad_top = static_cast<std::int8_t>(window.pad_top);
  const Quantization& weight = placement.value(placement.node().inputs[1]).quantization;
  job.weight_zero_point = static_cast<std::int16_t>(zero_point_of(weight));
  job.weight_dtype = static_cast<std::uint8_t>(weight.dtype);
  return job;
}

std::vector<PlacementRow> convolution_placements() { return {{"convolution", place_convolution}}; }

}  // namespace trireme

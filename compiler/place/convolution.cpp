// SPDX-License-Identifier: Apache-2.0
// convolution -> NNE (formats.md §10). Kernel sizes by the chip, pads by the offset fields (hardware.md
// §1.5).
#include <fmt/format.h>

#include "compiler/place/array.h"
#include "compiler/plan/views.h"
#include "isa/coefficients.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxPad = 31;      // NN_X_OFFSET, NN_Y_OFFSET of V8 (§1.3 [F])
constexpr std::int64_t kMaxStride = 255;  // the descriptor's field

// One channel a group, in and out by a multiplier: the array's depthwise mode. Other groups are jobs of their
// own.
NneOperation operation_of(const ConvolutionAttributes& convolution, std::int64_t in, const Chip& chip) {
  const bool depthwise = convolution.groups == in && (convolution.groups > 1 || convolution.depthwise);
  return depthwise && chip.nne.depthwise ? NneOperation::depthwise : NneOperation::convolution;
}

std::string reason_of(const Window& window, NneOperation operation, const Chip& chip) {
  std::string reason =
      fmt::format("{} convolution, kernel {}x{} within {}x{}",
                  operation == NneOperation::depthwise ? "depthwise" : "dense", window.kernel_h,
                  window.kernel_w, chip.nne.max_kernel, chip.nne.max_kernel);
  const std::int64_t stride = std::max(window.stride_h, window.stride_w);
  const bool native = stride == 1 || (stride == 2 && chip.nne.native_stride_two);
  if (!native) reason += fmt::format("; stride {} runs at stride 1, the other results are dropped", stride);
  return reason;
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
      job.conv_width = job.output.width;
      job.conv_height = job.output.height;
      const std::int64_t in_plane = in[2] * in[3], out_plane = out[2] * out[3];
      PlannedJob& added = add_job(placement, job,
                                  {(image * in[1] + group * in_channels) * in_plane,
                                   (image * out[1] + group * out_channels) * out_plane});
      added.kernels = {group * out_channels, out_channels};
    }
  }
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
  const NneOperation operation = operation_of(convolution, input.shape[1], placement.chip);
  require(weight.size() / output.shape[1] <= kMaxKernelDepth, "a kernel has more than 2^20 - 1 weights");
  // 3. The jobs.
  NneJob job = convolution_job(placement, window, operation);
  const bool depthwise = operation == NneOperation::depthwise;
  job.groups = static_cast<std::uint16_t>(depthwise ? input.shape[1] : 1);
  add_jobs(placement, job, depthwise ? 1 : convolution.groups);
  placement.layer.reason = reason_of(window, operation, placement.chip);
  if (!depthwise && convolution.groups > 1)
    placement.layer.reason += fmt::format("; {} groups, each a job", convolution.groups);
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

// SPDX-License-Identifier: Apache-2.0
// convolution -> NNE (formats.md §10). Kernel sizes by the chip, pads by the offset fields (hardware.md
// §1.5).
#include <fmt/format.h>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "isa/coefficients.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxPad = 31;      // NN_X_OFFSET, NN_Y_OFFSET of V8 (§1.3 [F])
constexpr std::int64_t kMaxStride = 255;  // the descriptor's field

void check_window(const Window& window, const Chip& chip) {
  const std::string kernel = fmt::format("kernel {}x{}", window.kernel_h, window.kernel_w);
  require(window.kernel_h <= chip.nne.max_kernel && window.kernel_w <= chip.nne.max_kernel, kernel,
          fmt::format("at most {0}x{0} on this chip", chip.nne.max_kernel));
  require(window.dilation_h == 1 && window.dilation_w == 1,
          fmt::format("dilation {}x{}", window.dilation_h, window.dilation_w),
          "this version compiles dilation 1 only");
  require(window.stride_h <= kMaxStride && window.stride_w <= kMaxStride,
          fmt::format("stride {}x{}", window.stride_h, window.stride_w),
          fmt::format("at most {}", kMaxStride));
  require(window.pad_top <= kMaxPad && window.pad_left <= kMaxPad,
          fmt::format("padding {} on top, {} left", window.pad_top, window.pad_left),
          fmt::format("at most {}", kMaxPad));
}

NneOperation operation_of(const ConvolutionAttributes& convolution, std::int64_t in, std::int64_t out,
                          const Chip& chip) {
  if (convolution.groups == 1) return NneOperation::convolution;
  require(convolution.groups == in && in == out,
          fmt::format("{} groups of {} input and {} output channels", convolution.groups, in, out),
          "this version compiles one group, or depthwise: groups = input channels = output channels");
  require(chip.nne.depthwise, "depthwise convolution", "this chip's array has no depthwise mode");
  return NneOperation::depthwise;
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

void place_convolution(const Graph& graph, const Chip& chip, PlannedLayer& layer) {
  const Node& node = graph.nodes[layer.node];
  const auto& convolution = attributes<ConvolutionAttributes>(node);
  const Window& window = convolution.window;
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  // 1. What the array can do.
  require_image(input);
  require_image(output);
  check_window(window, chip);
  const NneOperation operation = operation_of(convolution, input.shape[1], output.shape[1], chip);
  require(chip.nne.cores <= kMaxNneCores, fmt::format("the chip has {} cores", chip.nne.cores),
          fmt::format("a coefficient stream serves at most {}", kMaxNneCores));
  // 2. What the data must be.
  require_u8(input);
  require_u8(output);
  const Tensor& weight = require_constant(graph, node, 1, "weight");
  require_u8(graph.values[node.inputs[1]]);
  require(weight.size() / output.shape[1] <= kMaxKernelDepth, "a kernel has more than 2^20 - 1 weights");
  if (node.inputs.size() > 2 && node.inputs[2] != kNone) {
    require_constant(graph, node, 2, "bias");
    require_scale_of_bias(graph, node);
  }
  // 3. The job.
  NneJob job{};
  job.header = header_for(Engine::nne, static_cast<std::uint8_t>(operation));
  job.input = view_of(input);
  job.output = view_of(output);
  job.post = saturating_post();
  job.conv_width = job.output.width;
  job.conv_height = job.output.height;
  job.kernel_w = static_cast<std::uint8_t>(window.kernel_w);
  job.kernel_h = static_cast<std::uint8_t>(window.kernel_h);
  job.stride_w = static_cast<std::uint8_t>(window.stride_w);
  job.stride_h = static_cast<std::uint8_t>(window.stride_h);
  job.dilation_w = job.dilation_h = 1;
  job.pad_left = static_cast<std::int8_t>(window.pad_left);
  job.pad_top = static_cast<std::int8_t>(window.pad_top);
  job.groups = static_cast<std::uint16_t>(convolution.groups);
  job.weight_zero_point = static_cast<std::int16_t>(graph.values[node.inputs[1]].quantization.zero_point[0]);
  layer.job = job;
  layer.reason = reason_of(window, operation, chip);
}

}  // namespace

std::vector<PlacementRow> convolution_placements() { return {{"convolution", place_convolution}}; }

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// pooling -> TP; `fuse` may move a max pooling into the convolution before it (formats.md §10).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"
#include "model/graph/average_order.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxPoolKernel = 255, kMaxPoolStride = 255,
                       kMaxPoolPad = 127;  // the descriptor's fields

void check_window(const Window& window) {
  require(window.kernel_h <= kMaxPoolKernel && window.kernel_w <= kMaxPoolKernel,
          fmt::format("pooling window {}x{}", window.kernel_h, window.kernel_w),
          fmt::format("at most {0}x{0}", kMaxPoolKernel));
  require(window.stride_h <= kMaxPoolStride && window.stride_w <= kMaxPoolStride,
          fmt::format("pooling stride {}x{}", window.stride_h, window.stride_w),
          fmt::format("at most {}", kMaxPoolStride));
  const std::int64_t largest =
      std::max({window.pad_top, window.pad_left, window.pad_bottom, window.pad_right});
  require(largest <= kMaxPoolPad, fmt::format("pooling padding {}", largest),
          fmt::format("at most {}", kMaxPoolPad));
  require(window.dilation_h == 1 && window.dilation_w == 1, "dilated pooling",
          "this version compiles dilation 1 only");
}

// Which rules average in integers; under `onnx` only the average of a whole map does.
void check_rule(const PoolingAttributes& pooling, const Placement& placement) {
  if (pooling.type == PoolingAttributes::Type::max) {
    require(same_parameters(placement.input().quantization, placement.output().quantization),
            "its output has other parameters than its input", "the TP passes the largest code on");
    return;
  }
  require(placement.rule != RequantRule::onnx ||
              (is_qlinear(placement.graph(), placement.node(), placement.rule) &&
               covers_map(pooling.window, placement.input().shape)),
          "ONNX Runtime averages it in float32");
}

void place_pooling(Placement& placement) {
  const auto& pooling = attributes<PoolingAttributes>(placement.node());
  const Window& window = pooling.window;
  const Value &input = placement.input(), &output = placement.output();
  require(moves_data(placement.chip), "the chip has no tensor processor");
  require(pooling.type != PoolingAttributes::Type::lp, "it sums powers", "the TP takes maximum and average");
  require_codes(input);
  require_codes(output);
  require_image(input);
  require_image(output);
  check_window(window);
  check_rule(pooling, placement);
  const bool max = pooling.type == PoolingAttributes::Type::max;
  TpJob job = tp_job(max ? TpOperation::max_pool : TpOperation::avg_pool, output);
  job.kernel_w = static_cast<std::uint8_t>(window.kernel_w);
  job.kernel_h = static_cast<std::uint8_t>(window.kernel_h);
  job.stride_w = static_cast<std::uint8_t>(window.stride_w);
  job.stride_h = static_cast<std::uint8_t>(window.stride_h);
  job.pad_left = static_cast<std::int8_t>(window.pad_left);
  job.pad_top = static_cast<std::int8_t>(window.pad_top);
  job.count_include_pad = pooling.count_include_pad ? 1 : 0;
  if (pooling.count_include_pad) {
    job.pad_right = static_cast<std::int8_t>(window.pad_right);
    job.pad_bottom = static_cast<std::int8_t>(window.pad_bottom);
  }
  job.input_scale = scale_of(input.quantization);
  job.output_scale = scale_of(output.quantization);
  const Shape &in = input.shape, &out = output.shape;
  job.input = packed_view(in[1], in[2], in[3], input);
  job.output = packed_view(out[1], out[2], out[3], output);
  for (std::int64_t image = 0; image < in[0]; ++image)
    add_job(placement, job, {image * in[1] * in[2] * in[3], image * out[1] * out[2] * out[3]});
  placement.layer.reason = fmt::format("{} pooling {}x{}, not part of a convolution's job",
                                       max ? "max" : "average", window.kernel_h, window.kernel_w);
}

}  // namespace

std::vector<PlacementRow> pooling_placements() { return {{"pooling", place_pooling}}; }

}  // namespace trireme

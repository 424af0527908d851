// SPDX-License-Identifier: Apache-2.0
// pooling -> TP; `fuse` may move a max pooling into the convolution before it (formats.md §10).
#include <fmt/format.h>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"

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
  require(window.pad_top <= kMaxPoolPad && window.pad_left <= kMaxPoolPad,
          fmt::format("pooling padding {} on top, {} left", window.pad_top, window.pad_left),
          fmt::format("at most {}", kMaxPoolPad));
  require(window.dilation_h == 1 && window.dilation_w == 1, "dilated pooling",
          "this version compiles dilation 1 only");
}

void place_pooling(const Graph& graph, const Chip& chip, PlannedLayer& layer) {
  const auto& pooling = attributes<PoolingAttributes>(graph.nodes[layer.node]);
  const Window& window = pooling.window;
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  require(chip.tp.cores > 0, "the chip has no tensor processor");
  require_image(input);
  require_image(output);
  check_window(window);
  require_u8(input);
  require_u8(output);
  const bool max = pooling.type == PoolingAttributes::Type::max;
  TpJob job{};
  job.header =
      header_for(Engine::tp, static_cast<std::uint8_t>(max ? TpOperation::max_pool : TpOperation::avg_pool));
  job.input = view_of(input);
  job.output = view_of(output);
  job.post = saturating_post();
  job.kernel_w = static_cast<std::uint8_t>(window.kernel_w);
  job.kernel_h = static_cast<std::uint8_t>(window.kernel_h);
  job.stride_w = static_cast<std::uint8_t>(window.stride_w);
  job.stride_h = static_cast<std::uint8_t>(window.stride_h);
  job.pad_left = static_cast<std::int8_t>(window.pad_left);
  job.pad_top = static_cast<std::int8_t>(window.pad_top);
  job.count_include_pad = pooling.count_include_pad ? 1 : 0;
  job.input_scale = input.quantization.scale[0];
  job.output_scale = output.quantization.scale[0];
  layer.job = job;
  layer.reason = fmt::format("{} pooling {}x{}, not part of a convolution's job", max ? "max" : "average",
                             window.kernel_h, window.kernel_w);
}

}  // namespace

std::vector<PlacementRow> pooling_placements() { return {{"pooling", place_pooling}}; }

}  // namespace trireme

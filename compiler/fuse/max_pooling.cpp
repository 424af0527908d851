// SPDX-License-Identifier: Apache-2.0
// Max pooling behind the array's post-processing: 2x2 on an even map or 3x3 on an odd one, stride 2, no
// padding, the 3x3 for maps below 64 columns of 8 bits or 32 of 16 (formats.md §10 "Limits"). With
// NN_ENHANCED_MAX_POOLING, whose name is published and nothing else, 3x3 on any map: that what a window needs
// of the tiles before is kept is inferred from SqueezeNet's time on such a chip [I].
#include "compiler/fuse/rules.h"
#include "compiler/plan/views.h"
#include "compiler/tile/tile.h"
#include "model/graph/attributes.h"
#include "model/quant/quantization.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxOverlappingBytes = 64;

bool has_fusable_window(const PoolingAttributes& pooling, const NneJob& job, const Chip& chip) {
  const Window& window = pooling.window;
  const bool square = window.kernel_h == window.kernel_w && window.stride_h == 2 && window.stride_w == 2;
  const bool padded =
      window.pad_top != 0 || window.pad_left != 0 || window.pad_bottom != 0 || window.pad_right != 0;
  if (pooling.type != PoolingAttributes::Type::max || !square || padded) return false;
  const bool even = job.conv_width % 2 == 0 && job.conv_height % 2 == 0;
  const bool odd = job.conv_width % 2 == 1 && job.conv_height % 2 == 1;
  if (window.kernel_w == 2) return even;
  if (window.kernel_w == 3 && chip.nne.enhanced_max_pooling) return true;
  const std::int64_t row_bytes =
      std::int64_t{job.conv_width} * bytes_of(static_cast<DataType>(job.output.dtype));
  return window.kernel_w == 3 && odd && row_bytes < kMaxOverlappingBytes;
}

}  // namespace

bool fuse_max_pooling(const Graph& graph, const Chip& chip, const Node& follower, Job& job) {
  auto* nne = std::get_if<NneJob>(&job);
  // Rows of a product are no rows of an image.
  const bool image = nne != nullptr && !is(*nne, NneOperation::matmul);
  if (!image || nne->pool_type != 0 || !chip.nne.fused_max_pooling || follower.op != "pooling") return false;
  const auto& pooling = attributes<PoolingAttributes>(follower);
  const Value& input = graph.values[follower.inputs[0]];
  const Value& output = graph.values[follower.outputs[0]];
  if (!has_fusable_window(pooling, *nne, chip) || !same_parameters(input.quantization, output.quantization))
    return false;
  NneJob pooled = *nne;
  pooled.pool_type = 1;
  pooled.pool_kernel = static_cast<std::uint8_t>(pooling.window.kernel_w);
  pooled.pool_stride = static_cast<std::uint8_t>(pooling.window.stride_w);
  pooled.output = view_of(output);
  pooled.output.zero_point = nne->output.zero_point;  // with a table, that of the codes before it
  // A pooling window never spans two tiles, so the map must be cut between windows, or not at all.
  if (!has_tiling(pooled, chip)) return false;
  *nne = pooled;
  return true;
}

}  // namespace trireme

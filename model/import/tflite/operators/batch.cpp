// SPDX-License-Identifier: Apache-2.0
// Blocks of pixels against the batch: how converters without dilated kernels write dilated convolutions.
// Expressed by reshapes and one permute; the convolution between runs on a batch of images.
#include <fmt/format.h>

#include "model/import/tflite/operator_table.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

// One image axis pair in NHWC with two block sizes, and what is added or taken off before and behind, by
// axis.
struct Blocks {
  std::int64_t h, w;
  std::int64_t top, bottom, left, right;
};

Blocks read_blocks(TfliteNode& node, const char* border) {
  const std::vector<std::int64_t> block = node.constant_integers(1, "the block sizes");
  const std::vector<std::int64_t> edge = node.constant_integers(2, border);
  if (node.shape(0).size() != 4 || block.size() != 2 || edge.size() != 4 || block[0] < 1 || block[1] < 1)
    node.leave(fmt::format("blocks of {} sizes on {}", block.size(), to_string(node.shape(0))),
               "images [n,h,w,c] and blocks of height and width");
  for (const std::int64_t n : edge) {
    if (n < 0) node.leave(fmt::format("{} holds {}", border, n), "0 or more");
  }
  return {block[0], block[1], edge[0], edge[1], edge[2], edge[3]};
}

// [n, h, w, c] padded -> [h/bh, bh, w/bw, bw] of each image -> the block's place before the batch.
void import_space_to_batch(TfliteNode& node) {
  const Blocks b = read_blocks(node, "the paddings");
  const Shape in = node.shape(0);
  const Quantization like = node.value(0).quantization;
  const std::int64_t h = in[1] + b.top + b.bottom, w = in[2] + b.left + b.right;
  if (h % b.h != 0 || w % b.w != 0)
    node.leave(fmt::format("{}x{} pixels in blocks of {}x{}", h, w, b.h, b.w), "whole blocks");
  const PadAttributes pad{PadAttributes::Mode::constant, {0, b.top, b.left, 0}, {0, b.bottom, b.right, 0}, 0};
  const ValueId padded = node.step("/padded", "pad", pad, {node.input(0)}, like);
  const Shape split = {in[0], h / b.h, b.h, w / b.w, b.w, in[3]};
  const ValueId blocks = node.step("/blocks", "reshape", ReshapeAttributes{split}, {padded}, like);
  const ValueId sorted =
      node.step("/sorted", "permute", PermuteAttributes{{2, 4, 0, 1, 3, 5}}, {blocks}, like);
  node.result("reshape", ReshapeAttributes{{b.h * b.w * in[0], h / b.h, w / b.w, in[3]}}, {sorted});
}

void import_batch_to_space(TfliteNode& node) {
  const Blocks b = read_blocks(node, "the crops");
  const Shape in = node.shape(0);
  const Quantization like = node.value(0).quantization;
  const std::int64_t images = in[0] / (b.h * b.w), h = in[1] * b.h, w = in[2] * b.w;
  if (in[0] % (b.h * b.w) != 0 || b.top + b.bottom >= h || b.left + b.right >= w)
    node.leave(fmt::format("a batch of {} in blocks of {}x{}", in[0], b.h, b.w),
               "whole blocks, and crops inside");
  const Shape split = {b.h, b.w, images, in[1], in[2], in[3]};
  const ValueId blocks = node.step("/blocks", "reshape", ReshapeAttributes{split}, {node.input(0)}, like);
  const ValueId sorted =
      node.step("/sorted", "permute", PermuteAttributes{{2, 3, 0, 4, 1, 5}}, {blocks}, like);
  const ValueId image =
      node.step("/image", "reshape", ReshapeAttributes{{images, h, w, in[3]}}, {sorted}, like);
  const SliceAttributes crop{
      {0, b.top, b.left, 0}, {images, h - b.top - b.bottom, w - b.left - b.right, in[3]}, {1, 1, 1, 1}};
  node.result("slice", crop, {image});
}

}  // namespace

const TfliteFamily& tflite_batch_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::SPACE_TO_BATCH_ND, 3, 3, import_space_to_batch},
      {BuiltinOperator::BATCH_TO_SPACE_ND, 3, 3, import_batch_to_space},
  };
  return rows;
}

}  // namespace trireme

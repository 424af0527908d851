// SPDX-License-Identifier: Apache-2.0
// Operators that change the size of images: resizing, and blocks of pixels against channels.
#include <fmt/format.h>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/window.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;
using Coordinates = ResizeAttributes::Coordinates;

// The kernels divide by out / in, or (out - 1) / (in - 1) with aligned corners; without either flag the
// first pixels coincide (asymmetric).
ResizeAttributes read_resize(TfliteNode& node, bool align_corners, bool half_pixel,
                             Coordinates half_pixel_way) {
  const Shape data = image_shape(node, 0);
  const std::vector<std::int64_t> size = node.constant_integers(1, "the size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || element_count(data) == 0)
    node.leave(fmt::format("{} resized to {}", to_string(data), to_string(size)), "[height,width]");
  if (align_corners && half_pixel) node.leave("align_corners and half_pixel_centers are both set");
  ResizeAttributes a;
  a.shape = {data[0], data[3], size[0], size[1]};
  a.scales = {1, 1, static_cast<float>(size[0]) / static_cast<float>(data[1]),
              static_cast<float>(size[1]) / static_cast<float>(data[2])};
  a.coordinates = align_corners ? Coordinates::align_corners
                  : half_pixel  ? half_pixel_way
                                : Coordinates::asymmetric;
  return a;
}

void import_resize_bilinear(TfliteNode& node) {
  const auto options = node.options<tflite_file::ResizeBilinearOptionsT>();
  ResizeAttributes a =
      read_resize(node, options.align_corners, options.half_pixel_centers, Coordinates::half_pixel);
  a.method = ResizeAttributes::Method::linear;
  node.image_result("image_resize", a, {node.to_nchw(node.input(0))});
}

// Half a pixel is added before the scale and not taken off again; aligned corners round, halves up.
void import_resize_nearest(TfliteNode& node) {
  const auto options = node.options<tflite_file::ResizeNearestNeighborOptionsT>();
  ResizeAttributes a =
      read_resize(node, options.align_corners, options.half_pixel_centers, Coordinates::tf_half_pixel_for_nn);
  a.nearest =
      options.align_corners ? ResizeAttributes::Nearest::round_prefer_ceil : ResizeAttributes::Nearest::floor;
  node.image_result("image_resize", a, {node.to_nchw(node.input(0))});
}

void import_blocks(TfliteNode& node, std::int64_t size) {
  image_shape(node, 0);
  node.image_result(node.graph_op(), BlockAttributes{size, size}, {node.to_nchw(node.input(0))});
}

void import_depth_to_space(TfliteNode& node) {
  import_blocks(node, node.options<tflite_file::DepthToSpaceOptionsT>().block_size);
}
void import_space_to_depth(TfliteNode& node) {
  import_blocks(node, node.options<tflite_file::SpaceToDepthOptionsT>().block_size);
}

}  // namespace

const TfliteFamily& tflite_resize_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::RESIZE_BILINEAR, 2, 2, import_resize_bilinear},
      {BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, 2, 2, import_resize_nearest},
      {BuiltinOperator::DEPTH_TO_SPACE, 1, 1, import_depth_to_space, "depth2space"},
      {BuiltinOperator::SPACE_TO_DEPTH, 1, 1, import_space_to_depth, "space2depth"},
  };
  return rows;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

// How many boxes are selected depends on the data; the output has room for the most that can be.
void import_nms(OnnxNode& node) {
  NmsAttributes a;
  a.center_point_box = node.flag("center_point_box", false);
  const Shape scores = node.shape(1);
  if (scores.size() != 3) {
    return node.unsupported("the scores have the shape " + to_string(scores), "[batch, classes, boxes]");
  }
  if (node.has_input(2)) {
    const auto most = node.constant_integers(2, "max_output_boxes_per_class");
    if (most.size() != 1) return node.unsupported("max_output_boxes_per_class is a list", "one number");
    a.max_output_boxes_per_class = std::clamp<std::int64_t>(most[0], 0, scores[2]);
  }
  if (a.max_output_boxes_per_class == 0) {
    return node.unsupported("max_output_boxes_per_class is 0", "then nothing is ever selected");
  }
  if (node.has_input(3)) a.iou_threshold = node.constant_scalar(3, "iou_threshold");
  a.has_score_threshold = node.has_input(4);
  if (a.has_score_threshold) a.score_threshold = node.constant_scalar(4, "score_threshold");
  a.rows = scores[0] * scores[1] * a.max_output_boxes_per_class;
  node.note("the output has " + std::to_string(a.rows) + " rows, of which unused ones hold -1");
  node.result("nms", a, {node.input(0), node.input(1)});
}

}  // namespace

const OnnxFamily& onnx_detection_family() {
  static const OnnxFamily rows = {
      {"NonMaxSuppression", 2, 5, {"center_point_box"}, import_nms},
  };
  return rows;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<NmsAttributes>(node);
  p["center_point_box"] = a.center_point_box;
  p["max_output_boxes_per_class"] = a.max_output_boxes_per_class;
  p["iou_threshold"] = a.iou_threshold;
  if (a.has_score_threshold) p["score_threshold"] = a.score_threshold;
  p["rows"] = a.rows;
}

std::any read(LayerParameters& p) {
  NmsAttributes a;
  a.center_point_box = p.flag("center_point_box", false);
  a.max_output_boxes_per_class = p.integer("max_output_boxes_per_class");
  a.iou_threshold = p.real("iou_threshold", 0.0F);
  a.has_score_threshold = p.has("score_threshold");
  a.score_threshold = p.real("score_threshold", 0.0F);
  a.rows = p.integer("rows");
  return a;
}

}  // namespace

const LayerFamily& detection_layers() {
  static const LayerFamily rows = {{"nms", {}, 0, write, read}};
  return rows;
}

}  // namespace trireme

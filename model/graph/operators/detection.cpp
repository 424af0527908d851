// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"
#include "support/text.h"

namespace trireme {
namespace {

// boxes [n,boxes,4], scores [n,classes,boxes] -> [rows,3]
std::vector<ValueType> infer_nms(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const Value& boxes = input_of(graph, node, 0);
  const Value& scores = input_of(graph, node, 1);
  require_rank(boxes, 3, "the boxes");
  require_rank(scores, 3, "the scores");
  require_shape(boxes, {scores.shape[0], scores.shape[2], 4}, "the boxes");
  const std::int64_t rows = attributes<NmsAttributes>(node).rows;
  if (rows < 1 || rows > element_count(scores.shape)) {
    throw Error({}, fmt::format("{} rows for the scores {}", rows, to_string(scores.shape)),
                "one for each score at most");
  }
  return {{DataType::int64, {rows, 3}}};
}

std::string print_nms(const Node& node) {
  const auto& a = attributes<NmsAttributes>(node);
  std::string text = fmt::format("boxes_per_class={} iou={} rows={}", a.max_output_boxes_per_class,
                                 shortest(a.iou_threshold), a.rows);
  if (a.has_score_threshold) text += " score=" + shortest(a.score_threshold);
  return a.center_point_box ? text + " center_point_box" : text;
}

}  // namespace

const OperatorFamily& detection_operators() {
  static const OperatorFamily rows = {{"nms", 2, 2, infer_nms, nullptr, print_nms}};
  return rows;
}

}  // namespace trireme

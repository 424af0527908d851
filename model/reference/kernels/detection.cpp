// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"

namespace trireme::kernels {

namespace {

struct Box {
  double top, left, bottom, right;

  double area() const { return (bottom - top) * (right - left); }
};

// Corners in any order, or centre and size.
Box box_of(const float* numbers, bool center_point) {
  const auto at = [&](int i) { return static_cast<double>(numbers[i]); };
  if (center_point) {  // x, y, width, height
    return {at(1) - at(3) / 2, at(0) - at(2) / 2, at(1) + at(3) / 2, at(0) + at(2) / 2};
  }
  return {std::min(at(0), at(2)), std::min(at(1), at(3)), std::max(at(0), at(2)), std::max(at(1), at(3))};
}

double intersection_over_union(const Box& a, const Box& b) {
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (height <= 0 || width <= 0) return 0;
  const double common = height * width;
  return common / (a.area() + b.area() - common);
}

// Boxes of one class by descending score, the first of equal ones first; each is taken unless it overlaps one
// that was taken before.
std::vector<std::int64_t> select(const NmsAttributes& a, const float* boxes, const float* scores,
                                 std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (a.has_score_threshold) {
    const auto low = [&](std::int64_t i) { return !(scores[i] > a.score_threshold); };
    order.erase(std::remove_if(order.begin(), order.end(), low), order.end());
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t i, std::int64_t j) { return scores[i] > scores[j]; });
  std::vector<std::int64_t> taken;
  for (const std::int64_t candidate : order) {
    if (static_cast<std::int64_t>(taken.size()) >= a.max_output_boxes_per_class) break;
    const Box box = box_of(boxes + 4 * candidate, a.center_point_box);
    const bool overlaps = std::any_of(taken.begin(), taken.end(), [&](std::int64_t other) {
      return intersection_over_union(box, box_of(boxes + 4 * other, a.center_point_box)) >
             static_cast<double>(a.iou_threshold);
    });
    if (!overlaps) taken.push_back(candidate);
  }
  return taken;
}

}  // namespace

// Rows are image, class, box; rows that are left over hold -1.
std::vector<Tensor> nms(const KernelCall& call) {
  const auto& a = attributes<NmsAttributes>(call.node);
  const Shape& shape = input(call, 1).shape;
  const std::int64_t classes = shape.at(1), count = shape.at(2);
  Tensor result(DataType::int64, output_value(call).shape);
  auto* row = result.data<std::int64_t>();
  std::fill_n(row, result.size(), -1);
  const std::int64_t* const end = row + result.size();
  for (std::int64_t plane = 0; plane < shape.at(0) * classes; ++plane) {
    const std::int64_t image = plane / classes;
    const float* boxes = input(call, 0).data<float>() + image * count * 4;
    for (const std::int64_t box : select(a, boxes, input(call, 1).data<float>() + plane * count, count)) {
      if (row == end) return {std::move(result)};
      *row++ = image, *row++ = plane % classes, *row++ = box;
    }
  }
  return {std::move(result)};
}

}  // namespace trireme::kernels

// SPDX-License-Identifier: Apache-2.0
#include "model/import/strided_slice.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/error.h"

namespace trireme {
namespace {

// A range as NumPy means begin:end:step; an end that a mask leaves open is the last element.
struct AxisRange {
  std::int64_t begin, size, step;
};
AxisRange resolve_range(std::int64_t size, std::int64_t begin, std::int64_t end, std::int64_t step,
                        bool begin_open, bool end_open) {
  const std::int64_t first = step > 0 ? 0 : size - 1;
  const std::int64_t least = step > 0 ? 0 : -1;
  const std::int64_t most = step > 0 ? size : size - 1;
  const auto clamped = [&](std::int64_t at) { return std::clamp(at < 0 ? at + size : at, least, most); };
  const std::int64_t from = begin_open ? first : clamped(begin);
  const std::int64_t to = end_open ? (step > 0 ? size : -1) : clamped(end);
  const std::int64_t span = step > 0 ? to - from : from - to;
  const std::int64_t stride = step > 0 ? step : -step;
  return {from, span > 0 ? (span - 1) / stride + 1 : 0, step};
}

// "To the end" may be the largest number there is, which nothing can be added to.
std::int64_t bounded(std::int64_t number) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // further off than any element
  return std::clamp(number, -kMost, kMost);
}

bool is_set(std::int64_t mask, std::size_t entry) { return ((mask >> entry) & 1) != 0; }

// Axes of the data that entries name.
std::size_t check_lists(const Shape& data, const StridedRanges& r) {
  constexpr std::size_t kMostEntries = 31;  // bits of a mask
  if (r.begin.size() != r.end.size() || r.begin.size() != r.step.size() || r.begin.size() > kMostEntries)
    throw Error({},
                fmt::format("lists of {}, {} and {} entries", r.begin.size(), r.end.size(), r.step.size()));
  std::size_t used = 0, ellipses = 0;
  for (std::size_t i = 0; i < r.begin.size(); ++i) {
    if (r.step[i] == 0) throw Error({}, "a step is 0");
    ellipses += is_set(r.ellipsis_mask, i) ? 1 : 0;
    used += is_set(r.new_axis_mask, i) || is_set(r.ellipsis_mask, i) ? 0 : 1;
  }
  if (ellipses > 1) throw Error({}, "it has two ellipses");
  if (used > data.size()) throw Error({}, fmt::format("{} ranges for {}", used, to_string(data)));
  return used;
}

}  // namespace

// One entry of the lists an axis of the data, except: the ellipsis stands for as many axes as are left,
// a new axis for none.
StridedSlice resolve_strided(const Shape& data, const StridedRanges& r) {
  const std::size_t used = check_lists(data, r);
  StridedSlice result;
  std::size_t axis = 0;
  const auto take = [&](const AxisRange& range, bool keep) {
    result.slice.begin.push_back(range.begin);
    result.slice.size.push_back(range.size);
    result.slice.step.push_back(range.step);
    if (keep) result.shape.push_back(range.size);
    ++axis;
  };
  const auto take_whole = [&](std::size_t axes) {
    for (std::size_t i = 0; i < axes; ++i) take({0, data[axis], 1}, true);
  };
  for (std::size_t i = 0; i < r.begin.size(); ++i) {
    if (is_set(r.ellipsis_mask, i)) {
      take_whole(data.size() - used);
    } else if (is_set(r.new_axis_mask, i)) {
      result.shape.push_back(1);
    } else if (is_set(r.shrink_axis_mask, i)) {
      const std::int64_t begin = bounded(r.begin[i]), at = begin < 0 ? begin + data[axis] : begin;
      if (at < 0 || at >= data[axis])
        throw Error({}, fmt::format("element {} of {}", r.begin[i], to_string(data)));
      take({at, 1, 1}, false);
    } else {
      const std::int64_t begin = bounded(r.begin[i]);
      const std::int64_t end = bounded(r.end[i]) + (r.end_is_offset ? begin : 0);
      take(resolve_range(data[axis], begin, end, bounded(r.step[i]), is_set(r.begin_mask, i),
                         is_set(r.end_mask, i)),
           true);
    }
  }
  take_whole(data.size() - axis);
  return result;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/reshuffle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

namespace trireme {

namespace {

constexpr std::size_t kMaxMoveJobs = 4096;

// Loops of one round vanish; neighbours that both sides walk in one go become one loop. Sorted by the
// output's stride, so that what is written side by side is written together.
std::vector<MoveLoop> merged(std::vector<MoveLoop> loops) {
  loops.erase(std::remove_if(loops.begin(), loops.end(), [](const MoveLoop& l) { return l.count == 1; }),
              loops.end());
  std::stable_sort(loops.begin(), loops.end(), [](const MoveLoop& a, const MoveLoop& b) {
    return std::abs(a.output_stride) > std::abs(b.output_stride);
  });
  std::vector<MoveLoop> result;
  for (const MoveLoop& inner : loops) {
    const bool continues = !result.empty() &&
                           result.back().input_stride == inner.input_stride * inner.count &&
                           result.back().output_stride == inner.output_stride * inner.count;
    if (continues) {
      result.back() = {result.back().count * inner.count, inner.input_stride, inner.output_stride};
    } else {
      result.push_back(inner);
    }
  }
  return result;
}

std::int32_t word(std::int64_t value) {
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max())
    throw Error("", fmt::format("moves elements {} bytes apart", value), "at most 2 GiB");
  return static_cast<std::int32_t>(value);
}

struct Elements {
  std::int64_t input, output;
};

void add_one(Placement& placement, const Move& move, const std::vector<MoveLoop>& loops,
             const Elements& offset) {
  const Value& out = placement.value(move.output);
  const int bytes = bytes_of(out.quantization.dtype);
  TpJob job = tp_job(TpOperation::reshuffle, out);
  job.element_bytes = static_cast<std::uint8_t>(bytes);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    job.dimensions[kCopyDimensions - loops.size() + i] = {static_cast<std::uint32_t>(loops[i].count),
                                                          word(loops[i].input_stride * bytes),
                                                          word(loops[i].output_stride * bytes)};
  }
  PlannedJob planned{job, {}, {}, {}};
  planned.links.push_back({offsetof(TpJob, input) + offsetof(TensorView, address),
                           operand_storage(placement.plan, move.input, placement.index),
                           static_cast<std::uint32_t>((move.input_offset + offset.input) * bytes)});
  planned.links.push_back({offsetof(TpJob, output) + offsetof(TensorView, address),
                           move.scratch ? *move.scratch : value_storage(move.output),
                           static_cast<std::uint32_t>((move.output_offset + offset.output) * bytes)});
  placement.layer.jobs.push_back(std::move(planned));
}

}  // namespace

std::vector<MoveLoop> repeating_loops(const Shape& in, const Shape& out) {
  const Shape own = row_major_strides(in), strides = row_major_strides(out);
  std::vector<MoveLoop> loops;
  for (std::size_t axis = 0; axis < out.size(); ++axis) {
    const std::size_t skipped = out.size() - in.size();
    const bool repeats = axis < skipped || in[axis - skipped] != out[axis];
    loops.push_back({out[axis], repeats ? 0 : own[axis - skipped], strides[axis]});
  }
  return loops;
}

void add_moves(Placement& placement, const Move& move) {
  const bool nothing =
      std::any_of(move.loops.begin(), move.loops.end(), [](const MoveLoop& l) { return l.count == 0; });
  if (nothing) return;
  const std::vector<MoveLoop> loops = merged(move.loops);
  const std::size_t outer = loops.size() > kCopyDimensions ? loops.size() - kCopyDimensions : 0;
  const std::vector<MoveLoop> inside(loops.begin() + static_cast<std::ptrdiff_t>(outer), loops.end());
  std::vector<Elements> offsets = {{0, 0}};
  for (std::size_t i = 0; i < outer; ++i) {
    std::vector<Elements> more;
    for (const Elements& base : offsets) {
      for (std::int64_t k = 0; k < loops[i].count; ++k)
        more.push_back({base.input + k * loops[i].input_stride, base.output + k * loops[i].output_stride});
    }
    offsets = std::move(more);
    require(offsets.size() <= kMaxMoveJobs, "moves elements in more nested loops than the TP has",
            "reshape to fewer axes");
  }
  for (const Elements& offset : offsets) add_one(placement, move, inside, offset);
}

void add_fill(Placement& placement, ValueId output, double real) {
  const Value& value = placement.value(output);
  const Tensor number = Tensor::of<float>({1}, {static_cast<float>(real)});
  const Quantization& q = value.quantization;
  const Tensor element = q.quantized() ? quantize(number, q) : convert(number, q.dtype);
  TpJob job = tp_job(TpOperation::reshuffle, value);
  job.fills = 1;
  job.element_bytes = static_cast<std::uint8_t>(bytes_of(q.dtype));
  std::memcpy(job.fill, element.bytes.data(), element.bytes.size());
  job.dimensions[kCopyDimensions - 1] = {static_cast<std::uint32_t>(element_count(value.shape)), 0,
                                         job.element_bytes};
  PlannedJob planned{job, {}, {}, {}};
  planned.links.push_back(
      {offsetof(TpJob, output) + offsetof(TensorView, address), value_storage(output), 0});
  placement.layer.jobs.push_back(std::move(planned));
}

}  // namespace trireme

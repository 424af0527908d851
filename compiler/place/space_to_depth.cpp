// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/space_to_depth.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "compiler/place/array.h"
#include "compiler/place/reshuffle.h"
#include "compiler/plan/views.h"
#include "compiler/tile/tile.h"
#include "timing/nne.h"
#include "timing/tp.h"

namespace trireme {

namespace {

struct PhaseMap {
  std::int64_t channels, height, width;  // of the image
  std::int64_t rows, columns;            // of a phase's map
  std::int64_t row_phases, column_phases;

  std::int64_t pixels() const { return rows * columns; }
};

PhaseMap map_of(const TensorView& image, const PhaseAxes& axes) {
  const std::int64_t height = image.height, width = image.width;
  return {static_cast<std::int64_t>(image.channels),
          height,
          width,
          ceil_div(height, axes.rows.stride),
          ceil_div(width, axes.columns.stride),
          axes.rows.stride,
          axes.columns.stride};
}

// Channel, phases, pixels: the channels stay apart, so that the TP's cores share them.
std::vector<MoveLoop> loops_of(const PhaseMap& map, const PhaseRounds& y, const PhaseRounds& x) {
  return {{map.channels, map.height * map.width, map.row_phases * map.column_phases * map.pixels()},
          {y.phases, map.width, map.column_phases * map.pixels()},
          {x.phases, 1, map.pixels()},
          {y.count, map.row_phases * map.width, map.columns},
          {x.count, map.column_phases, 1}};
}

Cycle cost_of(const std::vector<MoveLoop>& loops, const Chip& chip) {
  TpJob job{};
  job.header = header_for(Engine::tp, static_cast<std::uint8_t>(TpOperation::reshuffle));
  for (CopyDimension& d : job.dimensions) d.count = 1;
  std::size_t at = kCopyDimensions - loops.size();
  for (const MoveLoop& loop : loops) {
    job.dimensions[at++] = {static_cast<std::uint32_t>(loop.count),
                            static_cast<std::int32_t>(loop.input_stride),
                            static_cast<std::int32_t>(loop.output_stride)};
  }
  return estimate(job, chip);
}

// The pixels that a phase has beyond the image: what pads are, the zero point. One map has `count` of them at
// each of `loops`' places.
void add_fill(Placement& placement, const StorageRef& to, std::int64_t first,
              const std::vector<MoveLoop>& loops) {
  const Value& input = placement.input();
  const int bytes = bytes_of(input.quantization.dtype);
  TpJob job = tp_job(TpOperation::reshuffle, input);
  job.fills = 1;
  job.element_bytes = static_cast<std::uint8_t>(bytes);
  const std::int32_t zero = zero_point_of(input.quantization);
  std::memcpy(job.fill, &zero, static_cast<std::size_t>(bytes));
  std::size_t at = kCopyDimensions - loops.size();
  for (const MoveLoop& loop : loops) {
    job.dimensions[at++] = {static_cast<std::uint32_t>(loop.count), 0,
                            static_cast<std::int32_t>(loop.output_stride * bytes)};
  }
  PlannedJob planned{job, {}, {}, {}};
  planned.links.push_back({offsetof(TpJob, output) + offsetof(TensorView, address), to,
                           static_cast<std::uint32_t>(first * bytes)});
  placement.layer.jobs.push_back(std::move(planned));
}

void add_fills(Placement& placement, const StorageRef& to, const PhaseMap& map) {
  const std::int64_t phases = map.row_phases * map.column_phases, pixels = map.pixels();
  const std::int64_t full_rows = map.height % map.row_phases, full_columns = map.width % map.column_phases;
  const MoveLoop channels{map.channels, 0, phases * pixels};
  if (full_rows > 0) {  // the last row of the phases behind
    add_fill(placement, to, full_rows * map.column_phases * pixels + (map.rows - 1) * map.columns,
             {channels, {(map.row_phases - full_rows) * map.column_phases, 0, pixels}, {map.columns, 0, 1}});
  }
  if (full_columns > 0) {
    add_fill(placement, to, full_columns * pixels + map.columns - 1,
             {channels,
              {map.row_phases, 0, map.column_phases * pixels},
              {map.column_phases - full_columns, 0, pixels},
              {map.rows, 0, map.columns}});
  }
}

}  // namespace

NneJob over_phases(const NneJob& job, const PhaseAxes& axes) {
  NneJob phases = job;
  const PhaseMap map = map_of(job.input, axes);
  const int bytes = bytes_of(static_cast<DataType>(job.input.dtype));
  phases.input.channels = static_cast<std::uint32_t>(map.channels * axes.count());
  phases.input.height = static_cast<std::uint16_t>(map.rows);
  phases.input.width = static_cast<std::uint16_t>(map.columns);
  phases.input.row_stride = static_cast<std::uint32_t>(map.columns * bytes);
  phases.input.plane_stride = static_cast<std::uint32_t>(map.pixels() * bytes);
  phases.kernel_h = static_cast<std::uint8_t>(axes.rows.kernel);
  phases.kernel_w = static_cast<std::uint8_t>(axes.columns.kernel);
  phases.stride_h = phases.stride_w = phases.dilation_h = phases.dilation_w = 1;
  phases.pad_top = static_cast<std::int8_t>(-axes.rows.first);
  phases.pad_left = static_cast<std::int8_t>(-axes.columns.first);
  return phases;
}

bool takes_phases(const NneJob& job, const PhaseAxes& axes, const Chip& chip) {
  const std::int64_t channels = std::int64_t{job.input.channels} * axes.count();
  const std::int64_t kernel = axes.rows.kernel * axes.columns.kernel;
  const bool fits = axes.rows.kernel <= chip.nne.max_kernel && axes.columns.kernel <= chip.nne.max_kernel &&
                    channels <= kMaxChannels && channels * kernel <= kMaxKernelDepth;
  if (!fits || !moves_data(chip)) return false;
  const NneJob phases = over_phases(job, axes);
  if (!has_tiling(phases, chip)) return false;
  if (!has_tiling(job, chip)) return true;
  if (chip.compiler.always_space_to_depth && job.kernel_h * job.kernel_w > 1) return true;
  const PhaseMap map = map_of(job.input, axes);
  Cycle cost = estimate(tiled(phases, chip), chip);
  for (const PhaseRounds& y : rounds_of(map.height, map.row_phases)) {
    for (const PhaseRounds& x : rounds_of(map.width, map.column_phases))
      cost += cost_of(loops_of(map, y, x), chip);
  }
  const bool odd_rows = map.height % map.row_phases != 0, odd_columns = map.width % map.column_phases != 0;
  cost += static_cast<Cycle>(chip.tp.launch_cycles) * ((odd_rows ? 1U : 0U) + (odd_columns ? 1U : 0U));
  return cost < estimate(tiled(job, chip), chip);
}

StorageRef add_phases(Placement& placement, const PhaseAxes& axes, std::int64_t first) {
  const Value& input = placement.input();
  const PhaseMap map = map_of(packed_view(input.shape[1], input.shape[2], input.shape[3], input), axes);
  const std::int64_t elements = map.channels * axes.count() * map.pixels();
  const StorageRef to =
      add_scratch(placement.plan, placement.node().name + " phases",
                  static_cast<std::uint64_t>(elements * bytes_of(input.quantization.dtype)));
  add_fills(placement, to, map);
  for (const PhaseRounds& y : rounds_of(map.height, map.row_phases)) {
    for (const PhaseRounds& x : rounds_of(map.width, map.column_phases)) {
      Move move{placement.layer.input, placement.layer.input, 0, 0, loops_of(map, y, x), to};
      move.input_offset = first + y.first * map.row_phases * map.width + x.first * map.column_phases;
      move.output_offset = y.first * map.columns + x.first;
      add_moves(placement, move);
    }
  }
  return to;
}

}  // namespace trireme

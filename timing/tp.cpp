// SPDX-License-Identifier: Apache-2.0
#include "timing/tp.h"

#include <algorithm>
#include <cstdlib>

#include "timing/requests.h"

namespace trireme {

namespace {
std::int64_t elements(const TensorView& view) {
  return std::int64_t{view.width} * view.height * view.channels;
}
}  // namespace

std::int64_t tp_elements(const TpJob& job) {
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
      // Horizontal, then vertical processing of whole rows (hardware.md §2.7): every input element enters the
      // pipeline once; overlapping windows reuse the row buffer. A larger output (pads) bounds it from below.
    case TpOperation::transpose:
    case TpOperation::lut:
    case TpOperation::copy:
    case TpOperation::lrn:  // neighbouring channels reuse what has been read, as the windows of pools
      return std::max(elements(job.input), elements(job.output));
    case TpOperation::fully_connected:
      return elements(job.output);
    case TpOperation::reshuffle:
      return static_cast<std::int64_t>(elements_of_reshuffle(job));
  }
  internal_error("unknown TP operation");
}

namespace {

// Rounds of the outermost loops that walk input and output in the same order. The TP may share them out; the
// order of the loops is the output's.
std::int64_t rounds_apart(const TpJob& job) {
  std::int64_t rounds = 1;
  for (int i = 0; i < kCopyDimensions; ++i) {
    const CopyDimension& loop = job.dimensions[i];
    for (int inner = i + 1; inner < kCopyDimensions; ++inner) {
      const CopyDimension& other = job.dimensions[inner];
      const bool turns =
          other.count > 1 &&
          (std::abs(std::int64_t{other.input_stride}) > std::abs(std::int64_t{loop.input_stride}) ||
           std::abs(std::int64_t{other.output_stride}) > std::abs(std::int64_t{loop.output_stride}));
      if (loop.count > 1 && turns) return rounds;
    }
    rounds = std::min<std::int64_t>(rounds * loop.count, std::int64_t{1} << 20);  // more than any cores
  }
  return rounds;
}

}  // namespace

std::int64_t tp_cores(const TpJob& job, const Chip& chip) {
  const std::int64_t all = std::int64_t{chip.tp.cores} + chip.tp.lite_cores;
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::transpose:
      return 1;
    case TpOperation::reshuffle:
      return std::clamp<std::int64_t>(rounds_apart(job), 1, std::max<std::int64_t>(all, 1));
    case TpOperation::lut:
    case TpOperation::lrn:  // its power takes the table
    case TpOperation::fully_connected:
      return std::max(chip.tp.cores, 1);
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
    case TpOperation::copy:
      return std::max<std::int64_t>(all, 1);
  }
  internal_error("unknown TP operation");
}

Cycle tp_compute_cycles(const TpJob& job, const Chip& chip) {
  const std::int64_t cores = tp_cores(job, chip);
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::fully_connected) {
    // One coded byte a cycle and core: 120,720 bytes took 125,706 cycles on VS680 (hardware.md §3.3 [F]).
    const std::int64_t rate = cores * chip.tp.coded_bytes_per_cycle_per_core;
    return static_cast<Cycle>(ceil_div(job.table_bytes, rate) + ceil_div(tp_elements(job), cores));
  }
  return static_cast<Cycle>(ceil_div(tp_elements(job), cores * chip.tp.elements_per_cycle_per_core));
}

Cycle tp_sram_read_cycles(std::int64_t bytes, const Chip& chip) {
  const std::int64_t bursts = ceil_div(bytes, chip.axi.burst_bytes);
  const std::int64_t beats = ceil_div(chip.axi.burst_bytes, chip.vip_sram.bytes_per_cycle);
  const std::int64_t each = chip.vip_sram.latency_cycles + beats;
  return static_cast<Cycle>(ceil_div(bursts, chip.tp.vip_sram_outstanding) * each);
}

namespace {

// Gaps below a beat of the bus go with their rows, as far as views say what is moved.
Cycle tp_memory_cycles(const TpJob& job, const Chip& chip) {
  if (is(job, TpOperation::reshuffle)) return 0;
  const auto moved = [&](const TensorView& view) { return requests_of_map(view, chip.axi.bytes_per_cycle); };
  const Requests read = moved(job.input);
  const Memory input = memory_of(job.input.address);
  MemoryLoad load;
  add_read(load, read, input, chip);
  add_written(load, moved(job.output), memory_of(job.output.address), chip);
  const Cycle turns = input == Memory::dram ? 0 : tp_sram_read_cycles(read.runs * read.bytes, chip);
  return std::max(turns, busy_cycles(load, chip));
}

}  // namespace

Cycle estimate(const TpJob& job, const Chip& chip) {
  return static_cast<Cycle>(chip.tp.launch_cycles) +
         std::max(tp_compute_cycles(job, chip), tp_memory_cycles(job, chip));
}

}  // namespace trireme

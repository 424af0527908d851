// SPDX-License-Identifier: Apache-2.0
#include "timing/tp.h"

#include <algorithm>

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
      return std::max(elements(job.input), elements(job.output));
    case TpOperation::fully_connected:
      return elements(job.output);
    case TpOperation::reshuffle:
      return static_cast<std::int64_t>(elements_of_reshuffle(job));
  }
  internal_error("unknown TP operation");
}

Cycle tp_compute_cycles(const TpJob& job, const Chip& chip) {
  const auto operation = static_cast<TpOperation>(job.header.operation);
  if (operation == TpOperation::fully_connected) {
    // One coded byte a cycle and core: 120,720 bytes took 125,706 cycles on VS680 (hardware.md §3.3 [F]).
    const std::int64_t rate = std::int64_t{chip.tp.cores} * chip.tp.coded_bytes_per_cycle_per_core;
    return static_cast<Cycle>(ceil_div(job.table_bytes, rate) + ceil_div(tp_elements(job), chip.tp.cores));
  }
  // Transposes run on one core (§2.7), and so does what reorders in general; everything else is split over
  // the cores.
  const bool reorders = operation == TpOperation::transpose || operation == TpOperation::reshuffle;
  const std::int64_t cores = reorders ? 1 : chip.tp.cores;
  return static_cast<Cycle>(ceil_div(tp_elements(job), cores * chip.tp.elements_per_cycle_per_core));
}

Cycle estimate(const TpJob& job, const Chip& chip) {
  return static_cast<Cycle>(chip.tp.launch_cycles) + tp_compute_cycles(job, chip);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "isa/peak.h"

#include <algorithm>

namespace trireme {

std::int64_t peak_macs_per_cycle(const Chip& chip) {
  const NneConfig& nne = chip.nne;
  return std::int64_t{nne.cores} * nne.mads_per_core *
         std::max(nne.dot_product_length, nne.plane_dot_product);
}

double peak_tops(const Chip& chip) {
  return 2e-12 * static_cast<double>(peak_macs_per_cycle(chip)) * static_cast<double>(chip.clock_hz);
}

}  // namespace trireme

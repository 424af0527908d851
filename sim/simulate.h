// SPDX-License-Identifier: Apache-2.0
// Runs a network binary on the SystemC model of its chip. The only header of sim/ that others include; no
// SystemC in it.
#pragma once

#include <string>
#include <vector>

#include "isa/network_binary.h"
#include "sim/kernel/simulate_options.h"
#include "traces/run_record.h"

namespace trireme {

// `inputs`: stored values (already quantized), one a network input; empty without data.
// Errors: input count, shape or type; a deadlock, naming who waits for what. Memory-checker findings do not
// throw, they are in the record (callers decide).
RunRecord simulate(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                   const SimulateOptions& options = {});

}  // namespace trireme

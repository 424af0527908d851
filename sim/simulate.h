// SPDX-License-Identifier: Apache-2.0
// Runs a network binary on the SystemC model of its chip. The only header of sim/ that others include; no SystemC in it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isa/network_binary.h"
#include "traces/run_record.h"

namespace trireme {

struct SimulateOptions {
  bool data = true;               // false: --no-data, timing only
  bool time = true;               // false: --no-time, values only (every duration is zero)
  bool dump_layers = false;
  bool timeline = true;
  bool reverse_construction = false;  // build the units in reverse order: must change nothing (design §5)
  std::function<void(std::size_t done, std::size_t total, const std::string& layer, std::uint64_t cycle)> progress;
};

// `inputs`: stored values (already quantized), one a network input; empty without data.
// Errors: input count, shape or type; a deadlock, naming who waits for what. Memory-checker findings do not throw, they
// are in the record (callers decide).
RunRecord simulate(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                   const SimulateOptions& options = {});

}  // namespace trireme

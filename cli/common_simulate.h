// SPDX-License-Identifier: Apache-2.0
// A simulator run as a user sees it: what was run is recorded, progress shown, the memory checker's findings
// printed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/common_outputs.h"
#include "cli/console.h"
#include "isa/network_binary.h"
#include "sim/simulate.h"
#include "support/progress.h"

namespace trireme {

RunRecord run_simulator(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                        SimulateOptions options, ProgressMode mode);

// Inputs of the binary from files, or none.
std::vector<Tensor> stored_inputs(const NetworkBinary& binary, const std::string& file,
                                  const std::string& input_meta, const std::vector<std::string>& names,
                                  const Console& console);

// Prints the findings; the exit code that follows from them.
int report_findings(const RunRecord& record, const Console& console);

// How many layers --dump-layers cannot show, and how to see them.
void note_fused_layers(const NetworkBinary& binary, const Console& console);

// The profile of an existing run; an Error if the folder is none.
Profile read_run_profile(const std::filesystem::path& folder);
bool has_time(const Profile& profile);

std::string simulate_summary(const RunRecord& record);
Json total_json(const Profile& profile);  // cycles, time_ms, fps

}  // namespace trireme

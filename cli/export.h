// SPDX-License-Identifier: Apache-2.0
// Inside cli only: what `export ovxlib` and `run` write.
#pragma once

#include <string>
#include <vector>

#include "isa/network_binary.h"
#include "model/graph/graph.h"
#include "support/files.h"
#include "traces/run_record.h"

namespace trireme {

struct Constants {  // NAME.export.data: stored constants one after the other, equal ones once
  Bytes bytes;
  std::string index;  // JSON: lid, tensor, dtype, shape, offset, bytes
};
Constants export_constants(const Graph& graph);

std::string network_meta_text(const NetworkBinary& binary, const Constants& constants);  // nbg_meta.json
std::string sample_text(const std::string& name, const RunRecord& record);      // sample.txt of vpm_run
std::string golden_text(const NetworkBinary& binary, const RunRecord& record);  // golden/golden.json

// Simulated outputs against the host's own execution of the same integers: names of outputs that differ.
std::vector<std::string> differing_outputs(const Graph& graph, const NetworkBinary& binary,
                                           const std::vector<Tensor>& inputs, const RunRecord& record);

}  // namespace trireme

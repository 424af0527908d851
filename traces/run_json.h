// SPDX-License-Identifier: Apache-2.0
// Inside traces only: the smaller files of a run folder as text.
#pragma once

#include <string>

#include "traces/run_record.h"

namespace trireme {

std::string graph_json(const RunRecord& record);
std::string memory_json(const RunRecord& record);
std::string run_yaml(const RunRecord& record);
// Name of a dumped layer in the folder "layers", without extension.
std::string layer_file_stem(const GoldenTensor& layer);

}  // namespace trireme

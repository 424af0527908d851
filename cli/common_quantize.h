// SPDX-License-Identifier: Apache-2.0
// A network gets its quantization: from a table, from samples, or, when there is neither, from seeded noise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/common_inputs.h"
#include "cli/common_model.h"
#include "model/quantize/calibrate.h"
#include "support/progress.h"

namespace trireme {

// Runs the samples [0, count) of the plan through the float network. `name`: of the list, for messages.
int calibrate(Graph& graph, const InputPlan& plan, std::size_t count, const QuantizeOptions& options,
              const Console& console, ProgressMode progress);

// The table named or beside the model; nothing if there is none.
std::optional<std::filesystem::path> find_table(const ModelOptions& options);
// Puts a table's parameters on the graph; what the sharing rules change is noted.
void use_table(Graph& graph, const std::filesystem::path& table, const Console& console);
// Whatever there is, in this order: the graph's own, a table, the dataset, noise. Says what it used. The plan
// is made if it is needed and missing. `given`: the input that will be run, if it is known; noise alone would
// leave what lies outside [0,1] saturated.
void ensure_quantized(Graph& graph, const ModelOptions& options, std::optional<InputPlan>& plan,
                      const Console& console, ProgressMode progress, const std::vector<Tensor>& given = {});

}  // namespace trireme

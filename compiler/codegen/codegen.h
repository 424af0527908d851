// SPDX-License-Identifier: Apache-2.0
// The finished plan as a network binary: command stream, memory image, symbols.
#pragma once

#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"

namespace trireme {

NetworkBinary generate(const Plan& plan, const Chip& chip, const CompileOptions& options);

// SHA-256 over structure, parameters and constants of a graph.
std::string model_hash(const Graph& graph);

}  // namespace trireme

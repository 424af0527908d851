// SPDX-License-Identifier: Apache-2.0
// From a quantized graph to a network binary. Passes: simplify -> place -> fuse -> share -> budget -> tile ->
// band -> pack -> memory -> codegen.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/options.h"
#include "compiler/simplify/simplify.h"
#include "isa/chip.h"
#include "isa/network_binary.h"
#include "model/graph/graph.h"

namespace trireme {

// Problems are collected a pass: operators without an engine, sizes beyond a limit and unquantized values
// together, then whatever does not fit a memory. The sharing rules of unify_quantization are applied first.
NetworkBinary compile(Graph graph, const Chip& chip, CompileOptions& options);
std::vector<std::string> compile_pass_names();  // for --dump-ir: simplify passes and plan passes

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// From a quantized graph to a network binary. Passes: simplify -> place -> fuse -> tile -> memory -> codegen, one folder each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/network_binary.h"
#include "model/graph/graph.h"

namespace trireme {

// Graph to graph, meaning kept (float results within rounding of folded arithmetic; quantized graphs bit for bit).
// Removes identity and dropout, folds constants, BatchNorm into convolution/fullconnect, MatMul+Add to fullconnect,
// constant Add into bias. Idempotent. `observer` is called after each pass with its name (for --dump-ir).
using PassObserver = std::function<void(const std::string& pass, const Graph& graph)>;
void simplify(Graph& graph, const PassObserver& observer = {});
std::vector<std::string> simplify_pass_names();

struct CompileOptions {
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  bool fuse = true;                       // false: every layer its own jobs, so that every tensor can be seen
  bool use_vip_sram = true;               // feature maps on chip where they fit
  std::string dump_ir_pass;               // name of a pass; its text goes to `ir`
  std::string ir;                         // out
};

// All problems of a graph at once (operator without an engine, size beyond a limit, unquantized value, memory full).
NetworkBinary compile(Graph graph, const Chip& chip, CompileOptions& options);
std::vector<std::string> compile_pass_names();  // for --dump-ir: simplify passes and plan passes

}  // namespace trireme

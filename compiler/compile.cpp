// SPDX-License-Identifier: Apache-2.0
#include "compiler/compile.h"

#include <algorithm>

#include "compiler/budget/budget.h"
#include "compiler/codegen/codegen.h"
#include "compiler/explain/explain.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/share_buffers.h"
#include "compiler/memory/memory.h"
#include "compiler/pack/pack.h"
#include "compiler/place/place.h"
#include "model/graph/operators.h"
#include "model/quantize/calibrate.h"
#include "support/text.h"

namespace trireme {

namespace {

struct PlanPass {
  const char* name;
  void (*run)(Plan& plan, const Chip& chip, const CompileOptions& options);
};

// What follows `place`, which makes the plan.
const std::vector<PlanPass>& plan_passes() {
  static const std::vector<PlanPass> passes = {
      {"fuse",
       [](Plan& plan, const Chip& chip, const CompileOptions& options) {
         if (options.fuse) fuse(plan, chip);
       }},
      {"share",
       [](Plan& plan, const Chip& chip, const CompileOptions& options) {
         share_buffers(plan, options.fuse, chip.compiler.split_into_concat);
       }},
      {"budget", choose_budget},
      {"tile",
       [](Plan& plan, const Chip& chip, const CompileOptions& options) {
         KnownTilings none;
         tile_as_wanted(plan, within_budget(chip, plan), options, none);
       }},
      {"band",
       [](Plan& plan, const Chip& chip, const CompileOptions& options) {
         band_as_wanted(plan, within_budget(chip, plan), options);
       }},
      {"pack", [](Plan& plan, const Chip& chip, const CompileOptions&) { pack(plan, chip); }},
      {"memory",
       [](Plan& plan, const Chip& chip, const CompileOptions& options) {
         widen_budget(plan, chip);
         plan_memory(plan, within_budget(chip, plan), options);
       }},
  };
  return passes;
}

void check_pass_name(const std::string& name) {
  const std::vector<std::string> names = compile_pass_names();
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
  throw Error("--dump-ir", "no pass is called '" + name + "'", suggestion(name, names));
}

}  // namespace

std::vector<std::string> compile_pass_names() {
  std::vector<std::string> names = simplify_pass_names();
  names.emplace_back("place");
  for (const PlanPass& pass : plan_passes()) names.emplace_back(pass.name);
  return names;
}

NetworkBinary compile(Graph graph, const Chip& chip, CompileOptions& options) {
  check_pass_name(options.dump_ir_pass);
  const auto wanted = [&](const std::string& pass) { return pass == options.dump_ir_pass; };
  // 1. Parameters, shared where fusing must not change a bit: of the network as it was quantized. What
  // simplifying moves side by side afterwards keeps its own.
  if (is_quantized(graph)) unify_quantization(graph);
  // 2. Graph to graph. A graph that came through here before is left as it is.
  simplify(graph, [&](const std::string& pass, const Graph& after) {
    if (wanted(pass)) options.ir = dump(after);
  });
  // 3. Graph to plan, plan to plan.
  Plan plan = place(std::move(graph), chip, options.rule, options.ties);
  if (wanted("place")) options.ir = dump(plan);
  for (const PlanPass& pass : plan_passes()) {
    pass.run(plan, chip, options);
    if (wanted(pass.name)) options.ir = dump(plan);
  }
  if (options.explain) options.explanation = explain(plan, within_budget(chip, plan), options.use_vip_sram);
  // 4. Plan to binary.
  NetworkBinary binary = generate(plan, chip, options);
  check(binary, chip, "compiled network '" + binary.name + "'");
  return binary;
}

}  // namespace trireme

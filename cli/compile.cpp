// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/common_compile.h"
#include "cli/explain.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {

namespace {

struct CompileVerb {
  ModelOptions model;
  CompileSettings settings;
  std::string output;
  bool json = false;
  ProgressMode progress = ProgressMode::automatic;
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_pass_name(const std::string& name) {
  std::vector<std::string> all = simplify_pass_names();
  for (const std::string& plan_pass : compile_pass_names()) {
    if (!contains(all, plan_pass)) all.push_back(plan_pass);
  }
  if (!contains(all, name))
    throw UsageError(fmt::format("--dump-ir: no pass '{}'", name), suggestion(name, all));
}

// Passes that simplify run when the model is loaded; their IR is shown without quantizing anything.
std::string dump_simplify_pass(const CompileVerb& verb) {
  std::string text;
  const auto keep = [&](const std::string& pass, const Graph& graph) {
    if (pass == verb.settings.dump_ir) text = dump(graph);
  };
  Graph graph = load_network(verb.model, keep);
  if (text.empty()) simplify(graph, keep);  // a layer graph
  return text;
}

std::string dump_plan_pass(const CompileVerb& verb, const Console& console) {
  const Chip chip = chip_of_settings(verb.settings);
  Graph graph = load_network(verb.model);
  std::optional<InputPlan> plan;
  quantize_for(graph, verb.model, verb.settings, plan, console, verb.progress);
  CompileOptions options = compile_options(verb.settings, chip, graph);
  compile(std::move(graph), chip, options);
  return options.ir;
}

int compile_verb(const CompileVerb& verb, const Console& console) {
  if (!verb.settings.dump_ir.empty()) {
    check_pass_name(verb.settings.dump_ir);
    const bool early = contains(simplify_pass_names(), verb.settings.dump_ir);
    console.print(early ? dump_simplify_pass(verb) : dump_plan_pass(verb, console));
    return kExitOk;
  }
  const CompiledModel compiled = compile_model(verb.model, verb.settings, console, verb.progress);
  const std::string output = verb.output.empty() ? beside(verb.model.model, ".tnb").string() : verb.output;
  write_network_binary(output, compiled.binary);
  if (verb.json) {
    console.print(explanation_json(compiled.explanation));
    return kExitOk;
  }
  if (verb.settings.explain) console.print(explanation_table(compiled.explanation) + "\n");
  console.print(compile_summary(compiled.binary, compiled.chip));
  console.print(fmt::format("wrote {}\n", output));
  return kExitOk;
}

}  // namespace

void add_compile(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<CompileVerb>();
  CLI::App* verb = add_verb(app, "compile", "Compile a network for a chip into a network binary (.tnb).",
                            "trireme compile lenet.json --chip vip9000pico_pid0xee -o lenet.tnb");
  verb->add_option("MODEL", state->model.model, "layer graph NAME.json, or an ONNX or TensorFlow Lite file")
      ->required();
  add_bind_option(verb, state->model.bind);
  verb->add_option("--model-data", state->model.data, "weights NAME.data; default: beside the graph")
      ->type_name("FILE");
  add_table_option(verb, state->model);
  add_calibration_options(verb, state->model);
  add_input_meta_option(verb, state->model);
  add_compile_options(verb, state->settings);
  verb->add_option("-o,--output", state->output, "network binary to write; default NAME.tnb beside the model")
      ->type_name("FILE");
  verb->add_flag("--no-data", state->settings.no_data,
                 "for timing alone: default activation scales instead of a calibration");
  verb->add_option("--dump-ir", state->settings.dump_ir,
                   "print the network after this pass instead of writing a binary")
      ->type_name("PASS");
  CLI::Option* explain =
      verb->add_flag("--explain", state->settings.explain,
                     "for each layer: what was chosen, why, and what the next best would have cost");
  verb->add_flag("--json", state->json, "the explanation as JSON")->needs(explain);
  add_progress_option(verb, state->progress);
  on_chosen(verb, chosen, [state](const Console& console) { return compile_verb(*state, console); });
}

}  // namespace trireme

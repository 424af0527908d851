// SPDX-License-Identifier: Apache-2.0
#include "cli/export.h"

#include <fmt/format.h>

#include <memory>

#include "cli/common_compile.h"
#include "cli/common_simulate.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/text.h"
#include "tensor/files.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

struct ExportVerb {
  ModelOptions model;
  CompileSettings compile;
  std::string dtype = "quantized", output_path, optimize, sdk, ide, platform, lids, ops, postprocess;
  std::vector<std::string> inputs;
  std::int64_t batch = 1;
  bool unify = false, viplite = false, fused_graph = false, no_permute = false, force = false;
  ProgressMode progress = ProgressMode::automatic;
};

void say_what_has_no_meaning(const ExportVerb& verb, const Console& console) {
  const auto unused = [&](bool given, const char* option, const char* why) {
    if (given) console.note(fmt::format("{} has no meaning here: {}", option, why));
  };
  unused(!verb.sdk.empty(), "--viv-sdk", "no vendor SDK is needed");
  unused(!verb.ide.empty(), "--target-ide-project", "no IDE project is written");
  unused(!verb.platform.empty(), "--build-platform", "nothing is built for the host");
  unused(verb.unify, "--pack-nbg-unify", "a .tnb for the simulator is written instead of an NBG");
  unused(verb.viplite, "--pack-nbg-viplite", "a .tnb for the simulator is written instead of an NBG");
  unused(verb.fused_graph, "--save-fused-graph", "`trireme compile --dump-ir fuse` prints it");
  unused(verb.no_permute, "--force-remove-permute", "inputs and outputs keep the model's axis order");
  unused(!verb.lids.empty(), "--customer-lids", "layers keep their own ids");
  unused(!verb.ops.empty(), "--customer-ops", "custom operators are not in this version");
  unused(!verb.postprocess.empty(), "--postprocess-file", "outputs are exported as the network gives them");
}

// --optimize is how the old tool names the chip; --chip is ours and wins only if they agree.
void choose_chip(ExportVerb& verb, const Console& console) {
  const std::string lower = to_lower(verb.optimize);
  if (verb.optimize.empty()) return;
  if (lower == "none" || lower == "default") {
    console.note(fmt::format("--optimize {}: compiled for the {} chip", verb.optimize,
                             verb.compile.chip.empty() ? "default" : "given"));
    return;
  }
  const Chip chip = find_chip(verb.optimize);
  if (!verb.compile.chip.empty() && find_chip(verb.compile.chip).name != chip.name) {
    throw UsageError(
        fmt::format("--optimize {} and --chip {} are two chips", verb.optimize, verb.compile.chip));
  }
  verb.compile.chip = verb.optimize;
}

void refuse_what_is_not_here(const ExportVerb& verb) {
  Problems problems;
  if (verb.dtype != "quantized") {
    problems.add("--dtype", fmt::format("'{}' is not in this version", verb.dtype), "quantized");
  }
  if (verb.batch != 1) {
    problems.add("--batch-size", fmt::format("{} is not in this version", verb.batch),
                 "1, as the chips run it");
  }
  problems.throw_if_any();
}

std::vector<Tensor> sample_inputs(const ExportVerb& verb, const InputPlan& plan, const Console& console) {
  if (!verb.inputs.empty()) return plan.files(verb.inputs);
  if (plan.samples() > 0) return plan.sample(0);
  console.warning("neither --input nor a dataset: the golden data belong to seeded noise");
  return plan.noise(0);
}

struct Export {
  std::string name;
  fs::path folder;
  CompiledModel compiled;
  std::vector<Tensor> inputs;  // stored
  RunRecord record;
};

void name_target(const ExportVerb& verb, Export& result) {
  const fs::path prefix =
      verb.output_path.empty() ? beside(verb.model.model, "") : fs::path(verb.output_path);
  result.name = prefix.filename().string();
  result.folder = prefix.parent_path().empty() ? fs::path(".") : prefix.parent_path();
  if (result.name.empty()) {
    throw UsageError(fmt::format("--output-path '{}' has no name after the folder", verb.output_path),
                     "DIR/NAME");
  }
}

void make(const ExportVerb& verb, Export& result, const Console& console) {
  result.compiled = compile_model(verb.model, verb.compile, console, verb.progress);
  const NetworkBinary& binary = result.compiled.binary;
  std::optional<InputPlan>& plan = result.compiled.plan;
  if (!plan) plan.emplace(result.compiled.graph, verb.model.model, verb.model.input_meta, console);
  const std::vector<Tensor> inputs = sample_inputs(verb, *plan, console);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.inputs.push_back(
        stored_input(inputs[i], binary.inputs.at(i).quantization, binary.inputs.at(i).dtype));
  }
  SimulateOptions options;
  options.timeline = false;
  result.record = run_simulator(binary, result.compiled.chip, result.inputs, options, verb.progress);
}

void write_golden(AtomicFolder& golden, const Export& made) {
  for (std::size_t i = 0; i < made.record.inputs.size(); ++i) {
    write_dat(golden.path() / input_dat_name(static_cast<int>(i)), made.record.inputs[i].tensor);
  }
  for (std::size_t i = 0; i < made.record.outputs.size(); ++i) {
    const Tensor& tensor = made.record.outputs[i].tensor;
    write_dat(golden.path() / output_dat_name(static_cast<int>(i), tensor.shape), tensor);
  }
  write_file(golden.path() / "golden.json", golden_text(made.compiled.binary, made.record));
  golden.commit();
}

void write_all(const Export& made, AtomicFolder& golden) {
  const Constants constants = export_constants(made.compiled.graph);
  write_golden(golden, made);
  write_network_binary(made.folder / (made.name + ".tnb"), made.compiled.binary);
  write_file(made.folder / (made.name + ".export.data"), constants.bytes);
  write_input_meta(made.folder / (made.name + "_inputmeta.yml"), made.compiled.plan->meta());
  write_file(made.folder / "nbg_meta.json", network_meta_text(made.compiled.binary, constants));
  write_file(made.folder / "sample.txt", sample_text(made.name, made.record));
}

int export_ovxlib(ExportVerb verb, const Console& console) {
  refuse_what_is_not_here(verb);
  say_what_has_no_meaning(verb, console);
  choose_chip(verb, console);
  Export made;
  name_target(verb, made);
  // First: it may be refused, or the folder may not be written to.
  AtomicFolder golden(made.folder / "golden", "golden.json", verb.force,
                      files_read(verb.model, verb.compile.chip, verb.inputs));
  make(verb, made, console);
  const auto differing =
      differing_outputs(made.compiled.graph, made.compiled.binary, made.inputs, made.record);
  write_all(made, golden);
  console.print(compile_summary(made.compiled.binary, made.compiled.chip));
  console.print(fmt::format(
      "wrote {0}.tnb, {0}.export.data, {0}_inputmeta.yml, nbg_meta.json, sample.txt and golden/ to {1}\n",
      made.name, made.folder.string()));
  for (const std::string& lid : differing) {
    console.error({lid, "the simulator's bytes differ from the host's quantized execution",
                   "please report this model"});
  }
  const bool clean = report_findings(made.record, console) == kExitOk && differing.empty();
  const std::string verdict = fmt::format(
      "golden outputs {} the host's quantized execution byte for byte; {} of the memory checker; "
      "rule {}: {}\n",
      differing.empty() ? "equal" : "differ from", counted(made.record.findings.size(), "finding"),
      name_of(made.compiled.binary.rule), confidence_of(made.compiled.binary.rule));
  console.print(verdict);
  return clean ? kExitOk : kExitChecksFailed;
}

void add_ovxlib_options(CLI::App* verb, ExportVerb& state) {
  add_model_options(verb, state.model);
  add_table_option(verb, state.model);
  add_input_meta_option(verb, state.model);
  verb->add_option("--dtype", state.dtype, "quantized, the only one of this version")
      ->check(CLI::IsMember({"quantized", "float", "float16", "float32"}))
      ->type_name("TYPE")
      ->capture_default_str();
  verb->add_option("--batch-size", state.batch, "1, the only one of this version")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--postprocess-file", state.postprocess, "no effect on the exported network")
      ->type_name("FILE");
  verb->add_option("--output-path", state.output_path,
                   "folder and NAME of what is written, DIR/NAME; default: beside "
                   "the model")
      ->type_name("PREFIX");
  verb->add_option("--optimize", state.optimize,
                   "the chip by the old tool's target string, e.g. VIP9000PICO_PID0XEE; "
                   "None or default: as --chip says")
      ->type_name("TARGET");
  verb->add_option("--input", state.inputs,
                   "sample input of the golden data; default: the dataset's first line")
      ->type_name("FILE");
  add_compile_options(verb, state.compile);
  add_force_option(verb, state.force);
  add_progress_option(verb, state.progress);
}

void add_options_without_meaning(CLI::App* verb, ExportVerb& state) {
  verb->add_option("--viv-sdk", state.sdk, "no effect: no vendor SDK is needed")->type_name("DIR");
  verb->add_flag("--pack-nbg-unify", state.unify, "a .tnb is written instead of an NBG");
  verb->add_flag("--pack-nbg-viplite", state.viplite, "a .tnb is written instead of an NBG");
  verb->add_flag("--save-fused-graph", state.fused_graph, "no effect: see compile --dump-ir");
  verb->add_option("--target-ide-project", state.ide, "no effect")->type_name("NAME");
  verb->add_option("--build-platform", state.platform, "no effect")->type_name("NAME");
  verb->add_flag("--force-remove-permute", state.no_permute, "no effect");
  verb->add_option("--customer-lids", state.lids, "no effect")->type_name("NAMES");
  verb->add_option("--customer-ops", state.ops, "no effect")->type_name("NAMES");
}

void add_absent_export(CLI::App& parent, Chosen& chosen, const std::string& format) {
  CLI::App* verb = add_verb(parent, format, "Not in this version; says what to use.", "");
  verb->allow_extras();
  on_chosen(verb, chosen, [format](const Console&) -> int {
    throw Error("", fmt::format("export {} is not in this version", format),
                "`trireme export ovxlib` writes a network binary and golden data");
  });
}

}  // namespace

void add_export(CLI::App& app, Chosen& chosen) {
  CLI::App* parent =
      add_verb(app, "export", "Write what bringing up a board needs: network binary and golden data.",
               "trireme export ovxlib --model lenet.json --output-path out/lenet");
  parent->require_subcommand(1);
  auto state = std::make_shared<ExportVerb>();
  CLI::App* verb = add_verb(
      *parent, "ovxlib", "Compile, simulate the sample input, and write binary, constants and golden data.",
      "trireme export ovxlib --model lenet.json --model-data lenet.data --model-quantize "
      "lenet.quantize --dtype quantized --optimize VIP9000PICO_PID0XEE --output-path out/lenet");
  add_ovxlib_options(verb, *state);
  add_options_without_meaning(verb, *state);
  on_chosen(verb, chosen, [state](const Console& console) { return export_ovxlib(*state, console); });
  for (const char* format : {"tflite", "timvx", "tim-vx"}) add_absent_export(*parent, chosen, format);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_compile.h"
#include "cli/common_outputs.h"
#include "cli/common_simulate.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

struct SimulateVerb {
  std::string file, input_meta, out = "run", format = "dat";
  std::vector<std::string> inputs;
  CompileSettings compile;
  bool no_time = false, dump_layers = false, reverse = false, force = false, json = false;
  ProgressMode progress = ProgressMode::automatic;
};

SimulateOptions options_of(const SimulateVerb& verb) {
  SimulateOptions options;
  options.data = !verb.compile.no_data;
  options.time = !verb.no_time;
  options.dump_layers = verb.dump_layers;
  options.reverse_construction = verb.reverse;
  return options;
}

std::string text_report(const SimulateVerb& verb, const RunRecord& record) {
  std::string text = verb.no_time ? std::string() : simulate_summary(record);
  for (const GoldenTensor& output : record.outputs) {
    text +=
        fmt::format("{} {} {}\n", output.lid, name_of(output.tensor.dtype), to_string(output.tensor.shape));
    text += board_top_text(real_values(output), kTopEntries);
  }
  return text + fmt::format("wrote the run folder {}\n", verb.out);
}

Json json_report(const SimulateVerb& verb, const RunRecord& record) {
  Json outputs = Json::array(), findings = Json::array();
  for (const GoldenTensor& output : record.outputs) {
    outputs.push_back({{"lid", output.lid},
                       {"dtype", name_of(output.tensor.dtype)},
                       {"shape", output.tensor.shape},
                       {"top", top_json(real_values(output), kTopEntries)}});
  }
  for (const Finding& finding : record.findings)
    findings.push_back({{"kind", finding.kind}, {"text", finding.text}});
  return {{"run_folder", verb.out},
          {"total", total_json(record.profile)},
          {"outputs", std::move(outputs)},
          {"findings", std::move(findings)}};
}

void refuse_contradictions(const SimulateVerb& verb) {
  if (verb.compile.no_data && verb.no_time) {
    throw UsageError("--no-data and --no-time together leave nothing to simulate", "give one of them");
  }
  if (verb.compile.no_data && !verb.inputs.empty()) {
    throw UsageError("--no-data reads no --input", "leave one of them out");
  }
  if (verb.compile.no_data && verb.dump_layers) {
    throw UsageError("--no-data computes no tensors for --dump-layers", "leave one of them out");
  }
  if (verb.inputs.empty() && !verb.compile.no_data) {
    throw UsageError("no input", "--input FILE, or --no-data for the timing alone");
  }
}

int simulate_file(const SimulateVerb& verb, const Console& console) {
  refuse_contradictions(verb);
  const LoadedBinary loaded = load_binary(verb.file, verb.compile, console, verb.progress);
  std::vector<Tensor> inputs;
  if (!verb.compile.no_data)
    inputs = stored_inputs(loaded.binary, verb.file, verb.input_meta, verb.inputs, console);
  // Refuses an output folder that must not be replaced before the work, not after it.
  AtomicFolder folder(
      verb.out, kRunMarker, verb.force,
      files_read({verb.file, "", "", verb.input_meta, {}, {}, {}}, verb.compile.chip, verb.inputs));
  if (verb.dump_layers) note_fused_layers(loaded.binary, console);
  const RunRecord record = run_simulator(loaded.binary, loaded.chip, inputs, options_of(verb), verb.progress);
  write_run_files(folder.path(), record, verb.format == "npy");
  folder.commit();
  console.print(verb.json ? json_text(json_report(verb, record)) : text_report(verb, record));
  return report_findings(record, console);
}

}  // namespace

void add_simulate(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<SimulateVerb>();
  CLI::App* verb =
      add_verb(app, "simulate", "Run a network binary on the cycle-level model and write the run folder.",
               "trireme simulate lenet.tnb --input 0.jpg --out run");
  verb->add_option("FILE", state->file, "network binary (.tnb), or a model to compile on the spot")
      ->required();
  verb->add_option("--input", state->inputs, "picture, .npy, .tensor or .dat, once for each network input")
      ->type_name("FILE");
  verb->add_option(
          "--with-input-meta", state->input_meta,
          "how inputs are preprocessed; default: NAME_inputmeta.yml beside the binary, else mean 0 and scale "
          "1/255 for images")
      ->type_name("FILE");
  verb->add_option("--out", state->out, "run folder: missing, empty, or an earlier run, which is replaced")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_flag("--no-data", state->compile.no_data,
                 "timing alone; needs no input and gives the same cycles");
  verb->add_flag("--no-time", state->no_time, "values alone");
  verb->add_flag("--dump-layers", state->dump_layers, "also write every layer's tensor");
  verb->add_option("--format", state->format, "dat; npy writes .npy files besides")
      ->check(CLI::IsMember({"dat", "npy"}))
      ->type_name("TYPE")
      ->capture_default_str();
  verb->add_flag("--reverse-construction", state->reverse,
                 "build the units in reverse order, which must not change a byte or a cycle");
  add_compile_options(verb, state->compile);
  add_force_option(verb, state->force);
  add_json_option(verb, state->json);
  add_progress_option(verb, state->progress);
  on_chosen(verb, chosen, [state](const Console& console) { return simulate_file(*state, console); });
}

}  // namespace trireme

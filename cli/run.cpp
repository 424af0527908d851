// SPDX-License-Identifier: Apache-2.0
// Everything in one command: the steps of the other verbs, in order, into one folder.
#include <fmt/format.h>

#include <memory>

#include "cli/common_compile.h"
#include "cli/common_difference.h"
#include "cli/common_outputs.h"
#include "cli/common_simulate.h"
#include "cli/export.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/import/import.h"
#include "model/quantize/real_network.h"
#include "model/quantize/table.h"
#include "model/reference/execute.h"
#include "tensor/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

struct RunVerb {
  ModelOptions model;
  CompileSettings compile;
  std::vector<std::string> inputs;
  std::string dtype = "quantized", out = "run", format = "dat";
  bool dump_layers = false, force = false, json = false;
  ProgressMode progress = ProgressMode::automatic;
};

struct Run {
  CompiledModel compiled;
  std::vector<Tensor> float_inputs, stored_inputs;
  std::vector<Tensor> float_outputs;
  RunRecord record;
  std::vector<std::string> differing;
};

// Codes that a file held, as the real numbers they stand for.
std::vector<Tensor> real_inputs(const Graph& graph, std::vector<Tensor> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = graph.values[graph.inputs[i]];
    const Quantization& q = value.quantization;
    if (q.quantized() && inputs[i].dtype == q.dtype && value.dtype != q.dtype)
      inputs[i] = dequantize(inputs[i], q);
  }
  return inputs;
}

Run perform(const RunVerb& verb, const Console& console) {
  Run run;
  run.compiled.chip = chip_of_settings(verb.compile);
  run.compiled.graph = load_network(verb.model);
  print_notes(run.compiled.graph, console);
  Graph& graph = run.compiled.graph;
  std::optional<InputPlan>& plan = run.compiled.plan;
  plan.emplace(graph, verb.model.model, verb.model.input_meta, console);
  run.float_inputs = plan->files(verb.inputs);  // before calibrating: a wrong picture should cost no time
  run.float_outputs = execute(graph, real_inputs(graph, run.float_inputs), {});
  if (verb.dtype == "quantized") {
    ensure_quantized(graph, verb.model, plan, console, verb.progress, run.float_inputs);
  } else {
    run.float_inputs = real_inputs(graph, run.float_inputs);
    make_real(graph, verb.dtype == "float16" ? DataType::float16 : DataType::float32);
  }
  CompileOptions options = compile_options(verb.compile, run.compiled.chip, graph);
  run.compiled.binary = compile(graph, run.compiled.chip, options);
  const NetworkBinary& binary = run.compiled.binary;
  for (std::size_t i = 0; i < run.float_inputs.size(); ++i) {
    run.stored_inputs.push_back(
        stored_input(run.float_inputs[i], binary.inputs.at(i).quantization, binary.inputs.at(i).dtype));
  }
  if (verb.dump_layers) note_fused_layers(binary, console);
  SimulateOptions simulate_options;
  simulate_options.dump_layers = verb.dump_layers;
  run.record = run_simulator(binary, run.compiled.chip, run.stored_inputs, simulate_options, verb.progress);
  run.differing = differing_outputs(graph, binary, run.stored_inputs, run.record);
  return run;
}

// The run folder, and beside its files what the single steps would have written.
void write_artefacts(const RunVerb& verb, const Run& run, const fs::path& folder) {
  const Graph& graph = run.compiled.graph;
  const std::string name = stem_of(verb.model.model);
  write_run_files(folder, run.record, verb.format == "npy");
  save_acuity(graph, folder / (name + ".json"), folder / (name + ".data"));
  write_input_meta(folder / (name + "_inputmeta.yml"), run.compiled.plan->meta());
  write_quantize_table(folder / (name + ".quantize"), table_of(graph));
  write_network_binary(folder / (name + ".tnb"), run.compiled.binary);
  for (std::size_t i = 0; i < run.float_outputs.size(); ++i) {
    const Tensor& tensor = run.float_outputs[i];
    write_text_tensor(
        folder / ("float_" + host_tensor_name(0, graph.output_lids.at(i), 0, tensor.shape) + ".tensor"),
        tensor);
  }
}

bool same_winner(const Tensor& a, const Tensor& b) {
  const auto first = top_n(a, 1), second = top_n(b, 1);  // none of an empty output
  return first.empty() ? second.empty() : !second.empty() && first[0].index == second[0].index;
}

std::string outputs_text(const Run& run) {
  std::string text;
  for (std::size_t i = 0; i < run.record.outputs.size(); ++i) {
    const GoldenTensor& output = run.record.outputs[i];
    const Tensor real = real_values(output);
    text += fmt::format("\noutput {} {} {}\n{}", output.lid, name_of(output.tensor.dtype),
                        to_string(output.tensor.shape), board_top_text(real, kTopEntries));
    const Difference apart = difference(run.float_outputs.at(i), real);
    text += fmt::format("against float32: cosine {:.6f}, max abs difference {:.6f}, top-1 {}\n", apart.cosine,
                        apart.max_abs, same_winner(run.float_outputs.at(i), real) ? "the same" : "different");
  }
  return text;
}

Json run_json(const RunVerb& verb, const Run& run) {
  Json outputs = Json::array();
  for (std::size_t i = 0; i < run.record.outputs.size(); ++i) {
    const Tensor real = real_values(run.record.outputs[i]);
    const Difference apart = difference(run.float_outputs.at(i), real);
    outputs.push_back({{"lid", run.record.outputs[i].lid},
                       {"top", top_json(real, kTopEntries)},
                       {"float_cosine", apart.cosine},
                       {"float_max_abs", apart.max_abs}});
  }
  return {{"run_folder", verb.out},
          {"total", total_json(run.record.profile)},
          {"outputs", std::move(outputs)},
          {"equals_reference", run.differing.empty()},
          {"findings", run.record.findings.size()}};
}

void refuse_contradictions(const RunVerb& verb) {
  if (!verb.compile.no_data) return;
  if (!verb.inputs.empty()) throw UsageError("--no-data reads no --input", "leave one of them out");
  if (verb.dump_layers)
    throw UsageError("--no-data computes no tensors for --dump-layers", "leave one of them out");
}

// --no-data: everything but values.
int run_timing(const RunVerb& verb, AtomicFolder& folder, const Console& console) {
  CompiledModel compiled;
  compiled.chip = chip_of_settings(verb.compile);
  compiled.graph = load_network(verb.model);
  print_notes(compiled.graph, console);
  if (verb.dtype == "quantized") {
    quantize_for(compiled.graph, verb.model, verb.compile, compiled.plan, console, verb.progress);
  } else {
    make_real(compiled.graph, verb.dtype == "float16" ? DataType::float16 : DataType::float32);
  }
  CompileOptions options = compile_options(verb.compile, compiled.chip, compiled.graph);
  compiled.binary = compile(compiled.graph, compiled.chip, options);
  SimulateOptions simulate_options;
  simulate_options.data = false;
  const RunRecord record = run_simulator(compiled.binary, compiled.chip, {}, simulate_options, verb.progress);
  write_run_files(folder.path(), record, false);
  write_network_binary(folder.path() / (stem_of(verb.model.model) + ".tnb"), compiled.binary);
  folder.commit();
  if (verb.json) {
    console.print(json_text(Json{{"run_folder", verb.out},
                                 {"total", total_json(record.profile)},
                                 {"findings", record.findings.size()}}));
  } else {
    console.print(compile_summary(compiled.binary, compiled.chip) + "\n" + profile_table(record.profile) +
                  fmt::format("\nwrote the run folder {}\n", verb.out));
  }
  return report_findings(record, console);
}

int run_model(const RunVerb& verb, const Console& console) {
  refuse_contradictions(verb);
  AtomicFolder folder(verb.out, kRunMarker, verb.force,
                      files_read(verb.model, verb.compile.chip, verb.inputs));
  if (verb.compile.no_data) return run_timing(verb, folder, console);
  const Run run = perform(verb, console);
  write_artefacts(verb, run, folder.path());
  folder.commit();
  for (const std::string& lid : run.differing) {
    console.error(
        {lid, "the simulator's values differ from the host's execution", "please report this model"});
  }
  const int findings = report_findings(run.record, console);
  if (verb.json) {
    console.print(json_text(run_json(verb, run)));
  } else {
    console.print(compile_summary(run.compiled.binary, run.compiled.chip) + outputs_text(run) + "\n" +
                  profile_table(run.record.profile));
    const std::string measure = verb.dtype == "quantized" ? "quantized execution byte for byte"
                                : verb.dtype == "float16" ? "execution within 1e-2 of the largest"
                                                          : "execution within 1e-5 of the largest";
    console.print(fmt::format("\noutputs {} the host's {}\nwrote the run folder {}\n",
                              run.differing.empty() ? "equal" : "differ from", measure, verb.out));
  }
  return run.differing.empty() ? findings : kExitChecksFailed;
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<RunVerb>();
  CLI::App* verb = add_verb(app, "run", "Do everything: import, quantize, compile, simulate, profile, check.",
                            "trireme run lenet.onnx --input 0.jpg --out run");
  verb->add_option("MODEL", state->model.model, "ONNX or TensorFlow Lite file, or layer graph NAME.json")
      ->required();
  add_bind_option(verb, state->model.bind);
  verb->add_option("--input", state->inputs, "picture, .npy, .tensor or .dat, once for each network input")
      ->type_name("FILE");
  verb->add_option("--model-data", state->model.data, "weights of a layer graph")->type_name("FILE");
  add_table_option(verb, state->model);
  add_calibration_options(verb, state->model);
  add_input_meta_option(verb, state->model);
  verb->add_option("--dtype", state->dtype,
                   "quantized (by the model's own scales, or after calibration), or on the PPU: "
                   "float32, float16")
      ->check(CLI::IsMember({"quantized", "float32", "float16"}))
      ->type_name("TYPE")
      ->capture_default_str();
  verb->add_option("--out", state->out, "run folder: missing, empty, or an earlier run, which is replaced")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_flag("--no-data", state->compile.no_data,
                 "timing alone: no input, no calibration, and the same cycles");
  verb->add_flag("--dump-layers", state->dump_layers, "also write every layer's tensor");
  verb->add_option("--format", state->format, "dat; npy writes .npy files besides")
      ->check(CLI::IsMember({"dat", "npy"}))
      ->type_name("TYPE")
      ->capture_default_str();
  add_compile_options(verb, state->compile);
  add_force_option(verb, state->force);
  add_json_option(verb, state->json);
  add_progress_option(verb, state->progress);
  on_chosen(verb, chosen, [state](const Console& console) { return run_model(*state, console); });
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_inference.h"
#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "model/preprocess/input_meta.h"
#include "tensor/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

struct InferenceVerb {
  InferenceSettings settings;
  std::string postprocess, postprocess_file;
};

PostprocessFile postprocess_of(const InferenceVerb& verb, const Graph& graph) {
  return verb.postprocess_file.empty() ? default_postprocess(graph) : read_postprocess(verb.postprocess_file);
}

// print_topn prints, dump_result writes, classification_classic and no option do both.
bool prints(const InferenceVerb& verb) { return verb.postprocess != "dump_result"; }
bool writes(const InferenceVerb& verb) { return verb.postprocess != "print_topn"; }

void finish_iteration(const InferenceVerb& verb, const HostNetwork& network, int iteration, int top,
                      const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs,
                      const Console& console) {
  const Graph& graph = network.graph;
  const std::filesystem::path folder = verb.settings.output_dir;
  if (writes(verb)) write_input_tensors(folder, iteration, network, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = graph.values.at(graph.outputs[i]);
    const Tensor real = real_of(outputs[i], value.quantization);
    const std::string& lid = graph.output_lids.at(i);
    if (writes(verb)) {
      write_text_tensor(folder / (host_tensor_name(iteration, lid, 0, value.shape) + ".tensor"), real);
    }
    if (prints(verb)) console.print(iteration_top_text(iteration, lid, real, top));
  }
}

int infer(const InferenceVerb& verb, const Console& console) {
  std::optional<InputPlan> plan;
  const HostNetwork network = load_host_network(verb.settings, plan, console);
  const int top = postprocess_of(verb, network.graph).topn;
  const std::size_t count = network.iterations;
  Progress progress(verb.settings.progress, "inference", count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Tensor> inputs = iteration_inputs(verb.settings, *plan, i);
    const std::vector<Tensor> outputs = execute(network.graph, inputs, network.options);
    finish_iteration(verb, network, static_cast<int>(i), top, inputs, outputs, console);
    progress.update(i + 1);
  }
  if (writes(verb)) console.print(fmt::format("wrote the tensors to {}\n", verb.settings.output_dir));
  return kExitOk;
}

}  // namespace

void add_inference(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<InferenceVerb>();
  CLI::App* verb =
      add_verb(app, "inference", "Run the network on the host, in float or in the chip's integers.",
               "trireme inference --model lenet.json --dtype quantized --output-dir inf");
  add_inference_options(verb, state->settings);
  verb->add_option("--postprocess", state->postprocess,
                   "print_topn, dump_result or classification_classic (both)")
      ->check(CLI::IsMember({"print_topn", "dump_result", "classification_classic"}))
      ->type_name("NAME");
  verb->add_option("--postprocess-file", state->postprocess_file,
                   "how many top entries to print, among others")
      ->type_name("FILE");
  on_chosen(verb, chosen, [state](const Console& console) { return infer(*state, console); });
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_inference.h"
#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "support/text.h"
#include "tensor/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

struct DumpVerb {
  InferenceSettings settings;
  std::string format = "nchw", file_type = "tensor";
};

void write_layer(const DumpVerb& verb, int iteration, const Graph& graph, ValueId id, const Tensor& stored) {
  const Value& value = graph.values.at(id);
  Tensor real = real_of(stored, value.quantization);
  if (verb.format == "nhwc") real = channels_last(real);
  const std::string stem = host_tensor_name(iteration, graph.nodes.at(value.producer).lid,
                                            static_cast<int>(value.port), real.shape);
  const std::filesystem::path folder = verb.settings.output_dir;
  if (verb.file_type == "npy") {
    write_npy(folder / (stem + ".npy"), real);
  } else {
    write_text_tensor(folder / (stem + ".tensor"), real);
  }
}

int dump_layers(const DumpVerb& verb, const Console& console) {
  std::optional<InputPlan> plan;
  const HostNetwork network = load_host_network(verb.settings, plan, console);
  std::size_t layers = 0;
  for (std::size_t i = 0; i < network.iterations; ++i) {
    const int iteration = static_cast<int>(i);
    const std::vector<Tensor> inputs = iteration_inputs(verb.settings, *plan, i);
    Progress progress(verb.settings.progress, "dump", network.graph.nodes.size());
    std::size_t done = 0;
    execute(network.graph, inputs, network.options, [&](ValueId id, const Tensor& tensor) {
      if (network.graph.values.at(id).producer == kNone) return;  // inputs are written by themselves
      write_layer(verb, iteration, network.graph, id, tensor);
      progress.update(++done, network.graph.values.at(id).name);
    });
    write_input_tensors(verb.settings.output_dir, iteration, network, inputs, verb.format == "nhwc");
    layers = done;
  }
  console.print(fmt::format("wrote {} of {} to {}\n", counted(layers, "layer"),
                            counted(network.iterations, "sample"), verb.settings.output_dir));
  return kExitOk;
}

}  // namespace

void add_dump(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<DumpVerb>();
  CLI::App* verb = add_verb(app, "dump", "Run the network on the host and write every layer's tensor.",
                            "trireme dump --model lenet.json --dtype quantized --output-dir dump");
  add_inference_options(verb, state->settings);
  verb->add_option("--format", state->format, "axis order of rank-4 tensors: nchw or nhwc")
      ->check(CLI::IsMember({"nchw", "nhwc"}))
      ->type_name("ORDER")
      ->capture_default_str();
  verb->add_option("--save-file-type", state->file_type, "tensor (text) or npy")
      ->check(CLI::IsMember({"tensor", "npy"}))
      ->type_name("TYPE")
      ->capture_default_str();
  on_chosen(verb, chosen, [state](const Console& console) { return dump_layers(*state, console); });
}

}  // namespace trireme

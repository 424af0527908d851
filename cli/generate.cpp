// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_model.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace {

struct GenerateSettings {
  std::string model, output, source, means;  // source empty: dataset.txt, which may come later
  bool separated = false;
};

// One database an input, each with its own list file of `source` ("a.txt#b.txt").
InputMeta separate(const InputMeta& meta, const std::string& source) {
  const std::vector<std::string> lists = split(source, '#');
  InputMeta separated;
  for (const InputDatabase& database : meta.databases) {
    for (const InputPort& port : database.ports) {
      const std::size_t index = std::min(separated.databases.size(), lists.size() - 1);
      separated.databases.push_back({lists[index], database.type, {port}});
    }
  }
  return separated;
}

void warn_of_missing_lists(const GenerateSettings& settings, const Console& console) {
  for (const std::string& list : split(settings.source, '#')) {
    if (std::filesystem::exists(list) || find_in_folder_of(settings.model, list)) continue;
    console.warning(fmt::format("--source-file: there is no '{}' yet", list));
  }
}

int generate_input_meta(const GenerateSettings& settings, const Console& console) {
  const Graph graph = load_network(settings.model);
  std::string means = settings.means;
  const auto means_file = find_in_folder_of(settings.model, "channel_mean_value.txt");
  if (means.empty() && means_file) {
    means = trim(read_text(*means_file));
    console.note(fmt::format("--channel-mean-value '{}' from {}", means, means_file->string()));
  }
  const std::string source = settings.source.empty() ? "dataset.txt" : settings.source;
  InputMeta meta = default_input_meta(graph, split(source, '#').front(), means);
  const bool several_lists = source.find('#') != std::string::npos;
  if (settings.separated || several_lists) meta = separate(meta, source);
  if (!settings.source.empty()) warn_of_missing_lists(settings, console);
  const std::string output =
      settings.output.empty() ? beside(settings.model, "_inputmeta.yml").string() : settings.output;
  write_input_meta(output, meta);
  for (const InputDatabase& database : meta.databases) {
    for (const InputPort& port : database.ports) {
      console.print(fmt::format("{}: {} {} from {}, reverse_channel {}\n", port.lid, port.category,
                                to_string(port.shape), database.path, port.reverse_channel));
    }
  }
  console.print(fmt::format("wrote {}\n", output));
  return kExitOk;
}

int generate_postprocess(const GenerateSettings& settings, const Console& console) {
  const Graph graph = load_network(settings.model);
  const std::string output =
      settings.output.empty() ? beside(settings.model, "_postprocess_file.yml").string() : settings.output;
  write_postprocess(output, default_postprocess(graph));
  console.print(fmt::format("{}\nwrote {}\n", counted(graph.outputs.size(), "output"), output));
  return kExitOk;
}

void add_input_meta_verb(CLI::App& parent, Chosen& chosen) {
  auto settings = std::make_shared<GenerateSettings>();
  CLI::App* verb =
      add_verb(parent, "inputmeta", "Write the file that says how each input is preprocessed.",
               "trireme generate inputmeta --model lenet.json --channel-mean-value '0 0 0 0.00392157'");
  verb->add_option("--model", settings->model, "layer graph NAME.json, or an ONNX or TensorFlow Lite file")
      ->required()
      ->type_name("FILE");
  verb->add_option("--input-meta-output", settings->output, "default: NAME_inputmeta.yml beside the model")
      ->type_name("FILE");
  verb->add_flag("--separated-database", settings->separated, "one dataset list an input");
  verb->add_option("--source-file", settings->source,
                   "dataset list, '#' between several; default dataset.txt")
      ->type_name("FILES");
  verb->add_option("--channel-mean-value", settings->means,
                   "means and scale, 'm m m s', '#' between inputs: (x - m) * s; s above 1 divides; default: "
                   "channel_mean_value.txt beside the model, else mean 0 and scale 1/255")
      ->type_name("VALUES");
  on_chosen(verb, chosen,
            [settings](const Console& console) { return generate_input_meta(*settings, console); });
}

void add_postprocess_verb(CLI::App& parent, Chosen& chosen) {
  auto settings = std::make_shared<GenerateSettings>();
  CLI::App* verb =
      add_verb(parent, "postprocess-file", "Write the file that says what happens to each output.",
               "trireme generate postprocess-file --model lenet.json");
  verb->add_option("--model", settings->model, "layer graph NAME.json, or an ONNX or TensorFlow Lite file")
      ->required()
      ->type_name("FILE");
  verb->add_option("--postprocess-file-output", settings->output,
                   "default: NAME_postprocess_file.yml beside the model")
      ->type_name("FILE");
  on_chosen(verb, chosen,
            [settings](const Console& console) { return generate_postprocess(*settings, console); });
}

}  // namespace

void add_generate(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      add_verb(app, "generate", "Write the YAML files that describe inputs and outputs, for you to edit.",
               "trireme generate inputmeta --model lenet.json");
  verb->require_subcommand(1);
  add_input_meta_verb(*verb, chosen);
  add_postprocess_verb(*verb, chosen);
}

}  // namespace trireme

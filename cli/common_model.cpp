// SPDX-License-Identifier: Apache-2.0
#include "cli/common_model.h"

#include "model/import/import.h"
#include "support/text.h"
#include "tensor/files.h"

namespace trireme {

namespace fs = std::filesystem;

void add_model_options(CLI::App* verb, ModelOptions& options) {
  verb->add_option("--model", options.model, "layer graph NAME.json, or an ONNX or TensorFlow Lite file")
      ->required()
      ->type_name("FILE");
  verb->add_option("--model-data", options.data, "weights NAME.data; default: beside the graph")
      ->type_name("FILE");
  add_bind_option(verb, options.bind);
}

void add_bind_option(CLI::App* verb, std::vector<std::string>& bind) {
  verb->add_option("--bind", bind,
                   "NAME=FILE.npy: this input of an ONNX or TensorFlow Lite model is a constant (sizes, "
                   "axes, …); repeatable")
      ->type_name("NAME=FILE");
}

std::map<std::string, Tensor> read_bindings(const std::vector<std::string>& bind) {
  std::map<std::string, Tensor> tensors;
  for (const std::string& text : bind) {
    const std::size_t equals = text.find('=');  // names of values have slashes and colons, rarely this
    if (equals == std::string::npos || equals == 0)
      throw UsageError("--bind: '" + text + "' is not NAME=FILE.npy", "for example 'axes=axes.npy'");
    if (!tensors.emplace(text.substr(0, equals), read_npy(text.substr(equals + 1))).second)
      throw UsageError("--bind: '" + text.substr(0, equals) + "' is given twice");
  }
  return tensors;
}

void add_table_option(CLI::App* verb, ModelOptions& options) {
  verb->add_option(
          "--model-quantize", options.table,
          "quantization table; default: NAME.quantize or NAME_asymmetric_affine.quantize beside the model")
      ->type_name("FILE");
}

void add_calibration_options(CLI::App* verb, ModelOptions& options) {
  verb->add_option("--quantizer", options.quantizer,
                   "asymmetric_affine or dynamic_fixed_point: calibrates, whatever table lies beside")
      ->type_name("NAME");
  verb->add_option("--qtype", options.qtype,
                   "uint8 for asymmetric_affine; int16 or int8 for dynamic_fixed_point, which they imply")
      ->type_name("TYPE");
}

void add_input_meta_option(CLI::App* verb, ModelOptions& options) {
  verb->add_option(
          "--with-input-meta", options.input_meta,
          "how inputs are preprocessed; default: NAME_inputmeta.yml beside the model, else mean 0 and scale "
          "1/255 for images")
      ->type_name("FILE");
}

fs::path beside(const fs::path& model, const std::string& suffix) {
  return model.parent_path() / (stem_of(model) + suffix);
}

std::string stem_of(const fs::path& model) { return model.stem().string(); }

std::optional<fs::path> find_beside(const fs::path& model, const std::vector<std::string>& suffixes) {
  for (const std::string& suffix : suffixes) {
    const fs::path candidate = beside(model, suffix);
    if (fs::exists(candidate)) return candidate;
  }
  return std::nullopt;
}

std::optional<fs::path> find_in_folder_of(const fs::path& model, const std::string& name) {
  const fs::path candidate = model.parent_path() / name;
  if (fs::exists(candidate)) return candidate;
  return std::nullopt;
}

std::vector<fs::path> files_read(const ModelOptions& model, const std::string& chip,
                                 const std::vector<std::string>& inputs) {
  std::vector<fs::path> files(inputs.begin(), inputs.end());
  for (const std::string& file : {model.model, model.data, model.table, model.input_meta, chip}) {
    if (fs::exists(file)) files.emplace_back(file);  // a chip may be named without a file
  }
  return files;
}

bool is_network_binary_name(const fs::path& path) { return to_lower(path.extension().string()) == ".tnb"; }

void print_notes(const Graph& graph, const Console& console) {
  for (const std::string& note : graph.notes) console.note(note);
}

Graph load_network(const ModelOptions& options, const PassObserver& observer) {
  ImportOptions import;
  import.bind = read_bindings(options.bind);
  if (!options.data.empty() && import.bind.empty()) return load_acuity(options.model, options.data);
  Graph graph = load_model(options.model, import);
  const bool named = !graph.input_lids.empty() || !graph.output_lids.empty();
  if (named) return graph;  // a layer graph: simplified when it was imported
  simplify(graph, observer);
  assign_layer_ids(graph);
  return graph;
}

Graph load_network(const std::string& model) {
  ModelOptions options;
  options.model = model;
  return load_network(options);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_model.h"
#include "cli/import_check.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "compiler/compile.h"
#include "model/graph/operators.h"
#include "model/import/import.h"
#include "support/text.h"

namespace trireme {

namespace {

struct ImportSettings {
  std::string model, inputs, outputs, sizes, with_batch, dtypes, json, data;
  std::vector<std::string> bind;
  bool check = false, check_json = false;
};

// "3,640,640#1,10" -> one shape an input; a batch of 1 goes in front unless --size-with-batch says it is
// there.
std::vector<Shape> parse_sizes(const ImportSettings& settings) {
  const auto with_batch =
      settings.with_batch.empty() ? std::vector<std::string>() : split(settings.with_batch, '#');
  std::vector<Shape> shapes;
  for (const std::string& part : split(settings.sizes, '#')) {
    const std::size_t index = shapes.size();
    const bool batch = index < with_batch.size() && to_lower(trim(with_batch[index])) == "true";
    Shape shape = batch ? Shape{} : Shape{1};
    for (const std::string& size : split(part, ',')) {
      const auto number = to_int(trim(size));
      if (!number || *number < 1) {
        throw UsageError(fmt::format("--input-size-list: '{}' is not a size", size),
                         "for example '3,640,640#10'");
      }
      shape.push_back(*number);
    }
    shapes.push_back(shape);
  }
  return shapes;
}

ImportOptions import_options(const ImportSettings& settings) {
  ImportOptions options;
  options.inputs = split_words(settings.inputs);
  options.outputs = split_words(settings.outputs);
  options.bind = read_bindings(settings.bind);
  if (settings.sizes.empty()) return options;
  const std::vector<Shape> shapes = parse_sizes(settings);
  if (shapes.size() != options.inputs.size()) {
    throw UsageError(fmt::format("--input-size-list has {} shapes, --inputs has {} names", shapes.size(),
                                 options.inputs.size()),
                     "one shape an input, separated by '#'; without the batch unless --size-with-batch true");
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) options.input_shapes[options.inputs[i]] = shapes[i];
  return options;
}

int import_model(const ImportSettings& settings, ModelImporter importer, const Console& console) {
  if (settings.check)
    return check_model(settings.model, importer, import_options(settings), settings.check_json, console);
  if (settings.check_json) throw UsageError("--json prints what --check finds", "add --check");
  if (!settings.dtypes.empty()) console.note("--input-dtype-list: the model's own input types are used");
  Graph graph = importer(settings.model, import_options(settings));
  const std::size_t imported = graph.nodes.size();
  print_notes(graph, console);
  simplify(graph);
  assign_layer_ids(graph);
  const std::string json = settings.json.empty() ? beside(settings.model, ".json").string() : settings.json;
  const std::string data =
      settings.data.empty() ? std::filesystem::path(json).replace_extension(".data").string() : settings.data;
  save_acuity(graph, json, data);
  std::int64_t total = 0;
  for (const Node& node : graph.nodes) total += macs(graph, node);
  console.print(fmt::format("{}: {} imported, {} after simplification, {} MACs\nwrote {} and {}\n",
                            settings.model, counted(imported, "node"), counted(graph.nodes.size(), "layer"),
                            with_thousands(total), json, data));
  return kExitOk;
}

struct ModelFormat {
  const char* name;
  const char* purpose;
  const char* example;
  const char* file;
  ModelImporter importer;
};

constexpr ModelFormat kFormats[] = {
    {"onnx", "Read an ONNX model and write the layer graph and its weights.",
     "trireme import onnx --model lenet.onnx --output-model lenet.json --output-data lenet.data", "ONNX file",
     import_onnx},
    {"tflite", "Read a TensorFlow Lite model and write the layer graph and its weights.",
     "trireme import tflite --model lenet.tflite --output-model lenet.json --output-data lenet.data",
     "TensorFlow Lite file", import_tflite},
};

void add_import_of(CLI::App& parent, Chosen& chosen, const ModelFormat& format) {
  auto settings = std::make_shared<ImportSettings>();
  CLI::App* verb = add_verb(parent, format.name, format.purpose, format.example);
  verb->add_option("--model", settings->model, format.file)->required()->type_name("FILE");
  verb->add_option("--inputs", settings->inputs,
                   "cut the model at these tensors, 'a b'; default: its own inputs")
      ->type_name("NAMES");
  verb->add_option("--outputs", settings->outputs, "cut the model at these tensors; default: its own outputs")
      ->type_name("NAMES");
  verb->add_option("--input-size-list", settings->sizes,
                   "fixes the inputs' shapes, '3,640,640#10', '#' between inputs, without the batch (1)")
      ->type_name("SHAPES");
  verb->add_option("--size-with-batch", settings->with_batch,
                   "'true#false': whether a shape of --input-size-list begins with the batch; default false")
      ->type_name("BOOLS");
  verb->add_option("--input-dtype-list", settings->dtypes, "accepted; the model's own types are used")
      ->type_name("TYPES");
  verb->add_option("--output-model", settings->json,
                   "layer graph to write; default NAME.json beside the model")
      ->type_name("FILE");
  verb->add_option("--output-data", settings->data, "weights to write; default: .data beside the layer graph")
      ->type_name("FILE");
  if (format.importer == import_onnx) add_bind_option(verb, settings->bind);
  verb->add_flag("--check", settings->check,
                 "write nothing; report every problem, and where the network could run better");
  add_json_option(verb, settings->check_json);
  on_chosen(verb, chosen, [settings, &format](const Console& console) {
    return import_model(*settings, format.importer, console);
  });
}

struct Framework {
  const char* name;
  const char* purpose;
  const char* way;  // a command that exports ONNX from it
};

constexpr Framework kFrameworks[] = {
    {"keras", "Keras models: not in this version; names the command that exports ONNX.",
     "python -m tf2onnx.convert --keras model.h5 --opset 13 --output model.onnx"},
    {"tensorflow", "TensorFlow graphs: not in this version; names the command that exports ONNX.",
     "python -m tf2onnx.convert --graphdef model.pb --inputs input:0 --outputs output:0 --inputs-as-nchw "
     "input:0 "
     "--opset 13 --output model.onnx"},
    {"caffe", "Caffe models: not in this version; names the command that exports ONNX.",
     "python -m caffe2onnx.convert --prototxt model.prototxt --caffemodel model.caffemodel --onnx "
     "model.onnx"},
    {"darknet", "Darknet models: not in this version; names the command that exports ONNX.",
     "python demo_darknet2onnx.py model.cfg names.txt model.weights image.jpg 1   (of pytorch-YOLOv4)"},
    {"pytorch", "PyTorch models: not in this version; names the command that exports ONNX.",
     "python -c \"import torch; m = torch.load('model.pt').eval(); torch.onnx.export(m, torch.zeros(1, 3, "
     "224, 224), "
     "'model.onnx', opset_version=13)\""},
};

// The options of the other frameworks' importers are accepted, so that the message is about what matters.
void add_other_import(CLI::App& parent, Chosen& chosen, const Framework& framework) {
  CLI::App* verb = add_verb(parent, framework.name, framework.purpose, framework.way);
  verb->allow_extras();
  on_chosen(verb, chosen, [&framework](const Console&) -> int {
    throw Error(
        "", fmt::format("import of {} models is not in this version", framework.name),
        fmt::format("export ONNX with `{}`, then `trireme import onnx --model model.onnx`", framework.way));
  });
}

}  // namespace

void add_import(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      add_verb(app, "import", "Read a model of another framework.",
               "trireme import onnx --model lenet.onnx --output-model lenet.json --output-data lenet.data");
  verb->require_subcommand(1);
  for (const ModelFormat& format : kFormats) add_import_of(*verb, chosen, format);
  for (const Framework& framework : kFrameworks) add_other_import(*verb, chosen, framework);
}

}  // namespace trireme

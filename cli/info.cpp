// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_compile.h"
#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {

namespace {

struct InfoVerb {
  std::string file;
  bool all = false, brief = false, header = false, inputs = false, outputs = false, layers = false;
  bool operations = false, memory = false, json = false;
};

std::vector<std::string> sections(const InfoVerb& verb) {
  std::vector<std::string> list;
  if (verb.all) return list;  // empty: all
  if (verb.brief || verb.header) list.emplace_back("brief");
  if (verb.inputs) list.emplace_back("inputs");
  if (verb.outputs) list.emplace_back("outputs");
  if (verb.layers) list.emplace_back("layers");
  if (verb.operations) list.emplace_back("operations");
  if (verb.memory) list.emplace_back("memory");
  return list;
}

Json io_json(const std::vector<IoTensor>& tensors) {
  Json list = Json::array();
  for (const IoTensor& tensor : tensors) {
    list.push_back({{"name", tensor.name},
                    {"lid", tensor.lid},
                    {"shape", tensor.shape},
                    {"shape_w_first", w_first(tensor.shape)},
                    {"dtype", name_of(tensor.dtype)},
                    {"quantization", quantization_json(tensor.quantization)}});
  }
  return list;
}

Json info_json(const NetworkBinary& binary) {
  Json layers = Json::array(), jobs = Json::array(), buffers = Json::array();
  for (const LayerSymbol& layer : binary.layers) {
    layers.push_back({{"lid", layer.lid},
                      {"op", layer.op},
                      {"merged", layer.merged},
                      {"engine", layer.engine},
                      {"reason", layer.reason},
                      {"macs", layer.macs},
                      {"weight_bytes", layer.weight_bytes},
                      {"coded_bytes", layer.coded_bytes}});
  }
  for (const Job& job : binary.jobs) jobs.push_back(print(job));
  for (const Buffer& buffer : binary.buffers) {
    buffers.push_back({{"name", buffer.name},
                       {"kind", buffer.kind},
                       {"address", buffer.address},
                       {"bytes", buffer.bytes},
                       {"first_job", buffer.first_job},
                       {"last_job", buffer.last_job}});
  }
  return {{"network", binary.name},
          {"version", binary.version},
          {"producer", binary.producer},
          {"model_sha256", binary.model_hash},
          {"chip", binary.chip_name},
          {"pid", binary.chip_pid},
          {"requantization", name_of(binary.rule)},
          {"ties", ties_text(binary.rule, binary.ties)},
          {"options", binary.options},
          {"dram_bytes", binary.dram_bytes},
          {"axi_sram_bytes", binary.axi_sram_bytes},
          {"vip_sram_bytes", binary.vip_sram_bytes},
          {"inputs", io_json(binary.inputs)},
          {"outputs", io_json(binary.outputs)},
          {"layers", std::move(layers)},
          {"jobs", std::move(jobs)},
          {"buffers", std::move(buffers)}};
}

int info(const InfoVerb& verb, const Console& console) {
  const std::string extension = to_lower(std::filesystem::path(verb.file).extension().string());
  if (extension == ".onnx" || extension == ".json") {
    if (verb.json) throw UsageError("--json prints network binaries", "compile the model first");
    console.print(dump(load_network(verb.file)));
    return kExitOk;
  }
  const NetworkBinary binary = read_binary_argument(verb.file);
  console.print(verb.json ? json_text(info_json(binary)) : info_text(binary, sections(verb)));
  return kExitOk;
}

}  // namespace

void add_info(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<InfoVerb>();
  CLI::App* verb = add_verb(app, "info", "Show what a network binary (.tnb) or a model holds.",
                            "trireme info -b lenet.tnb");
  verb->add_option("FILE", state->file, "network binary, layer graph or ONNX file")->required();
  verb->add_flag("-a,--all", state->all, "every table (the default)");
  verb->add_flag("-b,--brief", state->brief, "the network, its chip and its memory");
  verb->add_flag("-n,--header", state->header, "the same as -b");
  verb->add_flag("--in", state->inputs, "input table (also -in)");
  verb->add_flag("--out", state->outputs, "output table (also -out)");
  verb->add_flag("-l,--layers", state->layers, "layers with engine and reason");
  verb->add_flag("-o,--operations", state->operations, "every job of the command stream");
  verb->add_flag("-m,--memory", state->memory, "every buffer with address, bytes and life");
  verb->add_flag("--json", state->json, "print a network binary as JSON, for scripts; not for models");
  on_chosen(verb, chosen, [state](const Console& console) { return info(*state, console); });
}

}  // namespace trireme

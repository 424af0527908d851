// SPDX-License-Identifier: Apache-2.0
#include "cli/predict.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/common_compile.h"
#include "cli/common_model.h"
#include "model/import/onnx/import_model.h"
#include "sim/simulate.h"
#include "support/text.h"
#include "zoo/zoo.h"

namespace trireme {

namespace {

Graph load_zoo_network(const std::string& name) {
  Graph graph = import_onnx_model(zoo::build(name, false), name);
  simplify(graph);
  assign_layer_ids(graph);
  return graph;
}

}  // namespace

// As `compile --no-data`: activations get default scales where the model has none.
Graph network_for_timing(const std::string& network) {
  const std::vector<std::string> zoo_names = zoo::names();
  const bool in_zoo = std::find(zoo_names.begin(), zoo_names.end(), network) != zoo_names.end();
  if (!in_zoo && !std::filesystem::exists(network))
    throw Error("", fmt::format("no network '{}' in the zoo, and no such file", network.substr(0, 200)), "");
  Graph graph = in_zoo ? load_zoo_network(network) : load_network(network);
  if (!is_quantized(graph)) quantize_by_default(graph);
  return graph;
}

PredictedRun predict_here(const Graph& graph, const Chip& chip) {
  CompileOptions options = compile_options({}, chip, graph);
  const NetworkBinary binary = compile(graph, chip, options);
  SimulateOptions simulate_options;
  simulate_options.data = false;
  simulate_options.timeline = false;
  const Profile profile = simulate(binary, chip, {}, simulate_options).profile;
  PredictedRun run;
  run.prediction.cycles = profile.total_cycles;
  run.prediction.ms = profile.time_ms();
  for (const LayerProfile& layer : profile.layers) {
    if (layer.busy_cycles > 0)
      run.layers.push_back({layer.engine, layer.name, profile.microseconds(layer.busy_cycles)});
  }
  return run;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Host execution for `inference` and `dump`: options, inputs and the .tensor files of formats.md §6.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_quantize.h"
#include "cli/verbs.h"
#include "model/reference/execute.h"

namespace trireme {

struct InferenceSettings {
  ModelOptions model;
  std::string dtype = "float32", chip, requant, ties, device, output_dir = ".";
  std::vector<std::string> inputs;  // files instead of the dataset
  std::int64_t batch = 1, iterations = 1;
  ProgressMode progress = ProgressMode::automatic;
};

void add_inference_options(CLI::App* verb, InferenceSettings& settings);

// A network ready to run, with the rule it rounds by.
struct HostNetwork {
  Graph graph;
  ExecuteOptions options;
  std::size_t iterations = 0;  // samples to run
};
// Makes the output folder too, before what takes long.
HostNetwork load_host_network(const InferenceSettings& settings, std::optional<InputPlan>& plan,
                              const Console& console);

// Inputs of iteration i: the files named, the dataset's sample, or an Error when there is none.
std::vector<Tensor> iteration_inputs(const InferenceSettings& settings, const InputPlan& plan,
                                     std::size_t iteration);

// N,C,H,W to N,H,W,C; other ranks have one order only.
Tensor channels_last(const Tensor& tensor);

// "iter_0_input_1_out0_1_1_28_28.tensor", and ".qnt.tensor" with the integers when the network is quantized.
void write_input_tensors(const std::filesystem::path& folder, int iteration, const HostNetwork& network,
                         const std::vector<Tensor>& inputs, bool nhwc = false);

}  // namespace trireme

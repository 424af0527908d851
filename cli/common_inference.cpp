// SPDX-License-Identifier: Apache-2.0
#include "cli/common_inference.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "cli/common_outputs.h"
#include "isa/chip.h"
#include "support/text.h"
#include "tensor/files.h"
#include "traces/run_folder.h"

namespace trireme {

void add_inference_options(CLI::App* verb, InferenceSettings& settings) {
  add_model_options(verb, settings.model);
  add_table_option(verb, settings.model);
  add_input_meta_option(verb, settings.model);
  verb->add_option("--dtype", settings.dtype, "float32, or quantized: the chip's integer arithmetic")
      ->check(CLI::IsMember({"float32", "float", "quantized"}))
      ->type_name("TYPE")
      ->capture_default_str();
  verb->add_option("--input", settings.inputs,
                   "input file instead of the dataset's, once for each network input")
      ->type_name("FILE");
  verb->add_option("--iterations", settings.iterations, "samples of the dataset to run, from the first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--batch-size", settings.batch, "samples an iteration; only 1 in this version")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--output-dir", settings.output_dir, "folder of the .tensor files")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_option("--device", settings.device, "CPU or GPU: the same result, always on the CPU")
      ->type_name("NAME");
  add_chip_option(verb, settings.chip);
  add_requant_option(verb, settings.requant);
  verb->add_option("--ties", settings.ties, "direction of exact halves: half_up, half_even, half_away")
      ->type_name("RULE");
  add_progress_option(verb, settings.progress);
}

namespace {

std::size_t iteration_count(const InferenceSettings& settings, const InputPlan& plan,
                            const Console& console) {
  if (!settings.inputs.empty()) return 1;
  if (plan.samples() == 0) {
    throw Error(plan.dataset_name(), "no sample to run: the list is missing or empty",
                "or name one with --input FILE");
  }
  const auto wanted = static_cast<std::size_t>(settings.iterations);
  if (wanted > plan.samples()) {
    console.note(
        fmt::format("--iterations {}: the dataset has {}", wanted, counted(plan.samples(), "sample")));
  }
  return std::min(wanted, plan.samples());
}

void make_output_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(folder.string(), "cannot create the output folder: " + error.message(),
                "name another one with --output-dir");
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    throw Error(folder.string(),
                "cannot write into the output folder: " + std::generic_category().message(errno),
                "name another one with --output-dir");
  }
}

}  // namespace

HostNetwork load_host_network(const InferenceSettings& settings, std::optional<InputPlan>& plan,
                              const Console& console) {
  if (settings.batch != 1) {
    throw Error("--batch-size", fmt::format("{} is not in this version", settings.batch),
                "1; --iterations runs more samples");
  }
  HostNetwork network;
  network.graph = load_network(settings.model);
  print_notes(network.graph, console);
  plan.emplace(network.graph, settings.model.model, settings.model.input_meta, console);
  network.iterations = iteration_count(settings, *plan, console);
  make_output_folder(settings.output_dir);
  network.options.quantized = settings.dtype == "quantized";
  if (!network.options.quantized) return network;
  ensure_quantized(network.graph, settings.model, plan, console, settings.progress);
  const Chip chip = find_chip(settings.chip.empty() ? kDefaultChip : settings.chip);
  network.options.rule =
      settings.requant.empty() ? chip.requant_rule : parse_requant_rule(settings.requant, "--requant");
  network.options.ties = settings.ties.empty() ? chip.ties : parse_ties(settings.ties, "--ties");
  return network;
}

std::vector<Tensor> iteration_inputs(const InferenceSettings& settings, const InputPlan& plan,
                                     std::size_t iteration) {
  return settings.inputs.empty() ? plan.sample(iteration) : plan.files(settings.inputs);
}

Tensor channels_last(const Tensor& tensor) {
  if (tensor.shape.size() != 4) return tensor;
  const std::int64_t batch = tensor.shape[0], channels = tensor.shape[1],
                     pixels = tensor.shape[2] * tensor.shape[3], size = bytes_of(tensor.dtype);
  Tensor result(tensor.dtype, {batch, tensor.shape[2], tensor.shape[3], channels});
  for (std::int64_t n = 0; n < batch; ++n) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t p = 0; p < pixels; ++p) {
        const auto from = tensor.bytes.begin() + ((n * channels + c) * pixels + p) * size;
        std::copy(from, from + size, result.bytes.begin() + ((n * pixels + p) * channels + c) * size);
      }
    }
  }
  return result;
}

void write_input_tensors(const std::filesystem::path& folder, int iteration, const HostNetwork& network,
                         const std::vector<Tensor>& inputs, bool nhwc) {
  const auto write = [&](const std::string& stem, const char* suffix, const Tensor& tensor) {
    write_text_tensor(folder / (stem + suffix), nhwc ? channels_last(tensor) : tensor);
  };
  const Graph& graph = network.graph;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = graph.values.at(graph.inputs[i]);
    const std::string stem = host_tensor_name(iteration, graph.input_lids.at(i), 0,
                                              nhwc ? channels_last(inputs[i]).shape : value.shape);
    if (!network.options.quantized || !value.quantization.quantized()) {
      write(stem, ".tensor", to_float32(inputs[i]));
      continue;
    }
    const Tensor stored = stored_input(inputs[i], value.quantization, value.quantization.dtype);
    write(stem, ".tensor", real_of(stored, value.quantization));
    write(stem, ".qnt.tensor", stored);
  }
}

}  // namespace trireme

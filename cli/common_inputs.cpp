// SPDX-License-Identifier: Apache-2.0
#include "cli/common_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/common_model.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace fs = std::filesystem;

InputPlan::InputPlan(const Graph& graph, const fs::path& model, const std::string& file,
                     const Console& console) {
  read_meta(graph, model, file, console);
  match_ports(graph);
  find_lists(model);
}

void InputPlan::read_meta(const Graph& graph, const fs::path& model, const std::string& file,
                          const Console& console) {
  auto found = file.empty() ? find_beside(model, kInputMetaSuffixes) : fs::path(file);
  // A network binary knows the name its network had, whatever the file is called now.
  if (!found) found = find_in_folder_of(model, graph.name + "_inputmeta.yml");
  if (found) {
    meta_ = read_input_meta(*found);
    meta_file_ = *found;
    return;
  }
  const auto means = find_in_folder_of(model, "channel_mean_value.txt");
  meta_ = default_input_meta(graph, "dataset.txt", means ? trim(read_text(*means)) : std::string());
  console.warning(
      fmt::format("no {}: preprocessing is {}; `trireme generate inputmeta` writes one",
                  beside(model, "_inputmeta.yml").string(),
                  means ? "by " + means->string() : "mean 0, scale 1/255 for images, none for tensors"));
}

void InputPlan::match_ports(const Graph& graph) {
  Problems problems;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const std::string& lid = graph.input_lids.at(i);
    bool found = false;
    std::vector<std::string> lids;
    for (std::size_t d = 0; d < meta_.databases.size(); ++d) {
      const auto& ports = meta_.databases[d].ports;
      for (std::size_t p = 0; p < ports.size(); ++p) {
        lids.push_back(ports[p].lid);
        if (found || ports[p].lid != lid) continue;
        inputs_.push_back({graph.values.at(graph.inputs[i]), ports[p], d, p});
        check_port(ports[p], inputs_.back().value, meta_file_.string(), problems);
        found = true;
      }
    }
    if (!found) {
      problems.add(meta_file_.string(), fmt::format("has no port for the network's input '{}'", lid),
                   "its ports are: " + join(lids, ", "));
    }
  }
  problems.throw_if_any();
}

// A list is named relative to the working folder, to the inputmeta file or to the model; without an inputmeta
// file it is the one beside the model. A missing list is no error here: whoever needs samples says so.
void InputPlan::find_lists(const fs::path& model) {
  for (const InputDatabase& database : meta_.databases) {
    const fs::path by_model = model.parent_path() / database.path;
    std::vector<fs::path> places = {by_model};
    if (!meta_file_.empty()) places = {database.path, meta_file_.parent_path() / database.path, by_model};
    const auto place =
        std::find_if(places.begin(), places.end(), [](const fs::path& p) { return fs::exists(p); });
    list_files_.push_back(place == places.end() ? fs::path() : *place);
  }
}

const std::vector<std::vector<Sample>>& InputPlan::lists() const {
  if (!lists_) {
    lists_.emplace();
    for (std::size_t d = 0; d < list_files_.size(); ++d) {
      const fs::path& file = list_files_[d];
      lists_->push_back(file.empty() ? std::vector<Sample>()
                                     : read_dataset(file, meta_.databases[d].ports.size()));
    }
  }
  return *lists_;
}

std::size_t InputPlan::samples() const {
  std::size_t least = lists().empty() ? 0 : lists().front().size();
  for (const auto& list : lists()) least = std::min(least, list.size());
  return least;
}

std::vector<fs::path> InputPlan::sample_files(std::size_t index) const {
  std::vector<fs::path> paths;
  for (const Input& input : inputs_) {
    const Sample& sample = lists().at(input.database).at(index);
    if (input.position >= sample.files.size()) {
      throw Error(meta_.databases[input.database].path,
                  fmt::format("sample {} names {}, the network's input '{}' needs number {}", index + 1,
                              counted(sample.files.size(), "file"), input.port.lid, input.position + 1),
                  "one file an input on each line");
    }
    paths.push_back(sample.files[input.position]);
  }
  return paths;
}

std::vector<Tensor> InputPlan::sample(std::size_t index) const {
  const std::vector<fs::path> paths = sample_files(index);
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    tensors.push_back(load_input(paths[i], inputs_[i].value, inputs_[i].port));
  }
  return tensors;
}

std::vector<Tensor> InputPlan::files(const std::vector<std::string>& names) const {
  if (names.size() != inputs_.size()) {
    throw UsageError(fmt::format("{} for a network with {}", counted(names.size(), "input file"),
                                 counted(inputs_.size(), "input")),
                     "--input FILE once for each, in the network's order");
  }
  std::vector<Tensor> tensors;
  Problems problems;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    try {
      tensors.push_back(load_input(names[i], inputs_[i].value, inputs_[i].port));
    } catch (const Error& error) {
      problems.add(error);
    }
  }
  problems.throw_if_any();
  return tensors;
}

std::vector<Tensor> InputPlan::noise(std::uint64_t seed) const {
  std::vector<Tensor> tensors;
  for (const Input& input : inputs_)
    tensors.push_back(random_input(input.value, seed * inputs_.size() + tensors.size()));
  return tensors;
}

std::string InputPlan::dataset_name() const {
  return meta_.databases.empty() ? std::string() : meta_.databases.front().path;
}

Graph input_graph(const NetworkBinary& binary) {
  Graph graph;
  graph.name = binary.name;
  for (const IoTensor& input : binary.inputs) {
    Value value;
    value.name = input.name;
    value.shape = input.shape;
    value.dtype = input.quantization.quantized() ? DataType::float32 : input.dtype;
    value.quantization = input.quantization;
    graph.inputs.push_back(graph.add_value(std::move(value)));
    graph.input_lids.push_back(input.lid);
  }
  return graph;
}

Tensor stored_input(const Tensor& tensor, const Quantization& quantization, DataType dtype) {
  if (tensor.dtype == dtype) return tensor;
  if (quantization.quantized()) return quantize(to_float32(tensor), quantization);
  return convert(tensor, dtype);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// From pictures and tensor files to what a network takes, by the rules of an inputmeta file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "isa/network_binary.h"
#include "model/graph/graph.h"
#include "model/preprocess/input_meta.h"

namespace trireme {

// Of the inputmeta file beside a model.
inline const std::vector<std::string> kInputMetaSuffixes = {"_inputmeta.yml", "-inputmeta.yml"};

// The inputs of a network with their preprocessing, in the network's order.
class InputPlan {
 public:
  // `file`: an inputmeta file; empty: the one beside the model, else defaults, about which the user is told.
  InputPlan(const Graph& graph, const std::filesystem::path& model, const std::string& file,
            const Console& console);

  // Number of samples that the dataset lists name; 0 if there is no list. Lists are read when they are first
  // needed.
  std::size_t samples() const;
  std::vector<Tensor> sample(std::size_t index) const;
  std::vector<std::filesystem::path> sample_files(std::size_t index) const;
  // One file a network input; a usage error for another number of them.
  std::vector<Tensor> files(const std::vector<std::string>& names) const;
  std::vector<Tensor> noise(std::uint64_t seed) const;
  std::string dataset_name() const;
  const InputMeta& meta() const { return meta_; }

 private:
  struct Input {
    Value value;
    InputPort port;
    std::size_t database = 0, position = 0;  // where a sample's file stands
  };
  void read_meta(const Graph& graph, const std::filesystem::path& model, const std::string& file,
                 const Console& console);
  void match_ports(const Graph& graph);
  void find_lists(const std::filesystem::path& model);
  const std::vector<std::vector<Sample>>& lists() const;

  InputMeta meta_;
  std::filesystem::path meta_file_;  // empty: defaults
  std::vector<Input> inputs_;
  std::vector<std::filesystem::path> list_files_;  // one a database; empty: none found
  mutable std::optional<std::vector<std::vector<Sample>>> lists_;
};

// The inputs of a network binary as a graph of nothing but inputs, for InputPlan.
Graph input_graph(const NetworkBinary& binary);

// What the network's memory holds: quantized, or as it is when it has that type already.
Tensor stored_input(const Tensor& tensor, const Quantization& quantization, DataType dtype);

}  // namespace trireme

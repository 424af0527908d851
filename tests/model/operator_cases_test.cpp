// SPDX-License-Identifier: Apache-2.0
// Every operator of a network on a runtime's own tensors, for the cases tools/compare_operators has made: a
// folder a case with case.json, the inputs and every tensor of the network as the runtime computed it. Beside
// it goes result.json, an entry an operator output.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "model/reference/execute.h"
#include "support/files.h"
#include "tensor/files.h"
#include "tests/support_for_tests/cut_network.h"
#include "tests/support_for_tests/quantized_workloads.h"

namespace trireme {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFloatTolerance = 1e-5;  // of the largest element

std::vector<fs::path> cases_in(const fs::path& folder) {
  std::vector<fs::path> cases;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "case.json") cases.push_back(entry.path().parent_path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

// The runtime's tensors that are values of our graph, in the same type and shape, and not constant.
std::map<ValueId, Tensor> stored_tensors(const Graph& graph, const fs::path& folder, const Json& tensors) {
  std::map<ValueId, Tensor> stored;
  for (const auto& [name, file] : tensors.items()) {
    const ValueId id = graph.find_value(name);
    if (id == kNone || graph.values[id].producer == kNone) continue;
    Tensor tensor = read_npy(folder / file.get<std::string>());
    const Value& value = graph.values[id];
    const DataType expected = value.quantization.quantized() ? value.quantization.dtype : value.dtype;
    if (tensor.shape == value.shape && tensor.dtype == expected) stored.emplace(id, std::move(tensor));
  }
  return stored;
}

double largest_of(const Tensor& tensor) {
  double largest = 0;
  for (std::int64_t i = 0; i < tensor.size(); ++i) largest = std::max(largest, std::abs(element(tensor, i)));
  return largest;
}

// The nodes between the given tensors and `output`: one operator of the runtime is several of ours where it
// has an activation inside or its axes lie differently.
std::set<NodeId> nodes_behind(const Graph& cut, ValueId output) {
  std::set<NodeId> nodes;
  std::vector<ValueId> open = {output};
  while (!open.empty()) {
    const ValueId id = open.back();
    open.pop_back();
    if (id == kNone || cut.values[id].producer == kNone) continue;
    if (!nodes.insert(cut.values[id].producer).second) continue;
    const Node& node = cut.nodes[cut.values[id].producer];
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
  return nodes;
}

// "convolution + relu"; permutes are named only where there is nothing else.
std::string label_of(const Graph& cut, const std::set<NodeId>& nodes) {
  std::string label;
  for (const NodeId id : nodes) {
    if (cut.nodes[id].op != "permute") label += (label.empty() ? "" : " + ") + cut.nodes[id].op;
  }
  return label.empty() ? "permute" : label;
}

Json row_of(const Graph& graph, ValueId id, const std::string& label, const Tensor& ours,
            const Tensor& theirs) {
  const Difference d = difference(ours, theirs);
  const double relative = d.largest / std::max(largest_of(theirs), 1e-30);
  const bool same =
      is_float(theirs.dtype) && ours.dtype == theirs.dtype ? relative <= kFloatTolerance : d.differing == 0;
  return {{"op", label},
          {"value", graph.values[id].name},
          {"type", name_of(theirs.dtype)},
          {"elements", d.elements},
          {"differing", d.differing},
          {"largest", d.largest},
          {"relative", relative},
          {"same", same}};
}

void compare(const fs::path& folder) {
  const Json about = Json::parse(read_text(folder / "case.json"));
  const Graph graph = load_model(about.at("model").get<std::string>());
  ExecuteOptions options;
  options.quantized = about.at("quantized").get<bool>();
  options.rule = parse_requant_rule(about.at("rule").get<std::string>(), "case.json");
  std::vector<Tensor> inputs;
  for (const auto& file : about.at("inputs")) inputs.push_back(read_npy(file.get<std::string>()));
  const auto stored = stored_tensors(graph, folder, about.at("tensors"));
  const CutNetwork cut = cut_at(graph, stored, inputs);
  const std::vector<Tensor> outputs = execute(cut.graph, cut.inputs, options);
  Json result = {{"compared", Json::array()}, {"not_compared", Json::array()}};
  std::set<NodeId> covered;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::set<NodeId> nodes = nodes_behind(cut.graph, cut.graph.outputs[i]);
    covered.insert(nodes.begin(), nodes.end());
    const Json row =
        row_of(graph, cut.graph.outputs[i], label_of(cut.graph, nodes), outputs[i], cut.answers[i]);
    EXPECT_TRUE(row.at("same").get<bool>()) << folder << ": " << row.dump();
    result["compared"].push_back(row);
  }
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (covered.count(id) == 0)
      result["not_compared"].push_back({{"op", graph.nodes[id].op}, {"node", graph.nodes[id].name}});
  }
  write_file(folder / "result.json", result.dump(1));
  EXPECT_GT(outputs.size(), 0U) << folder;
}

TEST(OperatorCases, EveryOperatorOnTheRuntimesTensors) {
  const char* folder = std::getenv("TRIREME_OPERATOR_CASES");
  if (folder == nullptr) GTEST_SKIP() << "no cases: tools/compare_operators makes them";
  const std::vector<fs::path> cases = cases_in(folder);
  EXPECT_FALSE(cases.empty());
  for (const fs::path& one : cases) {
    try {
      compare(one);
    } catch (const std::exception& error) {
      ADD_FAILURE() << one << ": " << error.what();
      write_file(one / "result.json", Json{{"error", error.what()}}.dump(1));
    }
  }
}

}  // namespace
}  // namespace trireme

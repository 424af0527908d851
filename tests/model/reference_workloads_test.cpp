// SPDX-License-Identifier: Apache-2.0
// Real quantized networks against what the runtimes answered: every stored case, under the rule that belongs
// to the runtime (numerics.md); end to end, and every operator on the runtime's own tensors where they are
// stored.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "model/import/import.h"
#include "model/import/tflite/read_model.h"
#include "model/reference/execute.h"
#include "tensor/files.h"
#include "tests/support_for_tests/cut_network.h"
#include "tests/support_for_tests/quantized_workloads.h"

namespace trireme {
namespace {

ExecuteOptions options_of(RequantRule rule) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  return options;
}

void print(const std::string& network, const std::string& oracle, const std::string& what,
           const Difference& all) {
  fmt::print("{:42} {:12} {:11} {} of {} differ, by {} at most\n", network, oracle, what, all.differing,
             all.elements, all.largest);
}

void expect_answers(const fs::path& folder, const Graph& graph, const Variant& variant) {
  Difference all;
  int cases = 0;
  for (const fs::path& path : cases_of(folder)) {
    const fs::path answer = path / ("out_0." + variant.oracle + ".npy");
    if (!fs::exists(answer)) continue;
    const auto outputs = execute(graph, {read_npy(path / "in_0.npy")}, options_of(variant.rule));
    all += difference(outputs.at(0), read_npy(answer));
    ++cases;
  }
  if (cases == 0) return;
  print(folder.filename().string(), variant.oracle, fmt::format("{} cases:", cases), all);
  EXPECT_EQ(all.differing, 0) << folder.filename() << " against " << variant.oracle;
}

TEST(QuantizedWorkloads, EndToEndNoIntegerDiffers) {
  const std::vector<fs::path> workloads = quantized_workloads();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder";
  for (const fs::path& folder : workloads) {
    try {
      const Graph graph = load_model(model_of(folder));
      for (const Variant& variant : variants(folder.filename().string(), graph))
        expect_answers(folder, graph, variant);
    } catch (const Error& error) {
      ADD_FAILURE() << folder.filename() << ": " << error.what();
    }
  }
}

// Members are named after the tensor's number in the file, "t012".
std::map<ValueId, Tensor> stored_tensors(const Graph& graph, const fs::path& model, const fs::path& archive) {
  const TfliteFile file = read_tflite_file(model);
  const auto* tensors = file.model->subgraphs()->Get(0)->tensors();
  std::map<ValueId, Tensor> stored;
  for (auto& [member, tensor] : read_npz(archive)) {
    const auto number = static_cast<unsigned>(std::stoul(member.substr(1)));
    const ValueId id = graph.find_value(tensors->Get(number)->name()->str());
    if (id != kNone && graph.values[id].producer != kNone && graph.values[id].shape == tensor.shape)
      stored.emplace(id, tensor);
  }
  return stored;
}

void expect_stored_tensors(const fs::path& folder, const Graph& graph, const Variant& variant,
                           const fs::path& path) {
  const fs::path archive = path / ("all_tensors." + variant.oracle + ".npz");
  if (!fs::exists(archive)) return;
  const auto stored = stored_tensors(graph, model_of(folder), archive);
  const CutNetwork cut = cut_at(graph, stored, {read_npy(path / "in_0.npy")});
  const auto outputs = execute(cut.graph, cut.inputs, options_of(variant.rule));
  Difference all;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Difference one = difference(outputs[i], cut.answers[i]);
    const Value& value = cut.graph.values[cut.graph.outputs[i]];
    EXPECT_EQ(one.differing, 0) << folder.filename() << " against " << variant.oracle << ": " << value.name
                                << " (" << cut.graph.nodes[value.producer].op << ")";
    all += one;
  }
  print(folder.filename().string(), variant.oracle, fmt::format("{} tensors:", outputs.size()), all);
  EXPECT_GT(outputs.size(), 2U);
}

TEST(QuantizedWorkloads, OperatorByOperatorNoIntegerDiffers) {
  const std::vector<fs::path> workloads = quantized_workloads();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder";
  for (const fs::path& folder : workloads) {
    if (!fs::exists(folder / "model.tflite")) continue;
    try {
      const Graph graph = load_model(model_of(folder));
      for (const Variant& variant : variants(folder.filename().string(), graph)) {
        for (const fs::path& path : cases_of(folder)) expect_stored_tensors(folder, graph, variant, path);
      }
    } catch (const Error& error) {
      ADD_FAILURE() << folder.filename() << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace trireme

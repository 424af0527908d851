// SPDX-License-Identifier: Apache-2.0
// The node tests of the ONNX project: one small model an operator and corner case, with inputs and expected
// outputs. Every model that can be imported must compute what it should; those that cannot are counted.
// They come with the Debian package libonnx-testdata; TRIREME_ONNX_NODE_TESTS names another folder.
#include "tests/support_for_tests/onnx_node_tests.h"  // first: it says how the message classes were built

#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "model/graph/operators.h"
#include "model/quant/quantization.h"
#include "model/reference/execute.h"

namespace trireme {
namespace {

using onnx_nodes::Case;

std::vector<Tensor> run(const Graph& graph, const Case& c) {
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) {
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      if (c.input_names[i] == graph.values[id].name) inputs.push_back(c.inputs[i]);
    }
  }
  ExecuteOptions options;
  options.quantized = graph.scales_from_model;
  options.rule = RequantRule::onnx;
  return execute(graph, inputs, options);
}

// The layer graph keeps operators, attributes, and which inputs are there.
void expect_round_trip(Graph graph, const std::string& name) {
  try {
    TempFolder folder;
    assign_layer_ids(graph);
    save_acuity(graph, folder / "n.json", folder / "n.data");
    EXPECT_EQ(dump(load_acuity(folder / "n.json", folder / "n.data")), dump(graph)) << name;
  } catch (const Error& error) {
    ADD_FAILURE() << name << " as a layer graph: " << error.what();
  }
}

struct Tally {
  int passed = 0, failed = 0, unsupported = 0;
};

TEST(OnnxNodes, ComputeWhatTheyShould) {
  const std::filesystem::path folder = onnx_nodes::tests_folder();
  if (folder.empty()) GTEST_SKIP() << "the package libonnx-testdata is not installed";
  const bool verbose = std::getenv("TRIREME_ONNX_NODE_REASONS") != nullptr;
  std::map<std::string, Tally> tallies;
  Tally all;
  for (const auto& test : onnx_nodes::tests_of(folder)) {
    const std::string name = test.filename().string();
    if (onnx_nodes::has_wrong_data(name)) continue;
    const onnx::ModelProto model = read_onnx_model(test / "model.onnx");
    const std::string op = onnx_nodes::operator_of(model);
    Tally& tally = tallies[op];
    for (const auto& data : onnx_nodes::data_sets_of(test)) {
      try {
        const Case c = onnx_nodes::read_case(model, data);
        const Graph graph = onnx_nodes::import_with_constants(test / "model.onnx", c);
        // Codes need the scales of NAME.quantize, without which a layer graph cannot be read back.
        if (!graph.scales_from_model) expect_round_trip(graph, name);
        const std::string wrong = onnx_nodes::difference(op, run(graph, c), c);
        (wrong.empty() ? tally.passed : tally.failed) += 1;
        EXPECT_EQ(wrong, "") << name;
      } catch (const Error& error) {
        tally.unsupported += 1;
        if (verbose) std::cout << name << ": " << error.what() << "\n";
      } catch (const std::exception& error) {
        tally.failed += 1;
        ADD_FAILURE() << name << ": " << error.what();
      }
    }
  }
  std::cout << "operator: passed failed unsupported\n";
  for (const auto& [op, tally] : tallies) {
    std::cout << op << ": " << tally.passed << " " << tally.failed << " " << tally.unsupported << "\n";
    all.passed += tally.passed;
    all.failed += tally.failed;
    all.unsupported += tally.unsupported;
  }
  std::cout << "all: " << all.passed << " " << all.failed << " " << all.unsupported << "\n";
  EXPECT_GT(all.passed, 0);
}

}  // namespace
}  // namespace trireme

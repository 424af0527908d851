// SPDX-License-Identifier: Apache-2.0
// The node tests of the ONNX project on the simulated chip: import, compile, simulate with values. Integers
// must be equal, floats within the tolerance of ONNX's own runner. onnx_nodes_out_of_scope.txt lists what is
// not tried.
#include "tests/support_for_tests/onnx_node_tests.h"  // first: it says how the message classes were built

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "compiler/compile.h"
#include "model/quantize/real_network.h"
#include "sim/simulate.h"

namespace trireme {
namespace {

using onnx_nodes::Case;

// What ONNX Runtime computes is the subject, so ties are rounded as it rounds them.
NetworkBinary compiled(Graph graph, const Chip& chip) {
  if (!graph.scales_from_model) make_real(graph, DataType::float32);
  CompileOptions options;
  options.rule = RequantRule::onnx;
  return compile(std::move(graph), chip, options);
}

Tensor input_named(const Case& c, const std::string& name) {
  const auto found = std::find(c.input_names.begin(), c.input_names.end(), name);
  return c.inputs.at(static_cast<std::size_t>(found - c.input_names.begin()));
}

RunRecord run(const NetworkBinary& binary, const Chip& chip, const Case& c) {
  std::vector<Tensor> inputs;
  for (const IoTensor& io : binary.inputs) inputs.push_back(input_named(c, io.name));
  SimulateOptions options;
  options.time = false;
  options.timeline = false;
  return simulate(binary, chip, inputs, options);
}

std::vector<Tensor> outputs_of(const RunRecord& record) {
  std::vector<Tensor> outputs;
  for (const GoldenTensor& golden : record.outputs) outputs.push_back(golden.tensor);
  return outputs;
}

// Lines "PATTERN  REASON": a regular expression for the whole name of a test, and why it is not tried.
class OutOfScope {
 public:
  explicit OutOfScope(const std::filesystem::path& path) {
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);) {
      if (line.empty() || line[0] == '#') continue;
      rows_.push_back({line.substr(0, line.find(' ')), std::regex(line.substr(0, line.find(' '))), 0});
    }
  }
  bool has(const std::string& name) {
    for (Row& row : rows_) {
      if (!std::regex_match(name, row.regex)) continue;
      ++row.uses;
      return true;
    }
    return false;
  }
  std::string unused() const {
    std::string text;
    for (const Row& row : rows_) {
      if (row.uses == 0) text += row.pattern + "\n";
    }
    return text;
  }

 private:
  struct Row {
    std::string pattern;
    std::regex regex;
    int uses;
  };
  std::vector<Row> rows_;
};

struct Tally {
  int passed = 0, failed = 0, out_of_scope = 0;
};

// Which engines a network ran on, and which operators were steps of the host.
struct Engines {
  std::map<std::string, int> tests, host_operators;
  int without_host = 0;

  void add(const NetworkBinary& binary) {
    std::set<std::string> engines;
    for (const LayerSymbol& layer : binary.layers) {
      engines.insert(layer.engine);
      if (layer.engine == name_of(Engine::host)) ++host_operators[layer.op];
    }
    for (const std::string& engine : engines) ++tests[engine];
    if (engines.count(name_of(Engine::host)) == 0) ++without_host;
  }
};

// What is wrong with one set of data on the simulator; empty: nothing.
std::string failure_of(const onnx::ModelProto& model, const std::filesystem::path& data, const Chip& chip,
                       Engines& engines) {
  try {
    Case c = onnx_nodes::read_case(model, data);
    const Graph graph = onnx_nodes::import_with_constants(data.parent_path() / "model.onnx", c);
    const NetworkBinary binary = compiled(graph, chip);
    const RunRecord record = run(binary, chip, c);
    if (!record.findings.empty()) return record.findings.front().text;
    const std::string wrong = onnx_nodes::difference(onnx_nodes::operator_of(model), outputs_of(record), c);
    if (wrong.empty()) engines.add(binary);
    return wrong;
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool passes(const onnx::ModelProto& model, const std::filesystem::path& test, const Chip& chip) {
  Engines unused;
  const auto sets = onnx_nodes::data_sets_of(test);
  return !sets.empty() && std::all_of(sets.begin(), sets.end(), [&](const std::filesystem::path& data) {
    return failure_of(model, data, chip, unused).empty();
  });
}

Tally print(const std::map<std::string, Tally>& tallies, const Engines& engines) {
  Tally all;
  std::cout << "operator: passed, failed, out of scope\n";
  for (const auto& [op, tally] : tallies) {
    std::cout << op << ": " << tally.passed << " " << tally.failed << " " << tally.out_of_scope << "\n";
    all.passed += tally.passed;
    all.failed += tally.failed;
    all.out_of_scope += tally.out_of_scope;
  }
  std::cout << "all: " << all.passed << " " << all.failed << " " << all.out_of_scope
            << "\npassed tests by engine:";
  for (const auto& [engine, count] : engines.tests) std::cout << " " << engine << " " << count;
  std::cout << "; without a step of the host " << engines.without_host << "\nhost steps:";
  for (const auto& [op, count] : engines.host_operators) std::cout << " " << op << " " << count;
  std::cout << "\n";
  return all;
}

TEST(OnnxNodesOnTheSimulator, ComputeWhatTheyShould) {
  const std::filesystem::path folder = onnx_nodes::tests_folder();
  if (folder.empty()) GTEST_SKIP() << "the package libonnx-testdata is not installed";
  const Chip chip = find_chip(kDefaultChip);
  OutOfScope out_of_scope(std::filesystem::path(TRIREME_SOURCE_DIR) /
                          "tests/system/onnx_nodes_out_of_scope.txt");
  std::map<std::string, Tally> tallies;
  Engines engines;
  std::string passing;
  for (const auto& test : onnx_nodes::tests_of(folder)) {
    const std::string name = test.filename().string();
    const onnx::ModelProto model = read_onnx_model(test / "model.onnx");
    Tally& tally = tallies[onnx_nodes::operator_of(model)];
    if (out_of_scope.has(name)) {
      ++tally.out_of_scope;
      if (passes(model, test, chip)) passing += name + "\n";
      continue;
    }
    for (const auto& data : onnx_nodes::data_sets_of(test)) {
      const std::string wrong = failure_of(model, data, chip, engines);
      EXPECT_EQ(wrong, "") << name;
      (wrong.empty() ? tally.passed : tally.failed) += 1;
    }
  }
  const Tally all = print(tallies, engines);
  EXPECT_GE(all.passed, 500);
  EXPECT_EQ(out_of_scope.unused(), "") << "patterns that fit no test";
  EXPECT_EQ(passing, "") << "tests that pass and are listed as out of scope";
}

}  // namespace
}  // namespace trireme

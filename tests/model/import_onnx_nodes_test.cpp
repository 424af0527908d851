// SPDX-License-Identifier: Apache-2.0
// The node tests of the ONNX project: one small model an operator and corner case, with inputs and expected
// outputs. Every model that can be imported must compute what it should; those that cannot are counted.
// They come with the Debian package libonnx-testdata; TRIREME_ONNX_NODE_TESTS names another folder.
#include "tests/model/onnx_builder.h"  // first: it says how the message classes were built

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "model/import/onnx/read_model.h"
#include "model/import/onnx/tensors.h"
#include "model/quant/quantization.h"
#include "model/reference/execute.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::vector<std::string> input_names;
  std::vector<Tensor> inputs, outputs;
};

fs::path node_tests_folder() {
  const char* named = std::getenv("TRIREME_ONNX_NODE_TESTS");
  const fs::path folder = named != nullptr ? named : "/usr/share/libonnx-testdata/data/node";
  return fs::is_directory(folder) ? folder : fs::path();
}

Tensor read_pb(const fs::path& path) {
  onnx::TensorProto proto;
  const Bytes bytes = read_file(path);
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw Error(path.string(), "is no tensor");
  ConstantBudget budget;
  return read_onnx_tensor(proto, budget);
}

std::vector<Tensor> read_tensors(const fs::path& folder, const std::string& stem) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path path = folder / (stem + "_" + std::to_string(i) + ".pb");
    if (!fs::exists(path)) return tensors;
    tensors.push_back(read_pb(path));
  }
}

Case read_case(const onnx::ModelProto& model, const fs::path& folder) {
  Case c;
  for (const auto& input : model.graph().input()) c.input_names.push_back(input.name());
  c.inputs = read_tensors(folder, "input");
  c.outputs = read_tensors(folder, "output");
  if (c.inputs.size() != c.input_names.size())
    throw Error(folder.string(), "has other inputs than the model");
  return c;
}

// Operands such as axes and sizes are inputs in these models. First nothing is a constant, then all but the
// data (the first input), then everything.
Graph import_with_constants(const fs::path& path, const Case& c) {
  std::optional<Error> last;
  for (std::size_t from : {c.inputs.size(), std::size_t{1}, std::size_t{0}}) {
    ImportOptions options;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      if (i >= from) {
        options.bind[c.input_names[i]] = c.inputs[i];
      } else {
        options.input_shapes[c.input_names[i]] = c.inputs[i].shape;
      }
    }
    try {
      return import_onnx(path, options);
    } catch (const Error& error) {
      last = error;
    }
  }
  throw *last;
}

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

// As ONNX's own runner compares: integers exactly, floats by 1e-3 of the value and 1e-7. Empty: alike.
std::string difference(const Tensor& found, const Tensor& wanted) {
  if (found.shape != wanted.shape)
    return "shape " + to_string(found.shape) + ", not " + to_string(wanted.shape);
  if (found.dtype != wanted.dtype)
    return std::string("type ") + name_of(found.dtype) + ", not " + name_of(wanted.dtype);
  for (std::int64_t i = 0; i < found.size(); ++i) {
    const double a = element(found, i), b = element(wanted, i);
    const double room = is_float(wanted.dtype) ? 1e-7 + 1e-3 * std::abs(b) : 0;
    if (a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= room) continue;
    return "element " + std::to_string(i) + " is " + std::to_string(a) + ", not " + std::to_string(b);
  }
  return {};
}

// ONNX's data takes scale * size, 2.4 here, as the length of the resized axis; ONNX Runtime and PyTorch take
// the number of its elements, 2. We do as they do: reference_data_operators.cpp has what ONNX Runtime
// computes.
const std::set<std::string> kOtherwiseInOnnxRuntime = {"test_resize_downsample_scales_linear_align_corners",
                                                       "test_resize_downsample_scales_cubic_align_corners"};

struct Tally {
  int passed = 0, failed = 0, unsupported = 0;
};

TEST(OnnxNodes, ComputeWhatTheyShould) {
  const fs::path folder = node_tests_folder();
  if (folder.empty()) GTEST_SKIP() << "the package libonnx-testdata is not installed";
  const bool verbose = std::getenv("TRIREME_ONNX_NODE_REASONS") != nullptr;
  std::map<std::string, Tally> tallies;
  Tally all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const fs::path path = entry.path() / "model.onnx";
    if (!fs::exists(path) || kOtherwiseInOnnxRuntime.count(name) != 0) continue;
    const onnx::ModelProto model = read_onnx_model(path);
    Tally& tally = tallies[model.graph().node_size() == 1 ? model.graph().node(0).op_type() : "(several)"];
    for (int set = 0; fs::exists(entry.path() / ("test_data_set_" + std::to_string(set))); ++set) {
      try {
        const Case c = read_case(model, entry.path() / ("test_data_set_" + std::to_string(set)));
        const std::vector<Tensor> outputs = run(import_with_constants(path, c), c);
        std::string wrong = outputs.size() == c.outputs.size() ? "" : "another number of outputs";
        for (std::size_t i = 0; wrong.empty() && i < outputs.size(); ++i)
          wrong = difference(outputs[i], c.outputs[i]);
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

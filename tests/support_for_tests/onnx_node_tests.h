// SPDX-License-Identifier: Apache-2.0
// The node tests of the ONNX project: one small model an operator and corner case, with inputs and expected
// outputs. They come with the Debian package libonnx-testdata; TRIREME_ONNX_NODE_TESTS names another folder.
#pragma once

#include "tests/model/onnx_builder.h"  // first: it says how the message classes were built

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/import/limits.h"
#include "model/import/onnx/read_model.h"
#include "model/import/onnx/tensors.h"
#include "support/files.h"

namespace trireme::onnx_nodes {

namespace fs = std::filesystem;

struct Case {
  std::vector<std::string> input_names;
  std::vector<Tensor> inputs, outputs;
};

inline fs::path tests_folder() {
  const char* named = std::getenv("TRIREME_ONNX_NODE_TESTS");
  const fs::path folder = named != nullptr ? named : "/usr/share/libonnx-testdata/data/node";
  return fs::is_directory(folder) ? folder : fs::path();
}

inline Tensor read_pb(const fs::path& path) {
  onnx::TensorProto proto;
  const Bytes bytes = read_file(path);
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw Error(path.string(), "is no tensor");
  ConstantBudget budget(ImportLimits().constant_bytes);
  return read_onnx_tensor(proto, budget);
}

inline std::vector<Tensor> read_tensors(const fs::path& folder, const std::string& stem) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path path = folder / (stem + "_" + std::to_string(i) + ".pb");
    if (!fs::exists(path)) return tensors;
    tensors.push_back(read_pb(path));
  }
}

// The data of these tests hold bfloat16 as bit patterns of type UINT16.
inline void view_bfloat16(const onnx::ValueInfoProto& info, Tensor& tensor) {
  const bool pattern = info.type().tensor_type().elem_type() == onnx::TensorProto::BFLOAT16;
  if (!pattern || tensor.dtype != DataType::uint16) return;
  tensor.dtype = DataType::bfloat16;
  tensor = to_float32(tensor);
}

inline Case read_case(const onnx::ModelProto& model, const fs::path& folder) {
  Case c;
  for (const auto& input : model.graph().input()) c.input_names.push_back(input.name());
  c.inputs = read_tensors(folder, "input");
  c.outputs = read_tensors(folder, "output");
  if (c.inputs.size() != c.input_names.size())
    throw Error(folder.string(), "has other inputs than the model");
  for (std::size_t i = 0; i < c.inputs.size(); ++i)
    view_bfloat16(model.graph().input(static_cast<int>(i)), c.inputs[i]);
  for (std::size_t i = 0; i < c.outputs.size() && static_cast<int>(i) < model.graph().output_size(); ++i)
    view_bfloat16(model.graph().output(static_cast<int>(i)), c.outputs[i]);
  return c;
}

// Operands such as axes and sizes are inputs in these models. First nothing is a constant, then all but the
// data (the first input), then everything.
inline Graph import_with_constants(const fs::path& path, const Case& c) {
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

// As ONNX's own runner compares: integers exactly, floats by 1e-3 of the value and 1e-7. Empty: alike.
inline std::string difference(const Tensor& found, const Tensor& wanted) {
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

// Shapes are fixed here: where ONNX gives as many rows as boxes are selected, the rows behind them hold -1.
inline Tensor without_unused_rows(const Tensor& selected, const Shape& wanted) {
  if (selected.shape.size() != 2 || wanted.size() != 2 || selected.shape[0] <= wanted[0]) return selected;
  for (std::int64_t i = wanted[0] * selected.shape[1]; i < selected.size(); ++i) {
    if (element(selected, i) != -1) return selected;
  }
  Tensor result(selected.dtype, {wanted[0], selected.shape[1]});
  std::copy_n(selected.bytes.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

// Expected values that are not what ONNX defines.
inline bool has_wrong_data(const std::string& name) {
  static const std::set<std::string> names = {
      // Truncated to bfloat16; Cast rounds to the nearest.
      "test_cast_FLOAT_to_BFLOAT16", "test_castlike_FLOAT_to_BFLOAT16",
      "test_castlike_FLOAT_to_BFLOAT16_expanded"};
  return names.count(name) != 0;
}

// Folders of the tests in `folder`, sorted.
inline std::vector<fs::path> tests_of(const fs::path& folder) {
  std::vector<fs::path> tests;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "model.onnx")) tests.push_back(entry.path());
  }
  std::sort(tests.begin(), tests.end());
  return tests;
}

// Sets of inputs and outputs of one test.
inline std::vector<fs::path> data_sets_of(const fs::path& test) {
  std::vector<fs::path> sets;
  while (fs::exists(test / ("test_data_set_" + std::to_string(sets.size()))))
    sets.push_back(test / ("test_data_set_" + std::to_string(sets.size())));
  return sets;
}

inline std::string operator_of(const onnx::ModelProto& model) {
  return model.graph().node_size() == 1 ? model.graph().node(0).op_type() : "(several)";
}

// Compares all outputs of a test; empty: alike.
inline std::string difference(const std::string& op, std::vector<Tensor> found, const Case& c) {
  if (found.size() != c.outputs.size()) return "another number of outputs";
  if (op == "NonMaxSuppression" && found.size() == 1)
    found[0] = without_unused_rows(found[0], c.outputs[0].shape);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string wrong = difference(found[i], c.outputs[i]);
    if (!wrong.empty()) return "output " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

}  // namespace trireme::onnx_nodes

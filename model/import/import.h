// SPDX-License-Identifier: Apache-2.0
// Files in, graph out. An importer keeps the model's meaning exactly, reports every problem of a model at
// once (node, operator, attribute, what would work), allocates nothing by an unchecked size and never
// recurses on input.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct ImportOptions {
  std::vector<std::string> inputs, outputs;   // cut the model here; empty: the model's own
  std::map<std::string, Shape> input_shapes;  // fixes dynamic dimensions
  std::map<std::string, Tensor> bind;         // inputs that become constants of these elements
  bool shapes_only = false;                   // weights that a file draws by seed stay zero: for counting
};

// ONNX (protobuf). Shapes are inferred; the graph is the model's own, nothing folded yet (compiler/simplify
// does that).
Graph import_onnx(const std::filesystem::path& path, const ImportOptions& options = {});

// TensorFlow Lite (flatbuffer). Values keep the file's names, shapes, codes, scales and axis order; operators
// on images work on N,C,H,W between `permute` nodes.
Graph import_tflite(const std::filesystem::path& path, const ImportOptions& options = {});

// NAME.json + NAME.data (formats.md §5): our own write form of the same graph. Reading back gives an equal
// graph.
Graph load_acuity(const std::filesystem::path& json, const std::filesystem::path& data);
void save_acuity(const Graph& graph, const std::filesystem::path& json, const std::filesystem::path& data);
// Names the layers: outputs first, then the rest walking back from them (formats.md §5.1).
void assign_layer_ids(Graph& graph);

// By content: an ONNX file, a TensorFlow Lite file, or a NAME.json with the NAME.data beside it.
Graph load_model(const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace trireme

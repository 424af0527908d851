// SPDX-License-Identifier: Apache-2.0
// From the files that a user names, or that lie beside the model, to a network.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "compiler/compile.h"
#include "model/graph/graph.h"

namespace trireme {

struct ModelOptions {
  std::string model;              // NAME.json or NAME.onnx
  std::string data;               // NAME.data; empty: beside the model
  std::string table;              // NAME.quantize
  std::string input_meta;         // NAME_inputmeta.yml
  std::vector<std::string> bind;  // NAME=FILE.npy
  std::string quantizer, qtype;   // to calibrate with instead of using a table beside the model; or empty
};

// --model, --model-data (formats.md §8).
void add_model_options(CLI::App* verb, ModelOptions& options);
void add_bind_option(CLI::App* verb, std::vector<std::string>& bind);
std::map<std::string, Tensor> read_bindings(const std::vector<std::string>& bind);
void add_table_option(CLI::App* verb, ModelOptions& options);
void add_calibration_options(CLI::App* verb, ModelOptions& options);  // --quantizer, --qtype
void add_input_meta_option(CLI::App* verb, ModelOptions& options);

// "dir/lenet" + suffix for dir/lenet.onnx.
std::filesystem::path beside(const std::filesystem::path& model, const std::string& suffix);
std::string stem_of(const std::filesystem::path& model);
// The first of those files that exists.
std::optional<std::filesystem::path> find_beside(const std::filesystem::path& model,
                                                 const std::vector<std::string>& suffixes);
std::optional<std::filesystem::path> find_in_folder_of(const std::filesystem::path& model,
                                                       const std::string& name);

// What a command was told to read: none of it may lie in a folder that is replaced.
std::vector<std::filesystem::path> files_read(const ModelOptions& model, const std::string& chip,
                                              const std::vector<std::string>& inputs);

bool is_network_binary_name(const std::filesystem::path& path);  // .tnb

// An ONNX file is imported, simplified and its layers named; a NAME.json is read as it is.
// What the importer did that a user should know: a dynamic batch taken as 1, nodes left out.
void print_notes(const Graph& graph, const Console& console);
Graph load_network(const ModelOptions& options, const PassObserver& observer = {});
Graph load_network(const std::string& model);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The `.quantize` table (formats.md §4): v1 and v2 are read, v2 is written, keys "@<lid>:<tensor>".
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct QuantizeTable {
  int version = 2;
  std::vector<std::string> order;               // keys in file order
  std::map<std::string, Quantization> entries;  // "@conv1_4:out0", "@conv1_4:weight", "@conv1_4:bias"
  std::map<std::string, std::string>
      customized;  // customized_quantize_layers: lid -> "dynamic_fixed_point-i16"
};

QuantizeTable read_quantize_table(const std::filesystem::path& path);
void write_quantize_table(const std::filesystem::path& path, const QuantizeTable& table);

// Puts the table's parameters on the graph's values. Problems: an activation, weight or bias without entry,
// an entry that names no tensor of the graph (nearest match), bias scale != input scale * weight scale (1e-5
// relative).
void apply_table(Graph& graph, const QuantizeTable& table, const std::string& table_name);
QuantizeTable table_of(const Graph& graph);  // from a quantized graph

// "@lid:out0" for an activation, "@lid:weight" / "@lid:bias" for a constant input, "@input_lid:out0" for
// graph inputs.
std::string table_key(const Graph& graph, ValueId value);

}  // namespace trireme

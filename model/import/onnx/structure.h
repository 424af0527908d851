// SPDX-License-Identifier: Apache-2.0
// How the nodes of a model hang together by the names of their values.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/import/import.h"

namespace trireme {

struct OnnxStructure {
  std::vector<std::string> node_names;  // as in the file; unnamed ones get OpType_index, doubles a suffix
  std::vector<std::string> inputs;      // after cutting, without initializers
  std::vector<std::string> outputs;
  std::vector<int> order;                 // the nodes to import, sources first
  std::unordered_set<std::string> used;   // values that a node or an output takes
  std::unordered_set<std::string> names;  // of all values
  std::unordered_map<std::string, const onnx::TensorProto*> initializers;
  std::unordered_map<std::string, const onnx::ValueInfoProto*> infos;  // declared types, inputs included
};

// Collects: values produced twice or by nobody, cycles, unknown names to cut at. `where` begins every
// message.
OnnxStructure analyse_structure(const onnx::GraphProto& graph, const ImportOptions& options,
                                const std::string& where, Problems& problems);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// A step of the host as text: one operator with its attributes, the types of its operands, and the rule it
// computes by. JSON, attributes in the spelling of NAME.json, so that a binary shows what the host is asked
// to do.
#pragma once

#include "model/graph/graph.h"
#include "support/files.h"

namespace trireme {

struct HostStep {
  Graph graph;  // one node; its values have shapes, types and quantization, and no data
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
};

Bytes encode_host_step(const Graph& graph, const Node& node, RequantRule rule, Ties ties);
// Error with `where`: not JSON, unknown operator or attribute, shapes that do not fit the operator.
HostStep decode_host_step(const Bytes& bytes, const std::string& where);

}  // namespace trireme

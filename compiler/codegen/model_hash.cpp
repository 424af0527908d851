// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/codegen.h"
#include "model/graph/operators.h"
#include "support/files.h"

namespace trireme {

std::string model_hash(const Graph& graph) {
  std::string text = dump(graph);
  for (const Value& value : graph.values) {
    text += value.name + " " + to_string(value.shape) + " " + to_string(value.quantization);
    if (value.constant) text += " " + sha256_hex(value.constant->bytes);
    text += "\n";
  }
  return sha256_hex(text.data(), text.size());
}

}  // namespace trireme

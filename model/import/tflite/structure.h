// SPDX-License-Identifier: Apache-2.0
// How the operators of a model hang together by their tensors.
#pragma once

#include <string>
#include <vector>

#include "model/import/import.h"
#include "model/import/tflite/node_reader.h"

namespace trireme {

struct TfliteStructure {
  std::vector<std::uint32_t> inputs, outputs;  // tensors, after cutting
  std::vector<std::uint32_t> order;            // operators to import, sources first
  std::vector<std::uint32_t> dead;             // operators that no output depends on
};

// "conv1": after its first output; operators have no names of their own.
std::string tflite_operator_label(const TfliteImport& import, std::uint32_t index);

// Collects: indices out of range, tensors that are read before they are computed or computed twice, unknown
// names to cut at. Fills roles, readers and is_output of `import`.
TfliteStructure analyse_structure(TfliteImport& import, const ImportOptions& options,
                                  const std::string& where, Problems& problems);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/sequence.h"

namespace trireme {

std::optional<PpuSequence> ppu_sequence(const Graph& graph, const Node& node, const Chip& chip) {
  struct Row {
    const char* op;
    PpuSequenceGenerator generate;
  };
  constexpr Row kRows[] = {{"lstm", lstm_sequence},
                           {"gru", gru_sequence},
                           {"rnn", rnn_sequence},
                           {"dynamic_quantize", dynamic_quantize_sequence}};
  for (const Row& row : kRows) {
    if (node.op == row.op) return row.generate(graph, node, chip);
  }
  return std::nullopt;
}

}  // namespace trireme

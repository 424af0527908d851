// SPDX-License-Identifier: Apache-2.0
// Operators that take several programs: what one leaves in scratch memory the next one reads.
#pragma once

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

struct PpuSequence {
  std::vector<PpuKernel> kernels;      // in the order they run
  std::vector<std::uint32_t> scratch;  // bytes, by the index of addresses of scratch kinds
};

// The kernels of a node; nothing if there are none for it.
std::optional<PpuSequence> ppu_sequence(const Graph& graph, const Node& node, const Chip& chip);

// Inside ppu_kernels only: generators, and scratch as an operand of float32.
using PpuSequenceGenerator = std::optional<PpuSequence> (*)(const Graph& graph, const Node& node,
                                                            const Chip& chip);
std::optional<PpuSequence> lstm_sequence(const Graph& graph, const Node& node, const Chip& chip);
std::optional<PpuSequence> gru_sequence(const Graph& graph, const Node& node, const Chip& chip);
std::optional<PpuSequence> rnn_sequence(const Graph& graph, const Node& node, const Chip& chip);
std::optional<PpuSequence> dynamic_quantize_sequence(const Graph& graph, const Node& node, const Chip& chip);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Values of an NNE job: convolution, requantization, pooling. Operands come from memory, weights out of the
// decoder.
#pragma once

#include <vector>

#include "isa/chip.h"
#include "sim/memory/operands.h"

namespace trireme {

struct NneOperands {
  Bytes input;
  Bytes input2;  // add   // codes, [channel][row][x]
  Bytes stream;  // coded coefficients
  std::vector<std::int64_t> bias;
  std::vector<Requantizer> requantizers;  // one, or one an output channel
  Bytes table;                            // of the activation
};

NneOperands read_operands(const NneJob& job, OperandReader& reader);
Bytes compute(const NneJob& job, const NneOperands& operands, const NneConfig& nne, const std::string& where);

}  // namespace trireme

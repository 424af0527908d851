// SPDX-License-Identifier: Apache-2.0
// Values of a TP job: pooling, transposition, table look-up, fully connected, copy, reshuffle.
#pragma once

#include <vector>

#include "sim/memory/operands.h"

namespace trireme {

struct TpOperands {
  Bytes input;
  Bytes table;  // look-up codes or the coded coefficients
  std::vector<std::int64_t> bias;
  std::vector<Requantizer> requantizers;
};

TpOperands read_operands(const TpJob& job, OperandReader& reader);
// A reshuffle's elements, in the order of its loops, to their places.
void scatter(const TpJob& job, const Bytes& elements, MemoryImage& memory);
Bytes compute(const TpJob& job, const TpOperands& operands, const std::string& where);

}  // namespace trireme

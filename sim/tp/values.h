// SPDX-License-Identifier: Apache-2.0
// Values of a TP job: pooling, transposition, table look-up, fully connected, copy.
#pragma once

#include <vector>

#include "sim/memory/operands.h"

namespace trireme {

struct TpOperands {
  Bytes input;
  Bytes table;  // look-up codes or the coded coefficients
  std::vector<std::int32_t> bias;
  std::vector<Requantizer> requantizers;
};

TpOperands read_operands(const TpJob& job, OperandReader& reader);
Bytes compute(const TpJob& job, const TpOperands& operands, const std::string& where);

}  // namespace trireme

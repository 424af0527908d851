// SPDX-License-Identifier: Apache-2.0
// Inside sim/tp only: local response normalization over channels.
#pragma once

#include "sim/arithmetic/codes.h"

namespace trireme {

// What dequantize, the operator and quantize make of the codes (LrnParameters, docs/isa.md §3.3).
Codes normalize(const TpJob& job, const Codes& input);

}  // namespace trireme

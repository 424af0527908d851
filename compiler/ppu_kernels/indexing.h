// SPDX-License-Identifier: Apache-2.0
// Inside ppu_kernels only: indices that are data.
#pragma once

#include "compiler/ppu_kernels/operand.h"

namespace trireme {

// The index at `address` of an axis of `size`, from the end if negative.
Reg load_index(PpuBuilder& b, const PpuOperand& indices, const Reg& address, std::int64_t size,
               std::int64_t offset = 0);

}  // namespace trireme

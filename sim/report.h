// SPDX-License-Identifier: Apache-2.0
// From the units' books to the run record.
#pragma once

#include "sim/npu.h"
#include "traces/run_record.h"

namespace trireme {

RunRecord make_record(RunContext& context, const Npu& npu, Cycle total);

}  // namespace trireme

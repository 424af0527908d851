// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// Fills the waits of every layer: each job after all earlier ones that touch the same bytes, when one of the
// two writes. Waits that follow from others are left out; no job has more than kMaxWaits.
void order_jobs(Plan& plan);

}  // namespace trireme

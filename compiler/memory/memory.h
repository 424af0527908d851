// SPDX-License-Identifier: Apache-2.0
// Where everything lies and who waits for whom.
#pragma once

#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"

namespace trireme {

constexpr Address kDramBase = 0x00100000;  // below lies what a driver keeps for itself
constexpr std::int64_t kAlignment = 64;    // the engines' address unit (hardware.md §2.1)

// Addresses for constants, feature maps and caches, then the waits that make every order of jobs the events
// allow touch the bytes as the list order does. Error if a memory is full.
void plan_memory(Plan& plan, const Chip& chip, const CompileOptions& options);

}  // namespace trireme

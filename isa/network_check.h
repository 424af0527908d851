// SPDX-License-Identifier: Apache-2.0
// Inside isa only: the parts of check() of network_binary.h.
#pragma once

#include <string>

#include "isa/network_binary.h"
#include "support/error.h"

namespace trireme {

// Sizes, limits and address ranges of one job's descriptor.
void check_job(const Job& job, const NetworkBinary& binary, const Chip& chip, const std::string& where,
               Problems& problems);
// Every event has one job that signals it, and the command stream runs to its end.
void check_events(const NetworkBinary& binary, const std::string& where, Problems& problems);

}  // namespace trireme

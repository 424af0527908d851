// SPDX-License-Identifier: Apache-2.0
// Operators of the sets before 7, which is the oldest the importers are written by: many have meant the same
// all along.
#pragma once

#include <cstdint>
#include <string>

namespace trireme {

constexpr std::int64_t kOldestOpset = 7;

// Whether a node of the operator set `opset` < 7 means what it means in set 7.
bool means_the_same(const std::string& op_type, std::int64_t opset);

}  // namespace trireme

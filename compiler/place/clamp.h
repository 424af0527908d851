// SPDX-License-Identifier: Apache-2.0
// Activations that are a clamp of codes: relu and relun.
#pragma once

#include <optional>

#include "compiler/plan/views.h"

namespace trireme {

// The codes of `to`, of 8 or 16 bits, that the activation lets pass; nothing for one that is no clamp.
std::optional<CodeRange> clamp_of(const Node& node, const Quantization& to, RequantRule rule);

}  // namespace trireme

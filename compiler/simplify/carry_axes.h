// SPDX-License-Identifier: Apache-2.0
// What becomes of an operator when its inputs lose a permute: its attributes speak of the axes before it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

using Permutation = std::vector<std::int64_t>;  // output axis i is input axis perm[i]

Permutation inverse(const Permutation& perm);
bool is_identity(const Permutation& perm);
// Axes longer than 1 stay in order: a permute that moves no data.
bool keeps_order(const Permutation& perm, const Shape& input);

struct CarriedNode {
  std::any attributes;
  Permutation output;  // of what the node then gives to what it gave before
};

// For the operator on inputs without their common permute `perm`; nothing if it has an axis order of its own
// or bits would change. All inputs have the rank of `perm`, or broadcast to it.
std::optional<CarriedNode> carry(const Node& node, const Permutation& perm);

}  // namespace trireme

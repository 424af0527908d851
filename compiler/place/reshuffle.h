// SPDX-License-Identifier: Apache-2.0
// Inside compiler/place only: moves of elements by the TP's address generator, as nested loops.
#pragma once

#include <optional>
#include <vector>

#include "compiler/place/families.h"

namespace trireme {

struct MoveLoop {
  std::int64_t count;
  std::int64_t input_stride, output_stride;  // elements
};

// From element `input_offset` of `input` to element `output_offset` of `output`; loops outermost first, any
// number. With `scratch` the elements go there, and `output` only says how they are stored.
struct Move {
  ValueId input, output;
  std::int64_t input_offset = 0, output_offset = 0;
  std::vector<MoveLoop> loops;
  std::optional<StorageRef> scratch = {};
};

// Every element of a dense tensor of shape `out` from one of shape `in` that is broadcast to it: repeated
// elements are read again, stride 0.
std::vector<MoveLoop> repeating_loops(const Shape& in, const Shape& out);

// As few jobs as the loops allow: neighbours that continue each other become one, loops beyond what a
// descriptor has become jobs of their own. Both values are stored in elements of the same size.
void add_moves(Placement& placement, const Move& move);
// The same loops write one element everywhere.
void add_fill(Placement& placement, ValueId output, double real);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "model/graph/graph.h"

namespace trireme {

// How often an image_resize repeats every element, an axis; nothing if it does anything else.
std::optional<Shape> repeats_of_resize(const Graph& graph, const Node& node);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/import/tflite/node_reader.h"

namespace trireme {

// Negative axes count from the end; complains and leaves unless -rank <= axis < rank.
std::int64_t checked_axis(TfliteNode& node, std::int64_t axis, std::size_t rank);

}  // namespace trireme

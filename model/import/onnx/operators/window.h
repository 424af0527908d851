// SPDX-License-Identifier: Apache-2.0
// The attributes of sliding windows that Conv, MaxPool and AveragePool share.
#pragma once

#include "model/import/onnx/node_reader.h"

namespace trireme {

struct OnnxWindow {
  Window window;  // without the pads of automatic padding, which need the size of the map
  bool has_kernel = false;
  std::string auto_pad = "NOTSET";
};

// Complains about lists of a wrong length and values out of range.
OnnxWindow read_window(OnnxNode& node);
// With the pads of SAME_UPPER and SAME_LOWER for a map of this size.
Window resolve_pads(const OnnxWindow& read, std::int64_t height, std::int64_t width);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The attributes of sliding windows that Conv, MaxPool and AveragePool share.
#pragma once

#include "model/import/onnx/node_reader.h"

namespace trireme {

struct OnnxWindow {
  Window window;               // without the pads of automatic padding, which need the size of the map
  Window depth;                // of three dimensions the first one, in its rows
  std::size_t dimensions = 0;  // that the attributes tell; 0: none does
  bool has_kernel = false;
  std::string auto_pad = "NOTSET";
};

// One dimension is the columns of a map with one row. Complains about lists that differ in their number of
// dimensions, more than three of them, and values out of range.
OnnxWindow read_window(OnnxNode& node);
// Leaves the node, with a complaint, unless data [n,c,…] and window have the same number of dimensions, at
// most `most`.
void require_dimensions(OnnxNode& node, const OnnxWindow& read, const Shape& data, std::size_t most);
// With the pads of SAME_UPPER and SAME_LOWER for a map of this size.
Window resolve_pads(const OnnxWindow& read, std::int64_t height, std::int64_t width);

// [n,c,w] -> [n,c,1,w], by a reshape in front; four dimensions as they are.
ValueId as_map(OnnxNode& node, ValueId id, const std::string& suffix);
// The result of an operator on maps; without the rows that as_map() gave `data`.
void map_result(OnnxNode& node, std::size_t data_rank, std::string op, std::any attributes,
                std::vector<ValueId> inputs);

}  // namespace trireme

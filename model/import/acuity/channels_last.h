// SPDX-License-Identifier: Apache-2.0
// Layers of [n,h,w,c] files whose operators are [n,c,…] in the graph: permutes around them, of which those
// are left out that the next layer would undo.
#pragma once

#include <map>

#include "model/import/acuity/loader.h"

namespace trireme {

struct ChannelsLast {
  Graph& graph;
  std::map<ValueId, ValueId> first = {};  // of values of the file: the same with its channels second
};

// Whether the layer works on data with channels second: such as is, or is to be, turned.
bool works_on_channels_second(const ChannelsLast& c, const LayerFormat& format, const Node& node);
// In front of the layer: its data is turned.
void turn_inputs(ChannelsLast& c, LayerSteps& steps);
// Behind it, when it has been read: its results, of as many axes, are turned back.
void turn_results(ChannelsLast& c, LayerSteps& steps, std::size_t rank);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/channels_last.h"

namespace trireme {
namespace {

PermuteAttributes to_second(std::size_t rank) {  // [n,…,c] to [n,c,…]
  PermuteAttributes a{{0, static_cast<std::int64_t>(rank) - 1}};
  for (std::size_t axis = 1; axis + 1 < rank; ++axis) a.perm.push_back(static_cast<std::int64_t>(axis));
  return a;
}

PermuteAttributes to_last(std::size_t rank) {
  PermuteAttributes a{{0}};
  for (std::size_t axis = 2; axis < rank; ++axis) a.perm.push_back(static_cast<std::int64_t>(axis));
  a.perm.push_back(1);
  return a;
}

// Turned once, for all layers that need it.
ValueId turned(ChannelsLast& c, LayerSteps& steps, std::size_t index) {
  const ValueId id = steps.node.inputs[index];
  const auto found = c.first.find(id);
  if (found != c.first.end()) return found->second;
  const ValueId made = steps.step("/in" + (index == 0 ? "" : std::to_string(index)), "permute",
                                  to_second(c.graph.values[id].shape.size()), {id});
  c.graph.values[made].quantization = c.graph.values[id].quantization;
  return c.first[id] = made;
}

bool has_axes_between(const Value& value) { return value.shape.size() > 2; }

}  // namespace

bool works_on_channels_second(const ChannelsLast& c, const LayerFormat& format, const Node& node) {
  if (node.inputs.empty() || node.inputs[0] == kNone) return false;
  if (format.channels == Channels::followed) return c.first.count(node.inputs[0]) != 0;
  return format.channels == Channels::second && has_axes_between(c.graph.values[node.inputs[0]]);
}

void turn_inputs(ChannelsLast& c, LayerSteps& steps) {
  for (std::size_t i = 0; i < steps.node.inputs.size(); ++i) {
    const ValueId id = steps.node.inputs[i];
    if (id == kNone || !has_axes_between(c.graph.values[id])) continue;
    if (i > 0 && c.graph.values[id].constant != nullptr) continue;  // weights are in order already
    steps.node.inputs[i] = turned(c, steps, i);
  }
}

void turn_results(ChannelsLast& c, LayerSteps& steps, std::size_t rank) {
  for (std::size_t port = 0; port < steps.results.size(); ++port)
    c.first[steps.results[port]] = steps.then(port, "/second", "permute", to_last(rank));
}

}  // namespace trireme

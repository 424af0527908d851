// SPDX-License-Identifier: Apache-2.0
#include "model/graph/topology.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace trireme {
namespace {

using Items = std::vector<std::uint32_t>;

// Every unordered item has an unordered predecessor. Following the first one of each must run into a cycle,
// and cycles of such a one-successor graph share no item, so a walk that meets an older walk's trail can
// stop.
std::vector<Items> find_cycles(const std::vector<Items>& predecessors, const std::vector<bool>& ordered) {
  std::vector<Items> cycles;
  std::vector<std::uint32_t> walk_of(predecessors.size(), 0);  // 0: not visited
  std::uint32_t walk = 0;
  for (std::uint32_t start = 0; start < predecessors.size(); ++start) {
    if (ordered[start] || walk_of[start] != 0) continue;
    ++walk;
    Items trail;
    std::uint32_t item = start;
    while (walk_of[item] == 0) {
      walk_of[item] = walk;
      trail.push_back(item);
      item = *std::find_if(predecessors[item].begin(), predecessors[item].end(),
                           [&](std::uint32_t before) { return !ordered[before]; });
    }
    if (walk_of[item] != walk) continue;
    Items cycle(std::find(trail.begin(), trail.end(), item), trail.end());
    std::reverse(cycle.begin(), cycle.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    cycles.push_back(std::move(cycle));
  }
  return cycles;
}

}  // namespace

Topology topological_order(const std::vector<Items>& predecessors) {
  std::vector<Items> successors(predecessors.size());
  Items waiting_for(predecessors.size(), 0);
  for (std::uint32_t item = 0; item < predecessors.size(); ++item) {
    for (const std::uint32_t before : predecessors[item]) successors[before].push_back(item);
    waiting_for[item] = static_cast<std::uint32_t>(predecessors[item].size());
  }
  std::priority_queue<std::uint32_t, Items, std::greater<>> ready;
  for (std::uint32_t item = 0; item < predecessors.size(); ++item) {
    if (waiting_for[item] == 0) ready.push(item);
  }

  Topology result;
  std::vector<bool> ordered(predecessors.size(), false);
  while (!ready.empty()) {
    const std::uint32_t item = ready.top();
    ready.pop();
    ordered[item] = true;
    result.order.push_back(item);
    for (const std::uint32_t after : successors[item]) {
      if (--waiting_for[after] == 0) ready.push(after);
    }
  }
  if (result.order.size() < predecessors.size()) result.cycles = find_cycles(predecessors, ordered);
  return result;
}

}  // namespace trireme

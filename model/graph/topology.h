// SPDX-License-Identifier: Apache-2.0
// Topological order of numbered items, without recursion: graphs come from files.
#pragma once

#include <cstdint>
#include <vector>

namespace trireme {

struct Topology {
  std::vector<std::uint32_t> order;  // sources first; among ready items the smallest number first
  std::vector<std::vector<std::uint32_t>> cycles;  // each in the direction of the edges; items behind one are
                                                   // in neither list
};

// `predecessors[i]` are the items that must come before item i; duplicates are allowed.
Topology topological_order(const std::vector<std::vector<std::uint32_t>>& predecessors);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// How to run; part of simulate.h, so no SystemC here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace trireme {

struct SimulateOptions {
  bool data = true;  // false: --no-data, timing only
  bool time = true;  // false: --no-time, values only (every duration is zero)
  bool dump_layers = false;
  bool timeline = true;
  bool reverse_construction = false;  // build the units in reverse order: must change nothing (design §5)
  std::function<void(std::size_t done, std::size_t total, const std::string& layer, std::uint64_t cycle)>
      progress;
};

}  // namespace trireme

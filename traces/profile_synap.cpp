// SPDX-License-Identifier: Apache-2.0
// The layer table of SyNAP's drivers, column for column (formats.md §9.5), so that scripts which read it go
// on working. Cycles and times are the exclusive ones: they add up to the inference.
#include <fmt/format.h>

#include <cmath>

#include "traces/run_folder.h"

namespace trireme {

namespace {

std::string row(std::size_t index, std::uint64_t cycles, std::int64_t microseconds, const Traffic& bytes,
                const std::string& engine, const std::string& name) {
  return fmt::format("| {:>3} | {:>8} | {:>7} | {:>7} | {:>7} | {:>2} | {}\n", index, cycles, microseconds,
                     bytes.ddr_read, bytes.ddr_write, engine, name);
}

}  // namespace

std::string profile_synap(const Profile& profile) {
  std::string rows;
  std::vector<std::string> merged;
  std::size_t index = 0;
  for (const LayerProfile& layer : profile.layers) {
    const auto microseconds = std::llround(profile.microseconds(layer.exclusive_cycles));
    rows += row(index++, layer.exclusive_cycles, microseconds, layer.traffic, layer.engine, layer.name);
    merged.insert(merged.end(), layer.merged.begin(), layer.merged.end());
  }
  for (const std::string& lid : merged) rows += row(index++, 0, 0, {}, "--", lid);

  const auto total = std::llround(profile.total_microseconds());
  const std::string header = fmt::format(
      "pid: 0, nid: 1, inference_count: 1, inference_time: {}, inference_last: {}, iobuf_count: {}, "
      "iobuf_size: {}, "
      "layers: {}\n",
      total, total, profile.io_buffers, profile.io_bytes, index);
  return header + "| lyr |    cycle | time_us | byte_rd | byte_wr | ot | name\n" + rows;
}

}  // namespace trireme

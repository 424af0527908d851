// SPDX-License-Identifier: Apache-2.0
#include "timing/requests.h"

#include <algorithm>

#include "timing/roofline.h"

namespace trireme {

namespace {

// Not exact where the pins take no whole number of bytes a cycle: rounded down, at least one.
std::int64_t dram_bytes_per_cycle(const Chip& chip) {
  return std::max<std::int64_t>(peak_dram_bytes_per_second(chip) / chip.clock_hz, 1);
}

// Bursts over AXI.
struct Path {
  std::int64_t width, address_cycles;
};
Path path_to(Memory memory, const Chip& chip) {
  if (memory == Memory::dram) return {chip.axi.bytes_per_cycle, chip.dram.address_cycles};
  return {std::min(chip.axi_sram.bytes_per_cycle, chip.axi.bytes_per_cycle), 1};
}

std::int64_t burst_cycles(std::int64_t bytes, const Path& path) {
  return bytes == 0 ? 0 : std::max(ceil_div(bytes, path.width), path.address_cycles);
}

void add(MemoryLoad& load, const Requests& requests, Memory memory) {
  load.bytes[static_cast<int>(memory)] += requests.runs * requests.bytes;
}

}  // namespace

Requests requests_of_window(const TensorView& view, std::int64_t width, std::int64_t height,
                            std::int64_t channels, std::int64_t gap) {
  const std::int64_t row = width * bytes_of(static_cast<DataType>(view.dtype));
  if (height > 1 && view.row_stride - row >= gap) return {height * channels, row};
  const std::int64_t plane = (height - 1) * std::int64_t{view.row_stride} + row;
  if (channels > 1 && view.plane_stride - plane >= gap) return {channels, plane};
  return {1, (channels - 1) * std::int64_t{view.plane_stride} + plane};
}

Cycle path_cycles(const Requests& requests, Memory memory, const Chip& chip) {
  if (memory == Memory::vip_sram)
    return static_cast<Cycle>(requests.runs * ceil_div(requests.bytes, chip.vip_sram.bytes_per_cycle));
  const Path path = path_to(memory, chip);
  const std::int64_t burst = chip.axi.burst_bytes;
  const std::int64_t whole = requests.bytes / burst * burst_cycles(burst, path);
  return static_cast<Cycle>(requests.runs * (whole + burst_cycles(requests.bytes % burst, path)));
}

void add_read(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip) {
  load.read[static_cast<int>(memory)] += path_cycles(requests, memory, chip);
  add(load, requests, memory);
}

void add_written(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip) {
  load.written[static_cast<int>(memory)] += path_cycles(requests, memory, chip);
  add(load, requests, memory);
}

Cycle busy_cycles(const MemoryLoad& load, Memory memory, const Chip& chip) {
  const int m = static_cast<int>(memory);
  const Cycle longer = std::max(load.read[m], load.written[m]), both = load.read[m] + load.written[m];
  if (memory == Memory::vip_sram) return chip.vip_sram.ports > 1 ? longer : both;
  const bool shared = memory == Memory::dram || chip.axi_sram.ports == 1;
  const std::int64_t rate =
      memory == Memory::dram ? dram_bytes_per_cycle(chip) : chip.axi_sram.bytes_per_cycle;
  return shared ? std::max(longer, static_cast<Cycle>(ceil_div(load.bytes[m], rate))) : longer;
}

Cycle busy_cycles(const MemoryLoad& load, const Chip& chip) {
  Cycle busiest = 0;
  for (const Memory memory : {Memory::dram, Memory::axi_sram, Memory::vip_sram})
    busiest = std::max(busiest, busy_cycles(load, memory, chip));
  return busiest;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "timing/requests.h"

#include <algorithm>
#include <numeric>

#include "timing/roofline.h"

namespace trireme {

namespace {

// Not exact where the pins take no whole number of bytes a cycle: rounded down, at least one.
std::int64_t dram_bytes_per_cycle(const Chip& chip) {
  return std::max<std::int64_t>(peak_dram_bytes_per_second(chip) / chip.clock_hz, 1);
}

// Bursts over AXI.
struct Path {
  std::int64_t width, address_cycles, latency, outstanding;
};
Path path_to(Memory memory, const Chip& chip) {
  const auto latency = static_cast<std::int64_t>(latency_cycles(memory, chip));
  if (memory == Memory::axi_sram)
    return {std::min(chip.axi_sram.bytes_per_cycle, chip.axi.bytes_per_cycle), 1, latency,
            chip.axi.max_outstanding};
  const bool in_order = chip.dram.model == DramModel::in_order;
  return {chip.axi.bytes_per_cycle, chip.dram.address_cycles, latency,
          in_order ? std::min(chip.axi.max_outstanding, chip.dram.queue_bursts) : chip.axi.max_outstanding};
}

// Pieces at multiples of `size` bytes (bursts, beats) that all runs touch. Starts are spread over `apart`
// bytes from each other up to a piece: the sum of ceil((first + k apart + bytes) / size) over k is
// floor((first + bytes + size - 1) / apart), by Hermite's identity.
std::int64_t touched(const Requests& requests, std::int64_t size) {
  const std::int64_t step = std::gcd(requests.apart, size), first = requests.first % step;
  const std::int64_t of_all_starts = (first + requests.bytes + size - 1) / step;
  return ceil_div(requests.runs * of_all_starts * step, size);
}

// Beats and addresses, each of which takes `address_cycles`.
std::int64_t stream_cycles(const Requests& requests, const Path& path, std::int64_t burst) {
  return std::max(touched(requests, path.width), touched(requests, burst) * path.address_cycles);
}

// No more bursts than may be outstanding come in the time of one.
std::int64_t window_cycles(const Requests& requests, const Path& path, std::int64_t burst) {
  return ceil_div(touched(requests, burst) * path.latency, path.outstanding);
}

// Of whole beats behind AXI.
std::int64_t moved_bytes(const Requests& requests, Memory memory, const Chip& chip) {
  const std::int64_t beat = memory == Memory::vip_sram ? 1 : chip.axi.bytes_per_cycle;
  return touched(requests, beat) * beat;
}

void add(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip) {
  if (requests.runs == 0 || requests.bytes == 0) return;
  load.bytes[static_cast<int>(memory)] += moved_bytes(requests, memory, chip);
}

}  // namespace

Requests requests_of_window(const TensorView& view, const MapWindow& window, std::int64_t gap) {
  const std::int64_t element = bytes_of(static_cast<DataType>(view.dtype));
  const std::int64_t row_stride = view.row_stride, plane_stride = view.plane_stride;
  const std::int64_t first = view.address + window.y * row_stride + window.x * element;
  const std::int64_t row = window.width * element, rows = window.height, channels = window.channels;
  if (rows > 1 && row_stride - row >= gap)
    return {rows * channels, row, first, std::gcd(row_stride, channels > 1 ? plane_stride : 0)};
  const std::int64_t plane = (rows - 1) * row_stride + row;
  if (channels > 1 && plane_stride - plane >= gap) return {channels, plane, first, plane_stride};
  return {1, (channels - 1) * plane_stride + plane, first};
}

Requests requests_of_map(const TensorView& view, std::int64_t gap) {
  return requests_of_window(view, {0, 0, view.width, view.height, view.channels}, gap);
}

namespace {

// The path's own direction, whatever the pins behind it let through: of a stream that never waits for its
// memory, and of one that does where the window of outstanding bursts is full.
struct DirectionCycles {
  Cycle stream = 0, window = 0;
};
DirectionCycles direction_cycles(const Requests& requests, Memory memory, const Chip& chip) {
  if (requests.runs == 0 || requests.bytes == 0) return {};
  if (memory == Memory::vip_sram)
    return {static_cast<Cycle>(requests.runs * ceil_div(requests.bytes, chip.vip_sram.bytes_per_cycle)), 0};
  const Path path = path_to(memory, chip);
  return {static_cast<Cycle>(stream_cycles(requests, path, chip.axi.burst_bytes)),
          static_cast<Cycle>(window_cycles(requests, path, chip.axi.burst_bytes))};
}

Cycle busy_of(const DirectionCycles& cycles) { return std::max(cycles.stream, cycles.window); }

Cycle path_cycles(const DirectionCycles& cycles, const Requests& requests, Memory memory, const Chip& chip,
                  std::int64_t fetches) {
  Cycle moved = cycles.stream;
  if (memory == Memory::dram && moved > 0) {
    const std::int64_t bytes = moved_bytes(requests, memory, chip);
    moved = std::max(moved, static_cast<Cycle>(ceil_div(bytes, dram_bytes_per_cycle(chip))));
  }
  const Cycle waits = static_cast<Cycle>(fetches) * latency_cycles(memory, chip);
  return std::max(moved + waits, cycles.window);
}

}  // namespace

Cycle path_cycles(const Requests& requests, Memory memory, const Chip& chip, std::int64_t fetches) {
  return path_cycles(direction_cycles(requests, memory, chip), requests, memory, chip, fetches);
}

Cycle latency_cycles(Memory memory, const Chip& chip) {
  if (memory == Memory::vip_sram) return static_cast<Cycle>(chip.vip_sram.latency_cycles);
  if (memory == Memory::axi_sram) return static_cast<Cycle>(chip.axi_sram.latency_cycles);
  return cycles_of_ps(chip.dram.path_latency_ps + chip.dram.trcd_ps + chip.dram.tcl_ps, chip.clock_hz);
}

void add_read(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip) {
  load.read[static_cast<int>(memory)] += busy_of(direction_cycles(requests, memory, chip));
  add(load, requests, memory, chip);
}

Cycle read_cycles(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip,
                  std::int64_t fetches) {
  const DirectionCycles cycles = direction_cycles(requests, memory, chip);
  load.read[static_cast<int>(memory)] += busy_of(cycles);
  add(load, requests, memory, chip);
  return path_cycles(cycles, requests, memory, chip, fetches);
}

void add_written(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip) {
  load.written[static_cast<int>(memory)] += busy_of(direction_cycles(requests, memory, chip));
  add(load, requests, memory, chip);
}

void add(MemoryLoad& load, const MemoryLoad& more) {
  for (int m = 0; m < kMemories; ++m) {
    load.read[m] += more.read[m];
    load.written[m] += more.written[m];
    load.bytes[m] += more.bytes[m];
  }
}

Cycle busy_cycles(const MemoryLoad& load, Memory memory, const Chip& chip) {
  const int m = static_cast<int>(memory);
  const Cycle longer = std::max(load.read[m], load.written[m]), both = load.read[m] + load.written[m];
  if (memory == Memory::vip_sram) return chip.vip_sram.ports > 1 ? longer : both;
  if (load.bytes[m] == 0) return longer;
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

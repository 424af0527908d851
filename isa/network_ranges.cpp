// SPDX-License-Identifier: Apache-2.0
#include "isa/network_ranges.h"

#include <fmt/format.h>

#include <algorithm>

namespace trireme {

// From the first to the last byte that is touched; every factor has at most 32 bits, so 64 hold the sum's
// terms.
ByteRange range_of(const TensorView& view) {
  if (view.width == 0 || view.height == 0 || view.channels == 0) return {view.address, view.address};
  const std::uint64_t planes = std::uint64_t{view.plane_stride} * (view.channels - 1);
  const std::uint64_t rows = std::uint64_t{view.row_stride} * (view.height - 1u);
  const std::uint64_t row =
      std::uint64_t{view.width} * static_cast<unsigned>(bytes_of(static_cast<DataType>(view.dtype)));
  // Beyond 32 bits it is outside anyway; cut so that the sum cannot wrap.
  constexpr std::uint64_t far = std::uint64_t{1} << 40;
  return {view.address, view.address + std::min(planes, far) + std::min(rows, far) + row};
}

std::string outside_memory(const ByteRange& range, const Chip& chip) {
  const std::string shown = fmt::format("0x{:x} to 0x{:x}", range.begin, range.end);
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;
  const Memory memory = range.begin < kEnd ? memory_of(static_cast<Address>(range.begin)) : Memory::vip_sram;
  if (memory == Memory::dram) {
    const auto size = static_cast<std::uint64_t>(chip.dram.bytes);
    return range.end <= size ? "" : fmt::format("{} is beyond the {} bytes of DRAM", shown, size);
  }
  const bool axi = memory == Memory::axi_sram;
  const SramConfig& sram = axi ? chip.axi_sram : chip.vip_sram;
  const std::uint64_t base = axi ? kAxiSramBase : kVipSramBase;
  const std::uint64_t first = base + static_cast<std::uint64_t>(sram.reserved_bytes);
  const std::uint64_t last = base + static_cast<std::uint64_t>(sram.bytes);
  if (range.begin >= first && range.end <= last) return "";
  return fmt::format("{} is not in the {} from 0x{:x} to 0x{:x}", shown, name_of(memory), first, last);
}

}  // namespace trireme

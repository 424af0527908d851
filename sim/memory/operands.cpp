// SPDX-License-Identifier: Apache-2.0
#include "sim/memory/operands.h"

namespace trireme {

int element_bytes(const TensorView& view) { return bytes_of(static_cast<DataType>(view.dtype)); }

std::uint64_t elements_of(const TensorView& view) {
  return std::uint64_t{view.width} * view.height * view.channels;
}

Bytes OperandReader::bytes(Address address, std::uint64_t count, const std::string& what) {
  Bytes data(count);
  const auto hole = image_.read(address, data.data(), count);
  if (hole) checker_.unwritten(who_, what, *hole, now_);
  return data;
}

Bytes OperandReader::tensor(const TensorView& view, const std::string& what) {
  Bytes dense;
  dense.reserve(elements_of(view) * static_cast<std::uint64_t>(element_bytes(view)));
  for (const AddressRange& range : ranges_of(view)) {
    const Bytes part = bytes(range.address, range.bytes, what);
    dense.insert(dense.end(), part.begin(), part.end());
  }
  return dense;
}

void write_tensor(MemoryImage& image, const TensorView& view, const Bytes& dense) {
  std::uint64_t offset = 0;
  for (const AddressRange& range : ranges_of(view)) {
    image.write(range.address, dense.data() + offset, range.bytes);
    offset += range.bytes;
  }
  if (offset != dense.size()) internal_error("result size does not fit the output view");
}

std::vector<AddressRange> ranges_of(const TensorView& view) {
  std::vector<AddressRange> ranges;
  append_ranges(view, {0, 0, 0, view.width, view.height, view.channels}, ranges);
  return ranges;
}

std::vector<AddressRange> ranges_of(const OperandRange (&operands)[kOperandRanges],
                                    OperandRange::Access access) {
  std::vector<AddressRange> ranges;
  for (const OperandRange& operand : operands) {
    if (operand.access == access) ranges.push_back({operand.address, operand.bytes});
  }
  return ranges;
}

void append_ranges(const TensorView& view, const ViewWindow& window, std::vector<AddressRange>& ranges) {
  const int element = element_bytes(view);
  const auto row_bytes = static_cast<std::uint64_t>(window.width * element);
  if (row_bytes == 0) return;
  for (std::int64_t c = window.c; c < window.c + window.channels; ++c) {
    for (std::int64_t y = window.y; y < window.y + window.height; ++y) {
      const auto address = static_cast<Address>(view.address + c * view.plane_stride + y * view.row_stride +
                                                window.x * element);
      if (!ranges.empty() && ranges.back().address + ranges.back().bytes == address) {
        ranges.back().bytes += row_bytes;
      } else {
        ranges.push_back({address, row_bytes});
      }
    }
  }
}

}  // namespace trireme

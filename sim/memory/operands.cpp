// SPDX-License-Identifier: Apache-2.0
#include "sim/memory/operands.h"

namespace trireme {

int element_bytes(const TensorView& view) { return bytes_of(static_cast<DataType>(view.dtype)); }

std::uint64_t elements_of(const TensorView& view) {
  return std::uint64_t{view.width} * view.height * view.channels;
}

void OperandReader::read(const AddressRange& range, std::uint8_t* data, const std::string& what) {
  const auto hole = image_.read(range.address, data, range.bytes);
  if (hole) checker_.unwritten(who_, what, *hole, now_);
}

Bytes OperandReader::bytes(Address address, std::uint64_t count, const std::string& what) {
  Bytes data(count);
  read({address, count}, data.data(), what);
  return data;
}

Bytes OperandReader::tensor(const TensorView& view, const std::string& what) {
  Bytes dense(elements_of(view) * static_cast<std::uint64_t>(element_bytes(view)));
  std::uint8_t* to = dense.data();
  for (const AddressRange& range : ranges_of(view)) {
    read(range, to, what);
    to += range.bytes;
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

namespace {
void add_range(const AddressRange& range, std::vector<AddressRange>& ranges) {
  if (!ranges.empty() && ranges.back().address + ranges.back().bytes == range.address) {
    ranges.back().bytes += range.bytes;
  } else {
    ranges.push_back(range);
  }
}
}  // namespace

void append_ranges(const TensorView& view, const ViewWindow& window, std::vector<AddressRange>& ranges) {
  const int element = element_bytes(view);
  const auto row_bytes = static_cast<std::uint64_t>(window.width * element);
  if (row_bytes == 0 || window.height < 1) return;
  const auto first =
      static_cast<std::int64_t>(view.address) + window.y * view.row_stride + window.x * element;
  const bool whole_rows = row_bytes == view.row_stride;  // a plane's rows are one range then
  for (std::int64_t c = window.c; c < window.c + window.channels; ++c) {
    const std::int64_t plane = first + c * view.plane_stride;
    if (whole_rows) {
      add_range({static_cast<Address>(plane), row_bytes * static_cast<std::uint64_t>(window.height)}, ranges);
      continue;
    }
    for (std::int64_t y = 0; y < window.height; ++y)
      add_range({static_cast<Address>(plane + y * view.row_stride), row_bytes}, ranges);
  }
}

}  // namespace trireme

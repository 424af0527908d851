// SPDX-License-Identifier: Apache-2.0
// Engines' access to memory: tensors are read when a job starts and written when it finishes.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "sim/memory/checker.h"
#include "sim/memory/image.h"

namespace trireme {

// Reads for one job; every read of bytes nobody wrote becomes a finding.
class OperandReader {
 public:
  OperandReader(const MemoryImage& image, MemoryChecker& checker, std::string who, Cycle now)
      : image_(image), checker_(checker), who_(std::move(who)), now_(now) {}
  Bytes bytes(Address address, std::uint64_t count, const std::string& what);
  // The tensor's elements, dense [channel][row][x].
  Bytes tensor(const TensorView& view, const std::string& what);
  // One a channel: 32 bits, or 64 for wide sums.
  template <typename Weighted>
  std::vector<std::int64_t> biases(const Weighted& job) {
    if (has_wide_sums(job.input, job.weight_dtype))
      return array<std::int64_t>(job.bias, job.output.channels, "its bias");
    const auto narrow = array<std::int32_t>(job.bias, job.output.channels, "its bias");
    return {narrow.begin(), narrow.end()};
  }
  template <typename T>
  std::vector<T> array(Address address, std::uint64_t count, const std::string& what) {
    const Bytes raw = bytes(address, count * sizeof(T), what);
    std::vector<T> values(count);
    std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }

 private:
  void read(const AddressRange& range, std::uint8_t* data, const std::string& what);

  const MemoryImage& image_;
  MemoryChecker& checker_;
  std::string who_;
  Cycle now_;
};

void write_tensor(MemoryImage& image, const TensorView& view, const Bytes& dense);

// Bytes of one element, elements in all, and the byte ranges a view covers (adjacent rows and planes merged).
int element_bytes(const TensorView& view);
std::uint64_t elements_of(const TensorView& view);
std::vector<AddressRange> ranges_of(const TensorView& view);
// The bias of every channel.
template <typename Weighted>
AddressRange bias_range(const Weighted& job) {
  const auto bytes = static_cast<std::uint64_t>(bias_bytes(job.input, job.weight_dtype));
  return {job.bias, bytes * job.output.channels};
}
// The ranges of a window of a view: columns x.., rows y.., channels c...
struct ViewWindow {
  std::int64_t x, y, c, width, height, channels;
};
// The ranges of a PPU or host job that it may read, or write.
std::vector<AddressRange> ranges_of(const OperandRange (&operands)[kOperandRanges],
                                    OperandRange::Access access);
// The bytes one side of a reshuffle touches: what its loops visit, adjacent elements merged.
std::vector<AddressRange> input_ranges_of(const TpJob& reshuffle);
std::vector<AddressRange> output_ranges_of(const TpJob& reshuffle);
void append_ranges(const TensorView& view, const ViewWindow& window, std::vector<AddressRange>& ranges);

}  // namespace trireme

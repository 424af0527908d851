// SPDX-License-Identifier: Apache-2.0
// The bytes of DRAM and on-chip SRAM as the engines see them, and which of them were ever written.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "isa/job.h"

namespace trireme {

class MemoryImage {
 public:
  void write(Address address, const void* data, std::uint64_t bytes);
  // Copies the bytes (zero where never written) and returns the first address that was never written, if any.
  std::optional<Address> read(Address address, void* data, std::uint64_t bytes) const;

 private:
  static constexpr std::uint64_t kPageBytes = 1 << 16;
  struct Page {
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(kPageBytes);
    std::vector<std::uint8_t> written =
        std::vector<std::uint8_t>(kPageBytes);  // 1 a byte: memset and memchr speed
  };
  std::unordered_map<std::uint64_t, Page> pages_;
};

}  // namespace trireme

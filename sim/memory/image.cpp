// SPDX-License-Identifier: Apache-2.0
#include "sim/memory/image.h"

#include <algorithm>
#include <cstring>

namespace trireme {

void MemoryImage::write(Address address, const void* data, std::uint64_t bytes) {
  const auto* source = static_cast<const std::uint8_t*>(data);
  std::uint64_t at = address;
  while (bytes > 0) {
    const std::uint64_t offset = at % kPageBytes;
    const std::uint64_t count = std::min(bytes, kPageBytes - offset);
    Page& page = pages_[at / kPageBytes];
    std::memcpy(page.bytes.data() + offset, source, count);
    std::memset(page.written.data() + offset, 1, count);
    source += count;
    at += count;
    bytes -= count;
  }
}

std::optional<Address> MemoryImage::read(Address address, void* data, std::uint64_t bytes) const {
  auto* target = static_cast<std::uint8_t*>(data);
  std::optional<Address> unwritten;
  std::uint64_t at = address;
  while (bytes > 0) {
    const std::uint64_t offset = at % kPageBytes;
    const std::uint64_t count = std::min(bytes, kPageBytes - offset);
    const auto found = pages_.find(at / kPageBytes);
    if (found == pages_.end()) {
      std::memset(target, 0, count);
      if (!unwritten) unwritten = static_cast<Address>(at);
    } else {
      const Page& page = found->second;
      std::memcpy(target, page.bytes.data() + offset, count);
      const void* hole = std::memchr(page.written.data() + offset, 0, count);
      if (hole != nullptr && !unwritten) {
        const auto distance = static_cast<const std::uint8_t*>(hole) - page.written.data();
        unwritten = static_cast<Address>(at - offset + static_cast<std::uint64_t>(distance));
      }
    }
    target += count;
    at += count;
    bytes -= count;
  }
  return unwritten;
}

}  // namespace trireme

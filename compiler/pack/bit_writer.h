// SPDX-License-Identifier: Apache-2.0
// Bits into bytes, most significant first.
#pragma once

#include <cstdint>

#include "support/files.h"

namespace trireme {

class BitWriter {
 public:
  void put(std::uint32_t value, int bits) {
    for (int bit = bits - 1; bit >= 0; --bit) {
      if (count_ % 8 == 0) bytes_.push_back(0);
      if ((value >> bit & 1U) != 0)
        bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | 0x80U >> count_ % 8);
      ++count_;
    }
  }
  std::uint64_t bits() const { return count_; }
  const Bytes& bytes() const { return bytes_; }  // the last one filled up with zeros

 private:
  Bytes bytes_;
  std::uint64_t count_ = 0;
};

}  // namespace trireme

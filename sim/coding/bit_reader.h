// SPDX-License-Identifier: Apache-2.0
// Bits most significant first. Reading past the end gives zeros and is noticed by the caller through
// position().
#pragma once

#include <cstdint>

namespace trireme {

class BitReader {
 public:
  BitReader(const std::uint8_t* data, std::uint64_t bits) : data_(data), bits_(bits) {}
  // At most 25, so that they lie in four bytes wherever they begin.
  std::uint32_t peek(int count) const {
    if (count == 0) return 0;
    std::uint32_t value = 0;
    const std::uint64_t first = position_ / 8, bytes = (bits_ + 7) / 8;
    for (std::uint64_t i = first; i < first + 4; ++i) value = value << 8 | (i < bytes ? data_[i] : 0U);
    return value << (position_ % 8) >> (32 - count);
  }
  // The next 57 bits or more, from the top of the word.
  std::uint64_t window() const {
    std::uint64_t value = 0;
    const std::uint64_t first = position_ / 8, bytes = (bits_ + 7) / 8;
    if (first + 8 <= bytes) {  // a constant number of bytes, which compilers read at once
      for (std::uint64_t i = 0; i < 8; ++i) value = value << 8 | data_[first + i];
    } else {
      for (std::uint64_t i = first; i < first + 8; ++i) value = value << 8 | (i < bytes ? data_[i] : 0U);
    }
    return value << (position_ % 8);
  }
  void skip(int count) { position_ += static_cast<std::uint64_t>(count); }
  std::uint32_t take(int count) {
    const std::uint32_t value = peek(count);
    skip(count);
    return value;
  }
  std::uint64_t position() const { return position_; }
  bool past_end() const { return position_ > bits_; }
  bool at_end() const { return position_ == bits_; }

 private:
  const std::uint8_t* data_;
  std::uint64_t bits_, position_ = 0;
};

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace trireme::test {

namespace {

std::uint32_t word(const Bytes& bytes, std::size_t at) {
  return bytes.at(at) | static_cast<std::uint32_t>(bytes.at(at + 1)) << 8 |
         static_cast<std::uint32_t>(bytes.at(at + 2)) << 16 |
         static_cast<std::uint32_t>(bytes.at(at + 3)) << 24;
}

// Bits from a byte offset on, as characters '0' and '1'.
std::string bits_from(const Bytes& bytes, std::size_t at, std::size_t count) {
  std::string bits;
  for (std::size_t i = 0; i < count; ++i) bits += (bytes.at(at + i / 8) >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  return bits;
}

class Reader {
 public:
  explicit Reader(std::string bits) : bits_(std::move(bits)) {}
  int take(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = 2 * value + (bits_.at(at_++) == '1' ? 1 : 0);
    return value;
  }
  bool take_if(const std::string& prefix) {
    if (bits_.compare(at_, prefix.size(), prefix) != 0) return false;
    at_ += prefix.size();
    return true;
  }
  bool at_end() const { return at_ == bits_.size(); }

 private:
  std::string bits_;
  std::size_t at_ = 0;
};

int residual(Reader& reader, const Bytes& header) {
  const std::string prefixes[8] = {"00", "10", "111", "110", "011", "0101", "01001", "01000"};
  int rank = 0;
  while (rank < 8 && !reader.take_if(prefixes[rank])) ++rank;
  int category = 0;
  while (category < 8 && header.at(4 + static_cast<std::size_t>(category)) != rank) ++category;
  if (category == 0) return 0;
  if (category == 7) return reader.take(header.at(2));  // modulo its width like everything below
  const bool negative = reader.take(1) == 1;
  const int magnitude = (1 << (category - 1)) + reader.take(static_cast<std::size_t>(category - 1));
  return negative ? -magnitude : magnitude;
}

// Kernels [first, first + count) of one core, all superblocks.
struct Core {
  int first, count;
};

void decode_huffman(Reader& reader, const Bytes& bytes, const NneShape& shape, const Core& core,
                    Words& codes) {
  const bool depthwise = (bytes.at(3) & 1) != 0;
  const int per_kernel = shape.per_kernel(), blocks = (per_kernel + 8) / 9;
  const int mask = bytes.at(2) == 8 ? 0xFF : 0xFFFF;
  const auto block = [&](int kernel, int b) {
    for (int i = b * 9; i < b * 9 + 9; ++i) {
      const auto code = static_cast<std::uint16_t>((residual(reader, bytes) + shape.zero_point) & mask);
      if (i < per_kernel)
        codes[static_cast<std::size_t>((core.first + kernel) * per_kernel + i)] = code;
      else
        EXPECT_EQ(code, shape.zero_point) << "padding";
    }
  };
  for (int s = 0; s < shape.superblocks; ++s) {
    const int from = s * shape.kernels_per_core, to = std::min(from + shape.kernels_per_core, core.count);
    if (depthwise) {
      for (int k = from; k < to; ++k)
        for (int b = 0; b < blocks; ++b) block(k, b);
    } else {
      for (int b = 0; b < blocks; ++b)
        for (int k = from; k < to; ++k) block(k, b);
    }
  }
}

// Where each weight comes in its superblock: weights in the order of these keys.
std::array<int, 8> key_of(const NneShape& shape, bool depthwise, int kernel, int c, int y, int x) {
  const int size = shape.height * shape.width;
  if (depthwise || shape.channels == 1 || (size == 1 && shape.kernels <= 8)) return {kernel, c, y, x};
  if (size == 1) return {c / 6, kernel, c};
  const bool in_block = y / 2 * 2 + 1 < shape.height && x / 3 * 3 + 2 < shape.width;
  if (in_block) return {c, kernel, 0, y / 2, x / 3, y, x};
  return {c, kernel, 1, y, x};
}

void decode_zero_runs(Reader& reader, const Bytes& bytes, const NneShape& shape, const Core& core,
                      Words& codes) {
  const bool depthwise = (bytes.at(3) & 1) != 0;
  const int run_bits = reader.take(8);
  EXPECT_EQ(reader.take(16), core.count);
  for (int s = 0; s < shape.superblocks; ++s) {
    const int from = s * shape.kernels_per_core, to = std::min(from + shape.kernels_per_core, core.count);
    std::vector<std::pair<std::array<int, 8>, int>> order;
    for (int i = from * shape.per_kernel(); i < to * shape.per_kernel(); ++i) {
      const int x = i % shape.width, y = i / shape.width % shape.height;
      const int c = i / (shape.width * shape.height) % shape.channels, k = i / shape.per_kernel();
      order.emplace_back(key_of(shape, depthwise, k, c, y, x), core.first * shape.per_kernel() + i);
    }
    std::sort(order.begin(), order.end());
    auto next = order.begin();
    while (next != order.end()) {
      for (int run = reader.take(static_cast<std::size_t>(run_bits)); run > 0; --run)
        codes.at(static_cast<std::size_t>((next++)->second)) = static_cast<std::uint16_t>(shape.zero_point);
      if (next == order.end()) {
        ADD_FAILURE() << "a run leaves its superblock";
        return;
      }
      codes.at(static_cast<std::size_t>((next++)->second)) =
          static_cast<std::uint16_t>(reader.take(bytes.at(2)));
    }
  }
}

}  // namespace

Words decode_nne(const Bytes& bytes, const NneShape& shape) {
  const int cores = bytes.at(1);
  const bool zero_run = (bytes.at(3) & 2) != 0;
  Words codes(static_cast<std::size_t>(shape.kernels) * static_cast<std::size_t>(shape.per_kernel()));
  std::size_t at = (static_cast<std::size_t>(12 + 4 * cores) + 63) / 64 * 64;
  Core core{};
  for (int n = 0; n < cores; ++n) {
    const std::size_t stream_bits = word(bytes, 12 + 4 * static_cast<std::size_t>(n));
    Reader reader(bits_from(bytes, at, stream_bits));
    at = (at + (stream_bits + 7) / 8 + 63) / 64 * 64;
    core.count = shape.kernels / cores + (n < shape.kernels % cores ? 1 : 0);
    if (zero_run) {
      decode_zero_runs(reader, bytes, shape, core, codes);
    } else {
      decode_huffman(reader, bytes, shape, core, codes);
    }
    EXPECT_TRUE(reader.at_end()) << "core " << n;
    core.first += core.count;
  }
  EXPECT_EQ(at, bytes.size());
  return codes;
}

Words decode_tp(const Bytes& bytes, int zero_point) {
  const auto run_bits = static_cast<std::size_t>(bytes.at(1));
  const std::size_t inputs = word(bytes, 4), outputs = word(bytes, 8);
  Reader reader(bits_from(bytes, 16, word(bytes, 12)));
  Words codes;
  for (std::size_t row = 1; row <= outputs; ++row) {
    while (codes.size() < row * inputs) {
      codes.insert(codes.end(), static_cast<std::size_t>(reader.take(run_bits)),
                   static_cast<std::uint16_t>(zero_point));
      codes.push_back(static_cast<std::uint16_t>(reader.take(bytes.at(2))));
    }
    EXPECT_EQ(codes.size(), row * inputs) << "a row ends inside a pair";
  }
  EXPECT_TRUE(reader.at_end());
  return codes;
}

}  // namespace trireme::test

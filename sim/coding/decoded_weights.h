// SPDX-License-Identifier: Apache-2.0
// Inside sim/coding: what the decoders fill, and the two ways to fill it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/coefficients.h"
#include "sim/coding/bit_reader.h"
#include "support/error.h"

namespace trireme {

// Weights of 1 or 2 bytes, low byte first.
struct DecodedWeights {
  DecodedWeights(std::size_t count, int bits, std::uint16_t zero)
      : bytes_each(static_cast<std::size_t>(bits / 8)), zero_point(zero), bytes(count * bytes_each) {}

  void set(std::size_t i, std::uint32_t word) {
    bytes[i * bytes_each] = static_cast<std::uint8_t>(word);
    if (bytes_each == 2) bytes[2 * i + 1] = static_cast<std::uint8_t>(word >> 8);
  }
  void clear() {  // all zero, for streams of which runs are skipped
    for (std::size_t i = 0; i < bytes.size() / bytes_each; ++i) set(i, zero_point);
  }
  int bits() const { return static_cast<int>(8 * bytes_each); }

  std::size_t bytes_each;
  std::uint16_t zero_point;
  std::vector<std::uint8_t> bytes;
};

// The kernels one core convolves with, as the job says.
struct CoreKernels {
  std::int64_t channels, height, width;  // of a kernel as it is coded
  int first, count, at_once, in_layer;
  bool depthwise;
  int groups;  // more than 1: a kernel's weights outside of its group are zero and not kept

  std::int64_t plane() const { return height * width; }
  std::int64_t weights() const { return channels * plane(); }
  std::int64_t kept() const { return weights() / groups; }
  // Where weight `i` of kernel `kernel` of the layer is kept; -1: nowhere.
  std::int64_t place(std::int64_t kernel, std::int64_t i) const {
    const std::int64_t first_of_group = kernel / (in_layer / groups) * kept();
    const std::int64_t own = i - first_of_group;
    return own < 0 || own >= kept() ? -1 : kernel * kept() + own;
  }
};

// A weight of a grouped layer. Error if one that is not kept is not zero.
inline void keep(const CoreKernels& kernels, std::int64_t kernel, std::int64_t i, std::uint32_t word,
                 DecodedWeights& codes, const std::string& where) {
  const std::int64_t place = kernels.place(kernel, i);
  if (place >= 0) return codes.set(static_cast<std::size_t>(place), word);
  const std::uint32_t bits = (1U << codes.bits()) - 1;  // a zero point below zero has more
  if (((word ^ codes.zero_point) & bits) != 0)
    throw Error(where, "a kernel has weights outside of its group");
}

// One core's stream. Error for a stream that does not say what its header says.
void decode_zero_runs(BitReader& reader, int max_run_bits, const CoreKernels& kernels, DecodedWeights& codes,
                      const std::string& where);

// `count` weights of zero runs; place(i) is where the i-th belongs in `codes`.
template <typename Place>
void read_zero_runs(BitReader& reader, int run_bits, std::size_t count, DecodedWeights& codes,
                    const std::string& where, Place place) {
  for (std::size_t at = 0; at < count; ++at) {
    for (std::uint32_t run = reader.take(run_bits); run > 0; --run, ++at) {
      if (at + 1 >= count) throw Error(where, "a run of zeros leaves the weights it belongs to");
      codes.set(place(at), codes.zero_point);
    }
    codes.set(place(at), reader.take(codes.bits()));
    if (reader.past_end()) throw Error(where, "coefficient stream ends inside its weights");
  }
}

}  // namespace trireme

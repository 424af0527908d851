// SPDX-License-Identifier: Apache-2.0
// TP coefficient stream of a fully connected layer: isa/coefficients.h is the specification.
#include <algorithm>
#include <cstring>
#include <limits>

#include "compiler/pack/zero_runs.h"

namespace trireme {

namespace {

constexpr std::uint8_t kVersion = 1;

Words row_of(const TpWeights& weights, std::int64_t row) {
  Words words(static_cast<std::size_t>(weights.inputs));
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = weights.codes.word(row * weights.inputs + static_cast<std::int64_t>(i));
  return words;
}

}  // namespace

Bytes encode_tp_coefficients(const TpWeights& weights, int max_zrl_bits) {
  // 1. The width of the run field with the shortest stream.
  ZeroRuns runs(weights.codes.zero_point, weights.codes.bits());
  for (std::int64_t row = 0; row < weights.outputs; ++row) runs.count(row_of(weights, row));
  const int zrl_bits = runs.cheapest_width(max_zrl_bits);
  if (runs.bits(zrl_bits) > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    throw Error("", "its coefficients take more than 512 MiB", "split the layer");
  }
  // 2. The stream.
  BitWriter stream;
  for (std::int64_t row = 0; row < weights.outputs; ++row) {
    runs.write(row_of(weights, row), zrl_bits, stream);
  }
  // 3. Header before it.
  TpCoefficientHeader header{};
  header.version = kVersion;
  header.zrl_bits = static_cast<std::uint8_t>(zrl_bits);
  header.weight_bits = static_cast<std::uint8_t>(weights.codes.bits());
  header.inputs = static_cast<std::uint32_t>(weights.inputs);
  header.outputs = static_cast<std::uint32_t>(weights.outputs);
  header.stream_bits = static_cast<std::uint32_t>(stream.bits());
  Bytes bytes(sizeof header + stream.bytes().size());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy(stream.bytes().begin(), stream.bytes().end(), bytes.begin() + sizeof header);
  return bytes;
}

}  // namespace trireme

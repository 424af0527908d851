// SPDX-License-Identifier: Apache-2.0
// TP coefficient stream of a fully connected layer: isa/coefficients.h is the specification. After each run
// field comes a weight code as it is. Zeros that end a row are coded as a run one shorter, closed by the zero
// point itself.
#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

#include "compiler/pack/bit_writer.h"
#include "compiler/pack/coefficients.h"
#include "isa/coefficients.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

constexpr std::uint8_t kVersion = 1;

// Calls visit(run, value) for each pair of the stream when a run counts at most `max_run`.
template <typename Visit>
void for_each_pair(const TpWeights& weights, std::int64_t max_run, Visit visit) {
  for (std::int64_t row = 0; row < weights.outputs; ++row) {
    const std::uint8_t* codes = weights.codes + row * weights.inputs * weights.weight_bytes;
    std::int64_t run = 0;
    for (std::int64_t i = 0; i < weights.inputs; ++i) {
      const bool must_end = run == max_run || i + 1 == weights.inputs;
      const std::uint16_t code = code_at(codes, i, weights.weight_bytes);
      if (code == weights.zero_point && !must_end) {
        ++run;
        continue;
      }
      visit(run, code);
      run = 0;
    }
  }
}

// How often each length of zero run precedes a value, and ends a row.
struct Runs {
  std::map<std::int64_t, std::int64_t> before_value, at_end;
};

Runs runs_of(const TpWeights& weights) {
  Runs runs;
  for (std::int64_t row = 0; row < weights.outputs; ++row) {
    const std::uint8_t* codes = weights.codes + row * weights.inputs * weights.weight_bytes;
    std::int64_t run = 0;
    for (std::int64_t i = 0; i < weights.inputs; ++i) {
      if (code_at(codes, i, weights.weight_bytes) == weights.zero_point) {
        ++run;
      } else {
        ++runs.before_value[run];
        run = 0;
      }
    }
    if (run > 0) ++runs.at_end[run];
  }
  return runs;
}

// Pairs a coding with `bits` run bits needs: a pair covers 2^bits weights at most.
std::int64_t stream_bits(const Runs& runs, int bits, int weight_bits) {
  const std::int64_t reach = std::int64_t{1} << bits;
  std::int64_t pairs = 0;
  for (const auto& [run, times] : runs.before_value) pairs += (run / reach + 1) * times;
  for (const auto& [run, times] : runs.at_end) pairs += ceil_div(run, reach) * times;
  return pairs * (bits + weight_bits);
}

}  // namespace

Bytes encode_tp_coefficients(const TpWeights& weights, int max_zrl_bits) {
  // 1. The width of the run field with the shortest stream, the smaller one of two equal.
  const Runs runs = runs_of(weights);
  const int weight_bits = 8 * weights.weight_bytes;
  int zrl_bits = 0;
  for (int bits = 1; bits <= max_zrl_bits; ++bits) {
    if (stream_bits(runs, bits, weight_bits) < stream_bits(runs, zrl_bits, weight_bits)) zrl_bits = bits;
  }
  if (stream_bits(runs, zrl_bits, weight_bits) > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    throw Error("", "its coefficients take more than 512 MiB", "split the layer");
  }
  // 2. The stream.
  BitWriter stream;
  for_each_pair(weights, (std::int64_t{1} << zrl_bits) - 1, [&](std::int64_t run, std::uint16_t value) {
    stream.put(static_cast<std::uint32_t>(run), zrl_bits);
    stream.put(value, weight_bits);
  });
  // 3. Header before it.
  TpCoefficientHeader header{};
  header.version = kVersion;
  header.zrl_bits = static_cast<std::uint8_t>(zrl_bits);
  header.weight_bits = static_cast<std::uint8_t>(weight_bits);
  header.inputs = static_cast<std::uint32_t>(weights.inputs);
  header.outputs = static_cast<std::uint32_t>(weights.outputs);
  header.stream_bits = static_cast<std::uint32_t>(stream.bits());
  Bytes bytes(sizeof header + stream.bytes().size());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy(stream.bytes().begin(), stream.bytes().end(), bytes.begin() + sizeof header);
  return bytes;
}

}  // namespace trireme

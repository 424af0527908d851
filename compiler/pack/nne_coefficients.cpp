// SPDX-License-Identifier: Apache-2.0
// NNE coefficient stream of the V8 generation: isa/coefficients.h is the specification.
#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "compiler/pack/bit_writer.h"
#include "compiler/pack/coefficients.h"
#include "isa/coefficients.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

constexpr std::uint8_t kVersion = 1, kSymbolBits = 8, kDepthwiseFlag = 1;

// Calls visit(residual) for each symbol of a weight. Differences wrap to the weight's bits, as the decoder's
// sums do. One of 16 bits is a high half, rounded, and what is left: 256 high + low.
template <typename Visit>
void for_each_symbol(std::uint16_t code, const NneWeights& weights, Visit visit) {
  const auto difference = static_cast<std::int16_t>(static_cast<std::uint16_t>(code - weights.zero_point));
  const auto low = static_cast<std::int8_t>(static_cast<std::uint8_t>(difference));
  if (weights.weight_bytes == 2) visit(static_cast<std::int8_t>((difference - low) / 256));
  visit(low);
}

int category_of(std::int8_t r) {
  const int magnitude = r < 0 ? -r : r;
  int bits = 0;
  while (magnitude >> bits != 0) ++bits;
  return std::min(bits, kRawCategory);
}

// Calls visit(code) for each weight of one core's stream, padding included, in the order of the stream.
template <typename Visit>
void for_each_weight(const NneWeights& weights, const Chip& chip, int core, Visit visit) {
  const int block = chip.nne.coefficient_block;
  const std::int64_t blocks = ceil_div(weights.per_kernel, block);
  const int channels = static_cast<int>(weights.kernels);
  const int first = first_kernel_of_core(channels, chip.nne.cores, core);
  const int count = kernels_of_core(channels, chip.nne.cores, core);
  const auto visit_block = [&](int kernel, std::int64_t b) {
    const std::uint8_t* codes = weights.codes + kernel * weights.per_kernel * weights.weight_bytes;
    for (std::int64_t i = b * block; i < (b + 1) * block; ++i) {
      visit(i < weights.per_kernel ? code_at(codes, i, weights.weight_bytes) : weights.zero_point);
    }
  };
  for (int s = 0; s < weights.superblocks; ++s) {
    const int begin = std::min(s * weights.kernels_per_core, count);
    const int end = std::min((s + 1) * weights.kernels_per_core, count);
    if (weights.depthwise) {
      for (int k = begin; k < end; ++k) {
        for (std::int64_t b = 0; b < blocks; ++b) visit_block(first + k, b);
      }
    } else {
      for (std::int64_t b = 0; b < blocks; ++b) {
        for (int k = begin; k < end; ++k) visit_block(first + k, b);
      }
    }
  }
}

// Frequent categories get the short prefixes; ties by category number.
std::array<std::uint8_t, kCategories> symbol_map_of(const NneWeights& weights, const Chip& chip) {
  std::array<std::uint64_t, kCategories> histogram{};
  for (int core = 0; core < chip.nne.cores; ++core) {
    for_each_weight(weights, chip, core, [&](std::uint16_t code) {
      for_each_symbol(code, weights,
                      [&](std::int8_t r) { ++histogram[static_cast<std::size_t>(category_of(r))]; });
    });
  }
  std::array<std::uint8_t, kCategories> order{}, map{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return histogram[a] > histogram[b]; });
  for (std::size_t rank = 0; rank < order.size(); ++rank) map[order[rank]] = static_cast<std::uint8_t>(rank);
  return map;
}

void put_residual(BitWriter& stream, const std::array<std::uint8_t, kCategories>& map, std::int8_t r) {
  const int category = category_of(r);
  const PrefixCode prefix = kPrefixCodes[map[static_cast<std::size_t>(category)]];
  stream.put(prefix.bits, prefix.length);
  if (category == 0) return;
  if (category == kRawCategory) {
    stream.put(static_cast<std::uint8_t>(r), kSymbolBits);
    return;
  }
  stream.put(r < 0 ? 1 : 0, 1);
  stream.put(static_cast<std::uint32_t>(r < 0 ? -r : r), category - 1);  // the leading one is implied
}

}  // namespace

Bytes encode_nne_coefficients(const NneWeights& weights, const Chip& chip) {
  if (chip.nne.cores > kMaxNneCores) internal_error("more cores than a coefficient header has streams");
  CoefficientHeader header{};
  header.version = kVersion;
  header.cores = static_cast<std::uint8_t>(chip.nne.cores);
  header.weight_bits = static_cast<std::uint8_t>(8 * weights.weight_bytes);
  header.flags = weights.depthwise ? kDepthwiseFlag : 0;
  const auto map = symbol_map_of(weights, chip);
  std::copy(map.begin(), map.end(), header.symbol_map);
  Bytes bytes(sizeof header);
  for (int core = 0; core < chip.nne.cores; ++core) {
    BitWriter stream;
    for_each_weight(weights, chip, core, [&](std::uint16_t code) {
      for_each_symbol(code, weights, [&](std::int8_t r) { put_residual(stream, map, r); });
    });
    if (stream.bits() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error("", "the coefficients of one core take more than 512 MiB", "split the layer");
    }
    header.stream_bits[core] = static_cast<std::uint32_t>(stream.bits());
    bytes.insert(bytes.end(), stream.bytes().begin(), stream.bytes().end());
    bytes.resize(
        static_cast<std::size_t>(ceil_div(static_cast<std::int64_t>(bytes.size()), kStreamAlignment)) *
        kStreamAlignment);
  }
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "sim/coding/decoded_weights.h"
#include "support/error.h"

namespace trireme {

namespace {

using Places = std::vector<std::size_t>;

// One plane of `base`: full blocks of 2 x 3 first, then the columns to their right and the rows below, in the
// order of the rows.
void add_plane(const CoreKernels& kernels, std::int64_t base, Places& places) {
  const std::int64_t rows = kernels.height - kernels.height % kPlaneBlockRows;
  const std::int64_t columns = kernels.width - kernels.width % kPlaneBlockColumns;
  const auto add = [&](std::int64_t y, std::int64_t x) {
    places.push_back(static_cast<std::size_t>(base + y * kernels.width + x));
  };
  for (std::int64_t top = 0; top < rows; top += kPlaneBlockRows) {
    for (std::int64_t left = 0; left < columns; left += kPlaneBlockColumns) {
      for (std::int64_t y = top; y < top + kPlaneBlockRows; ++y) {
        for (std::int64_t x = left; x < left + kPlaneBlockColumns; ++x) add(y, x);
      }
    }
  }
  for (std::int64_t y = 0; y < kernels.height; ++y) {
    for (std::int64_t x = y < rows ? columns : 0; x < kernels.width; ++x) add(y, x);
  }
}

// Where the weights of kernels [begin, end) of the core belong, in the order of the stream.
Places places_of(const CoreKernels& kernels, int begin, int end) {
  const std::int64_t weights = kernels.weights(), plane = kernels.height * kernels.width;
  Places places;
  places.reserve(static_cast<std::size_t>((end - begin) * weights));
  const auto base = [&](int k) { return (kernels.first + k) * weights; };
  const auto add_flat = [&](int k, std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) places.push_back(static_cast<std::size_t>(base(k) + i));
  };
  if (kernels.depthwise || kernels.channels == 1 || (plane == 1 && kernels.in_layer <= kFewKernels)) {
    for (int k = begin; k < end; ++k) add_flat(k, 0, weights);
  } else if (plane == 1) {
    for (std::int64_t c = 0; c < weights; c += kChannelBlock) {
      for (int k = begin; k < end; ++k) add_flat(k, c, std::min(c + kChannelBlock, weights));
    }
  } else {
    for (std::int64_t c = 0; c < kernels.channels; ++c) {
      for (int k = begin; k < end; ++k) add_plane(kernels, base(k) + c * plane, places);
    }
  }
  return places;
}

// A weight's kernel, counted from the first of the superblock, and its place in the flattened kernel.
struct KernelWeight {
  std::int64_t kernel, i;
};

// The `at`-th weight of `at_once` kernels in the order of the stream.
KernelWeight weight_at(const CoreKernels& kernels, const Places& plane_order, std::int64_t at_once,
                       std::int64_t at) {
  const std::int64_t plane = kernels.plane();
  if (kernels.channels == 1 || (plane == 1 && kernels.in_layer <= kFewKernels))
    return {at / kernels.weights(), at % kernels.weights()};
  if (plane == 1) {
    const std::int64_t first = at / (kChannelBlock * at_once) * kChannelBlock;
    const std::int64_t in_block = std::min<std::int64_t>(kChannelBlock, kernels.channels - first);
    const std::int64_t rest = at - first * at_once;
    return {rest / in_block, first + rest % in_block};
  }
  const std::int64_t channel = at / (plane * at_once);
  const auto in_plane = static_cast<std::int64_t>(plane_order[static_cast<std::size_t>(at % plane)]);
  return {at / plane % at_once, channel * plane + in_plane};
}

// Kernels [begin, end) of a core whose layer has groups: most of their weights are zeros of other groups,
// which a run passes at once.
void decode_groups(BitReader& reader, int run_bits, const CoreKernels& kernels, int begin, int end,
                   DecodedWeights& codes, const std::string& where) {
  Places plane_order;
  add_plane(kernels, 0, plane_order);
  const std::int64_t count = (end - begin) * kernels.weights();
  for (std::int64_t at = 0; at < count; ++at) {
    at += reader.take(run_bits);
    if (at >= count) throw Error(where, "a run of zeros leaves the weights it belongs to");
    const std::uint32_t word = reader.take(codes.bits());
    if (reader.past_end()) throw Error(where, "coefficient stream ends inside its weights");
    const KernelWeight weight = weight_at(kernels, plane_order, end - begin, at);
    keep(kernels, kernels.first + begin + weight.kernel, weight.i, word, codes, where);
  }
}

}  // namespace

void decode_zero_runs(BitReader& reader, int max_run_bits, const CoreKernels& kernels, DecodedWeights& codes,
                      const std::string& where) {
  const auto run_bits = static_cast<int>(reader.take(kRunWidthBits));
  const auto count = static_cast<int>(reader.take(kKernelCountBits));
  if (run_bits > max_run_bits) {
    throw Error(where, fmt::format("run fields of {} bits in a coefficient stream", run_bits),
                fmt::format("the chip reads up to {}", max_run_bits));
  }
  if (count != kernels.count)
    throw Error(where, fmt::format("coefficient stream of {} kernels for {}", count, kernels.count));
  for (int begin = 0; begin < kernels.count; begin += kernels.at_once) {
    const int end = std::min(kernels.count, begin + kernels.at_once);
    if (kernels.groups > 1) {
      decode_groups(reader, run_bits, kernels, begin, end, codes, where);
      continue;
    }
    const Places places = places_of(kernels, begin, end);
    read_zero_runs(reader, run_bits, places.size(), codes, where, [&](std::size_t i) { return places[i]; });
  }
}

}  // namespace trireme

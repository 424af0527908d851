// SPDX-License-Identifier: Apache-2.0
// NNE coefficient streams in either coding: isa/coefficients.h is the specification.
#include <algorithm>
#include <cstring>
#include <limits>

#include "compiler/pack/huffman.h"
#include "compiler/pack/zero_runs.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

constexpr std::uint8_t kVersion = 1;

std::vector<BitWriter> huffman_streams(const NneWeights& weights, const Chip& chip,
                                       CoefficientHeader& header) {
  std::vector<CoreWeights> cores;
  for (int core = 0; core < chip.nne.cores; ++core) cores.push_back(in_huffman_order(weights, chip, core));
  const SymbolMap map = symbol_map_of(cores, weights.codes);
  std::copy(map.begin(), map.end(), header.symbol_map);
  std::vector<BitWriter> streams(cores.size());
  for (std::size_t core = 0; core < cores.size(); ++core) {
    for (const Words& superblock : cores[core]) put_huffman(superblock, weights.codes, map, streams[core]);
  }
  return streams;
}

std::vector<BitWriter> zero_run_streams(const NneWeights& weights, const Chip& chip,
                                        CoefficientHeader& header) {
  header.flags |= kZeroRunFlag;
  std::vector<BitWriter> streams(static_cast<std::size_t>(chip.nne.cores));
  for (int core = 0; core < chip.nne.cores; ++core) {
    const CoreWeights superblocks = in_zero_run_order(weights, chip, core);
    ZeroRuns runs(weights.codes.zero_point, weights.codes.bits());
    for (const Words& superblock : superblocks) runs.count(superblock);
    const int width = runs.cheapest_width(chip.nne.zrl_bits);
    const int kernels = kernels_of_core(static_cast<int>(weights.kernels), chip.nne.cores, core);
    BitWriter& stream = streams[static_cast<std::size_t>(core)];
    stream.put(static_cast<std::uint32_t>(width), kRunWidthBits);
    stream.put(static_cast<std::uint32_t>(kernels), kKernelCountBits);
    for (const Words& superblock : superblocks) runs.write(superblock, width, stream);
  }
  return streams;
}

}  // namespace

Bytes encode_nne_coefficients(const NneWeights& weights, const Chip& chip) {
  if (chip.nne.cores > kMaxNneCores) internal_error("more cores than a coefficient header has streams");
  CoefficientHeader header{};
  header.version = kVersion;
  header.cores = static_cast<std::uint8_t>(chip.nne.cores);
  header.weight_bits = static_cast<std::uint8_t>(weights.codes.bits());
  header.flags = weights.depthwise ? kDepthwiseFlag : 0;
  const bool zero_run = chip.nne.coefficient_coding == CoefficientCoding::zero_run;
  const std::vector<BitWriter> streams =
      zero_run ? zero_run_streams(weights, chip, header) : huffman_streams(weights, chip, header);
  Bytes bytes(header_bytes(chip.nne.cores));
  for (std::size_t core = 0; core < streams.size(); ++core) {
    const BitWriter& stream = streams[core];
    if (stream.bits() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error("", "the coefficients of one core take more than 512 MiB", "split the layer");
    }
    header.stream_bits[core] = static_cast<std::uint32_t>(stream.bits());
    bytes.insert(bytes.end(), stream.bytes().begin(), stream.bytes().end());
    bytes.resize(
        static_cast<std::size_t>(ceil_div(static_cast<std::int64_t>(bytes.size()), kStreamAlignment)) *
        kStreamAlignment);
  }
  std::memcpy(bytes.data(), &header, header_bytes(chip.nne.cores));
  return bytes;
}

std::uint32_t pairs_of_longest_stream(const Bytes& coefficients) {
  CoefficientHeader header{};
  std::memcpy(&header, coefficients.data(), std::min(sizeof header, coefficients.size()));
  if ((header.flags & kZeroRunFlag) == 0) return 0;
  std::uint32_t most = 0;
  std::size_t at = header_bytes(header.cores);
  for (int core = 0; core < header.cores; ++core) {
    const std::uint32_t bits = header.stream_bits[core];
    const std::uint32_t pair = std::uint32_t{coefficients.at(at)} + header.weight_bits;
    most = std::max(most, (bits - kRunWidthBits - kKernelCountBits) / pair);
    at +=
        static_cast<std::size_t>(ceil_div((std::int64_t{bits} + 7) / 8, kStreamAlignment)) * kStreamAlignment;
  }
  return most;
}

}  // namespace trireme

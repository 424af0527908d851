// SPDX-License-Identifier: Apache-2.0
#include "sim/coding/coefficient_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "sim/coding/decoded_weights.h"
#include "sim/coding/huffman.h"
#include "tensor/dtype.h"

namespace trireme {

namespace {

template <typename Header>
Header read_header(const Bytes& stream, std::size_t bytes, const std::string& where) {
  Header header{};
  if (stream.size() < bytes) throw Error(where, "coefficient stream is shorter than its header");
  std::memcpy(&header, stream.data(), bytes);
  return header;
}

// The width of the job's weights, if it is one that streams have.
bool has_width(std::uint8_t weight_bits, std::uint8_t weight_dtype) {
  return (weight_bits == 8 || weight_bits == 16) &&
         8 * bytes_of(static_cast<DataType>(weight_dtype)) == weight_bits;
}

CoreKernels kernels_of(const NneWeightLayout& layout, int core) {
  CoreKernels kernels{};
  kernels.depthwise = layout.depthwise;
  kernels.channels = layout.channels;
  kernels.groups = layout.groups;
  kernels.height = layout.height;
  kernels.width = layout.width;
  kernels.in_layer = layout.kernels;
  kernels.first = first_kernel_of_core(kernels.in_layer, layout.cores, core);
  kernels.count = kernels_of_core(kernels.in_layer, layout.cores, core);
  kernels.at_once = layout.at_once;
  return kernels;
}

void check_header(const CoefficientHeader& header, const NneWeightLayout& layout, const std::string& where) {
  const bool zero_run = layout.coding == CoefficientCoding::zero_run;
  const int flags = (layout.depthwise ? kDepthwiseFlag : 0) | (zero_run ? kZeroRunFlag : 0);
  if (header.version != 1 || header.cores != layout.cores || !has_width(header.weight_bits, layout.dtype) ||
      header.flags != flags) {
    throw Error(where, "coefficient header does not fit the job",
                fmt::format("version 1, {} coding, {} streams, weights of the job's type",
                            name_of(layout.coding), layout.cores));
  }
}

// Nothing is allocated that the stream could not fill: no weight takes less than a prefix of two bits, no
// pair of run and value covers more than 2^run bits weights.
void check_length(const CoefficientHeader& header, std::uint64_t weights, const NneWeightLayout& layout,
                  const std::string& where) {
  std::uint64_t bits = 0;
  for (int core = 0; core < layout.cores; ++core) bits += header.stream_bits[core];
  const std::uint64_t most =
      layout.coding == CoefficientCoding::zero_run ? bits / header.weight_bits << layout.zrl_bits : bits / 2;
  if (weights > most) throw Error(where, "coefficient stream is too short for its weights");
}

}  // namespace

NneWeightLayout weight_layout_of(const NneJob& job, const NneConfig& nne) {
  NneWeightLayout layout{};
  layout.depthwise = is(job, NneOperation::depthwise);
  layout.channels = layout.depthwise ? 1 : job.input.channels;
  layout.groups = layout.depthwise ? 1 : std::max<int>(job.groups, 1);
  layout.height = job.kernel_h;
  layout.width = job.kernel_w;
  layout.kernels = static_cast<int>(job.output.channels);
  layout.at_once = std::max<int>(job.kernels_per_core, 1);
  layout.dtype = job.weight_dtype;
  layout.zero_point = job.weight_zero_point;
  layout.coding = nne.coefficient_coding;
  layout.cores = nne.cores;
  layout.zrl_bits = nne.zrl_bits;
  return layout;
}

TpWeightLayout weight_layout_of(const TpJob& job) {
  return {std::uint64_t{job.input.width} * job.input.height * job.input.channels, job.output.channels,
          job.weight_dtype, job.weight_zero_point};
}

std::vector<std::uint8_t> decode_coefficients(const Bytes& stream, const NneWeightLayout& layout,
                                              const std::string& where) {
  const auto header = read_header<CoefficientHeader>(stream, header_bytes(layout.cores), where);
  check_header(header, layout, where);
  const CoreKernels layer = kernels_of(layout, 0);
  if (layer.in_layer % layer.groups != 0 || layer.channels % layer.groups != 0)
    throw Error(where, fmt::format("{} groups are not of one size", layer.groups));
  const auto all = static_cast<std::uint64_t>(layout.kernels);
  check_length(header, static_cast<std::uint64_t>(layer.weights()) * all, layout, where);
  DecodedWeights codes(static_cast<std::size_t>(layer.kept()) * all, header.weight_bits,
                       static_cast<std::uint16_t>(layout.zero_point));
  if (layer.groups > 1) codes.clear();
  std::optional<HuffmanDecoder> huffman;
  if (layout.coding == CoefficientCoding::huffman)
    huffman.emplace(header.symbol_map, codes.bits(), codes.zero_point, where);
  std::uint64_t offset = header_bytes(layout.cores);
  for (int core = 0; core < layout.cores; ++core) {
    const std::uint64_t bytes = (std::uint64_t{header.stream_bits[core]} + 7) / 8;
    if (offset > stream.size() || bytes > stream.size() - offset)
      throw Error(where, "coefficient stream ends inside a core's part");
    BitReader reader(stream.data() + offset, header.stream_bits[core]);
    const CoreKernels kernels = kernels_of(layout, core);
    if (huffman) {
      huffman->decode(reader, kernels, codes, where);
    } else {
      decode_zero_runs(reader, layout.zrl_bits, kernels, codes, where);
    }
    if (!reader.at_end())
      throw Error(where, fmt::format("coefficient stream of core {} has a wrong length", core));
    offset = (offset + bytes + kStreamAlignment - 1) / kStreamAlignment * kStreamAlignment;
  }
  return codes.bytes;
}

std::vector<std::uint8_t> decode_coefficients(const Bytes& stream, const TpWeightLayout& layout,
                                              const std::string& where) {
  const auto header = read_header<TpCoefficientHeader>(stream, sizeof(TpCoefficientHeader), where);
  const bool fits = header.version == 1 && has_width(header.weight_bits, layout.dtype) &&
                    header.zrl_bits <= kMaxRunBits && header.inputs == layout.inputs &&
                    header.outputs == layout.outputs;
  if (!fits) throw Error(where, "coefficient header does not fit the job");
  if ((std::uint64_t{header.stream_bits} + 7) / 8 + sizeof header > stream.size()) {
    throw Error(where, "coefficient stream ends early");
  }
  // Each pair of run and value covers 2^zrl_bits weights at most: nothing is allocated that the stream could
  // not fill.
  const std::uint64_t pairs = header.stream_bits / (std::uint64_t{header.zrl_bits} + header.weight_bits);
  const std::uint64_t inputs = layout.inputs;
  if (inputs * header.outputs > pairs << header.zrl_bits)
    throw Error(where, "coefficient stream is too short for its weights");
  BitReader reader(stream.data() + sizeof header, header.stream_bits);
  DecodedWeights codes(inputs * header.outputs, header.weight_bits,
                       static_cast<std::uint16_t>(layout.zero_point));
  for (std::uint64_t row = 0; row < header.outputs; ++row) {
    read_zero_runs(reader, header.zrl_bits, inputs, codes, where,
                   [&](std::size_t i) { return row * inputs + i; });
  }
  if (!reader.at_end()) throw Error(where, "coefficient stream has a wrong length");
  return codes.bytes;
}

}  // namespace trireme

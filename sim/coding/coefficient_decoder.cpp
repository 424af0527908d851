// SPDX-License-Identifier: Apache-2.0
#include "sim/coding/coefficient_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace trireme {

namespace {

constexpr int kWindow = 13;  // longest code: 5 prefix bits and 8 raw bits
constexpr int kBlock = 9;

// Bits most significant first. Reading past the end gives zeros and is noticed by the caller through
// position().
class BitReader {
 public:
  BitReader(const std::uint8_t* data, std::uint64_t bits) : data_(data), bits_(bits) {}
  std::uint32_t peek(int count) const {
    std::uint32_t value = 0;
    const std::uint64_t first = position_ / 8, bytes = (bits_ + 7) / 8;
    for (std::uint64_t i = first; i < first + 4; ++i) value = value << 8 | (i < bytes ? data_[i] : 0U);
    return value << (position_ % 8) >> (32 - count);
  }
  void skip(int count) { position_ += static_cast<std::uint64_t>(count); }
  std::uint64_t position() const { return position_; }
  bool past_end() const { return position_ > bits_; }

 private:
  const std::uint8_t* data_;
  std::uint64_t bits_, position_ = 0;
};

struct Entry {
  std::int8_t residual;
  std::uint8_t length;
};
using DecodeTable = std::array<Entry, std::size_t{1} << kWindow>;

std::int8_t residual_of(int category, std::uint32_t bits) {
  if (category == 0) return 0;
  if (category == kRawCategory) return static_cast<std::int8_t>(bits);
  const int magnitude_bits = category - 1;
  const int magnitude = (1 << magnitude_bits) | static_cast<int>(bits & ((1U << magnitude_bits) - 1));
  return static_cast<std::int8_t>((bits >> magnitude_bits & 1) != 0 ? -magnitude : magnitude);
}

int extra_bits(int category) { return category == 0 ? 0 : category == kRawCategory ? 8 : category; }

// Every window of 13 bits -> value and length: one look-up a weight.
void build_table(const std::uint8_t* symbol_map, DecodeTable& table) {
  for (int category = 0; category < kCategories; ++category) {
    const PrefixCode prefix = kPrefixCodes[symbol_map[category] % kCategories];
    const int extra = extra_bits(category), length = prefix.length + extra;
    for (std::uint32_t bits = 0; bits < 1U << extra; ++bits) {
      const std::uint32_t code = (std::uint32_t{prefix.bits} << extra | bits) << (kWindow - length);
      const Entry entry{residual_of(category, bits), static_cast<std::uint8_t>(length)};
      std::fill_n(table.begin() + code, std::size_t{1} << (kWindow - length), entry);
    }
  }
}

int weight_bytes(std::uint8_t dtype) { return bytes_of(static_cast<DataType>(dtype)); }

// A code of 8 or 16 bits, whatever lies above.
std::int16_t code_of(int bits, std::uint8_t dtype) {
  if (weight_bytes(dtype) == 2) return static_cast<std::int16_t>(static_cast<std::uint16_t>(bits));
  const auto byte = static_cast<std::uint8_t>(bits);
  return static_cast<DataType>(dtype) == DataType::int8 ? std::int16_t{static_cast<std::int8_t>(byte)}
                                                        : std::int16_t{byte};
}

struct KernelShape {
  std::int64_t weights;  // of one kernel
  bool depthwise;
};

KernelShape shape_of(const NneJob& job) {
  const bool depthwise = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
  const std::int64_t channels = depthwise ? 1 : job.input.channels / std::max<int>(job.groups, 1);
  return {channels * job.kernel_w * job.kernel_h, depthwise};
}

// One core's stream, in the order of isa/coefficients.h.
void decode_core(BitReader& reader, const DecodeTable& table, const NneJob& job, int cores, int core,
                 std::vector<std::int16_t>& weights) {
  const KernelShape shape = shape_of(job);
  const std::int64_t blocks = (shape.weights + kBlock - 1) / kBlock;
  const int first = first_kernel_of_core(static_cast<int>(job.output.channels), cores, core);
  const int kernels = kernels_of_core(static_cast<int>(job.output.channels), cores, core);
  const int halves = weight_bytes(job.weight_dtype);
  const auto decode_block = [&](int kernel, std::int64_t block) {
    for (std::int64_t i = block * kBlock; i < (block + 1) * kBlock; ++i) {
      int residual = 0;
      for (int half = 0; half < halves; ++half) {
        const Entry entry = table[reader.peek(kWindow)];
        reader.skip(entry.length);
        residual = residual * 256 + entry.residual;
      }
      if (i >= shape.weights) continue;
      weights[static_cast<std::size_t>((first + kernel) * shape.weights + i)] =
          code_of(job.weight_zero_point + residual, job.weight_dtype);
    }
  };
  for (int begin = 0; begin < kernels; begin += job.kernels_per_core) {
    const int end = std::min<int>(kernels, begin + job.kernels_per_core);
    if (shape.depthwise) {
      for (int k = begin; k < end; ++k) {
        for (std::int64_t b = 0; b < blocks; ++b) decode_block(k, b);
      }
    } else {
      for (std::int64_t b = 0; b < blocks; ++b) {
        for (int k = begin; k < end; ++k) decode_block(k, b);
      }
    }
    if (reader.past_end()) return;
  }
}

}  // namespace

std::vector<std::int16_t> decode_nne_coefficients(const Bytes& stream, const NneJob& job, int cores,
                                                  const std::string& where) {
  CoefficientHeader header{};
  if (stream.size() < sizeof header) throw Error(where, "coefficient stream is shorter than its header");
  std::memcpy(&header, stream.data(), sizeof header);
  if (header.version != 1 || header.cores != cores ||
      header.weight_bits != 8 * weight_bytes(job.weight_dtype)) {
    throw Error(where, "coefficient header does not fit the job",
                "version 1, as many bits as the weights, one stream a core");
  }
  DecodeTable table{};
  build_table(header.symbol_map, table);
  const std::int64_t kernel_weights = shape_of(job).weights;
  std::vector<std::int16_t> weights(static_cast<std::size_t>(kernel_weights) * job.output.channels);
  std::uint64_t offset = sizeof header;
  for (int core = 0; core < cores; ++core) {
    const std::uint64_t bytes = (std::uint64_t{header.stream_bits[core]} + 7) / 8;
    if (offset + bytes > stream.size()) throw Error(where, "coefficient stream ends inside a core's part");
    BitReader reader(stream.data() + offset, header.stream_bits[core]);
    decode_core(reader, table, job, cores, core, weights);
    if (reader.position() != header.stream_bits[core]) {
      throw Error(where, "coefficient stream of core " + std::to_string(core) + " has a wrong length");
    }
    offset = (offset + bytes + kStreamAlignment - 1) / kStreamAlignment * kStreamAlignment;
  }
  return weights;
}

std::vector<std::int16_t> decode_tp_coefficients(const Bytes& stream, const TpJob& job,
                                                 const std::string& where) {
  TpCoefficientHeader header{};
  if (stream.size() < sizeof header) throw Error(where, "coefficient stream is shorter than its header");
  std::memcpy(&header, stream.data(), sizeof header);
  const std::uint64_t inputs = std::uint64_t{job.input.width} * job.input.height * job.input.channels;
  const int weight_bits = 8 * weight_bytes(job.weight_dtype);
  const bool fits = header.version == 1 && header.weight_bits == weight_bits && header.zrl_bits <= 8 &&
                    header.inputs == inputs && header.outputs == job.output.channels;
  if (!fits) throw Error(where, "coefficient header does not fit the job");
  if ((std::uint64_t{header.stream_bits} + 7) / 8 + sizeof header > stream.size()) {
    throw Error(where, "coefficient stream ends early");
  }
  BitReader reader(stream.data() + sizeof header, header.stream_bits);
  std::vector<std::int16_t> weights(inputs * header.outputs,
                                    code_of(job.weight_zero_point, job.weight_dtype));
  for (std::uint64_t row = 0; row < header.outputs; ++row) {
    std::uint64_t at = 0;
    while (at < inputs && !reader.past_end()) {
      if (header.zrl_bits > 0) {
        at += reader.peek(header.zrl_bits);
        reader.skip(header.zrl_bits);
      }
      const auto value = static_cast<int>(reader.peek(weight_bits));
      reader.skip(weight_bits);
      if (at < inputs) weights[row * inputs + at] = code_of(value, job.weight_dtype);
      ++at;
    }
  }
  if (reader.position() != header.stream_bits) throw Error(where, "coefficient stream has a wrong length");
  return weights;
}

}  // namespace trireme

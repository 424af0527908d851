// SPDX-License-Identifier: Apache-2.0
// Network binaries written by hand, so that the simulator is tested without the compiler.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "isa/coefficients.h"
#include "isa/network_binary.h"
#include "isa/ppu.h"

namespace trireme {

constexpr std::uint8_t kU8 = static_cast<std::uint8_t>(DataType::uint8);

inline TensorView packed_view(Address address, int width, int height, int channels, int zero_point = 0) {
  TensorView view{};
  view.address = address;
  view.width = static_cast<std::uint16_t>(width);
  view.height = static_cast<std::uint16_t>(height);
  view.channels = static_cast<std::uint32_t>(channels);
  view.row_stride = static_cast<std::uint32_t>(width);
  view.plane_stride = static_cast<std::uint32_t>(width * height);
  view.dtype = kU8;
  view.zero_point = static_cast<std::int16_t>(zero_point);
  return view;
}

inline JobHeader job_header(Engine engine, int operation, int layer) {
  JobHeader header{};
  header.engine = static_cast<std::uint8_t>(engine);
  header.operation = static_cast<std::uint8_t>(operation);
  header.layer = static_cast<std::uint16_t>(layer);
  header.signal_event = kNoEvent;
  for (std::uint16_t& event : header.wait_events) event = kNoEvent;
  return header;
}

inline PostProcessing vipf_post(float multiplier) {
  PostProcessing post{};
  post.rule = static_cast<std::uint8_t>(RequantRule::vipf);
  post.ties = static_cast<std::uint8_t>(Ties::half_up);
  std::memcpy(&post.requantizer.multiplier, &multiplier, sizeof multiplier);
  post.clamp_low = 0;
  post.clamp_high = 255;
  return post;
}

// Every weight in the raw category: prefix 00 and 8 bits, 10 bits a weight. Not a good coding, but an
// independent one.
inline Bytes raw_coefficients(const NneJob& job, int cores, const std::vector<std::uint8_t>& weights) {
  CoefficientHeader header{};
  header.version = 1;
  header.cores = static_cast<std::uint8_t>(cores);
  header.weight_bits = 8;
  for (int category = 0; category < kCategories; ++category) {
    header.symbol_map[category] = static_cast<std::uint8_t>((category + 1) % kCategories);
  }
  const auto channels = static_cast<int>(job.output.channels);
  const std::size_t kernel = weights.size() / job.output.channels;
  const std::size_t blocks = (kernel + 8) / 9;
  Bytes stream(header_bytes(cores));
  for (int core = 0; core < cores; ++core) {
    const int first = first_kernel_of_core(channels, cores, core),
              count = kernels_of_core(channels, cores, core);
    std::vector<bool> bits;
    for (int begin = 0; begin < count; begin += job.kernels_per_core) {
      for (std::size_t b = 0; b < blocks; ++b) {
        for (int k = begin; k < std::min<int>(count, begin + job.kernels_per_core); ++k) {
          for (std::size_t i = b * 9; i < b * 9 + 9; ++i) {
            const int weight = i < kernel ? weights[static_cast<std::size_t>(first + k) * kernel + i]
                                          : job.weight_zero_point;
            bits.insert(bits.end(), {false, false});
            for (int bit = 7; bit >= 0; --bit)
              bits.push_back(((weight - job.weight_zero_point) >> bit & 1) != 0);
          }
        }
      }
    }
    header.stream_bits[core] = static_cast<std::uint32_t>(bits.size());
    Bytes bytes((bits.size() + 7) / 8);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if (bits[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 0x80 >> i % 8);
    }
    bytes.resize((bytes.size() + 63) / 64 * 64);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
  }
  std::memcpy(stream.data(), &header, header_bytes(cores));
  return stream;
}

class ProgramBuilder {
 public:
  ProgramBuilder() {
    binary_.name = "by hand";
    binary_.chip_name = "test";
  }
  int layer(const std::string& lid, const std::string& engine) {
    LayerSymbol symbol;
    symbol.lid = symbol.name = lid;
    symbol.op = "test";
    symbol.engine = engine;
    binary_.layers.push_back(symbol);
    return static_cast<int>(binary_.layers.size()) - 1;
  }
  void segment(Address address, Bytes bytes) {
    binary_.segments.push_back({"by hand", address, std::move(bytes)});
  }
  template <typename JobType>
  void add(JobType job) {
    job.header.job = static_cast<std::uint16_t>(binary_.jobs.size());
    binary_.jobs.emplace_back(job);
  }
  NetworkBinary& binary() { return binary_; }

 private:
  NetworkBinary binary_;
};

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Weights and shapes that every coder of coefficients must survive, and the round trip through two decoders.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "compiler/pack/coefficients.h"
#include "sim/coding/coefficient_decoder.h"
#include "tensor/half.h"
#include "tests/compiler/decoder.h"
#include "tests/compiler/networks.h"

namespace trireme {

using test::NneShape;
using Codes = test::Words;

constexpr CoefficientCoding kCodings[] = {CoefficientCoding::huffman, CoefficientCoding::zero_run};

// 4-bit weights are stored as int8.
struct WeightType {
  const char* name;
  DataType stored;
  int low, high;
  int bytes_each() const { return bytes_of(stored); }
  std::uint16_t mask() const { return bytes_each() == 1 ? 0xFF : 0xFFFF; }
};
inline const WeightType kWeightTypes[] = {{"uint8", DataType::uint8, 0, 255},
                                          {"int8", DataType::int8, -128, 127},
                                          {"int4", DataType::int8, -8, 7},
                                          {"int16", DataType::int16, -32768, 32767},
                                          {"float16", DataType::float16, 0, 0xFFFF}};  // bit patterns

inline Codes random_codes(std::size_t count, test::Random& random, int spread) {
  Codes codes(count);
  for (auto& code : codes) code = static_cast<std::uint8_t>(128 + random.below(2 * spread + 1) - spread);
  return codes;
}

constexpr std::size_t kPatternsWithoutRuns = 7;

// The adversaries every coder must survive, in the type's own range.
inline std::vector<Codes> awkward(std::size_t count, const WeightType& type, std::uint16_t zero_point) {
  const auto of = [&](int value) { return static_cast<std::uint16_t>(value & type.mask()); };
  const int span = type.high - type.low + 1;
  test::Random random(count + static_cast<std::size_t>(span));
  Codes zeros(count, zero_point), same(count, of(type.high)), extremes(count), all(count), sparse(count),
      alternating(count), anything(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int number = static_cast<int>(i);
    extremes[i] = of(i % 2 != 0 ? type.high : type.low);
    all[i] = of(type.low + number % span);
    alternating[i] = i % 2 != 0 ? zero_point : of(type.low);
    anything[i] = of(type.low + random.below(span));
    sparse[i] = random.below(20) != 0 ? zero_point : anything[i];
  }
  std::vector<Codes> list = {zeros, same, extremes, all, alternating, anything, sparse};
  // Runs of zeros around the longest one of each width of the run field, then a value; and the same at the
  // end.
  for (int width = 0; width <= kMaxRunBits; ++width) {
    for (int more = -1; more <= 1; ++more) {
      const auto run = static_cast<std::size_t>(std::max((1 << width) - 1 + more, 0));
      Codes runs(count, zero_point);
      for (std::size_t i = run; i < count; i += run + 1) runs[i] = of(zero_point + 1);
      list.push_back(runs);
      std::reverse(runs.begin(), runs.end());
      list.push_back(runs);
    }
  }
  return list;
}

inline Bytes bytes_of_codes(const Codes& codes, int bytes_each) {
  Bytes bytes;
  for (const std::uint16_t code : codes) {
    bytes.push_back(static_cast<std::uint8_t>(code));
    if (bytes_each == 2) bytes.push_back(static_cast<std::uint8_t>(code >> 8));
  }
  return bytes;
}

inline Bytes encode_dense(const Codes& codes, const NneShape& shape, bool depthwise, const Chip& chip,
                          int bytes_each = 1) {
  const Bytes bytes = bytes_of_codes(codes, bytes_each);
  const WeightCodes words{bytes.data(), static_cast<std::uint16_t>(shape.zero_point), bytes_each};
  return encode_nne_coefficients({words, shape.kernels, shape.channels, shape.height, shape.width, depthwise,
                                  shape.kernels_per_core, shape.superblocks},
                                 chip);
}

inline NneJob job_of(const NneShape& shape, bool depthwise, DataType type) {
  NneJob job{};
  job.header.operation =
      static_cast<std::uint8_t>(depthwise ? NneOperation::depthwise : NneOperation::convolution);
  job.input.channels = static_cast<std::uint16_t>(depthwise ? shape.kernels : shape.channels);
  job.output.channels = static_cast<std::uint16_t>(shape.kernels);
  job.kernel_h = static_cast<std::uint8_t>(shape.height);
  job.kernel_w = static_cast<std::uint8_t>(shape.width);
  job.kernels_per_core = static_cast<std::uint16_t>(shape.kernels_per_core);
  job.superblocks = static_cast<std::uint16_t>(shape.superblocks);
  job.weight_zero_point = static_cast<std::int16_t>(shape.zero_point);
  job.weight_dtype = static_cast<std::uint8_t>(type);
  job.groups = 1;
  return job;
}

inline Chip chip_with(int cores, CoefficientCoding coding, int zrl_bits = 8) {
  Chip chip = test::test_chip();
  chip.nne.cores = cores;
  chip.nne.coefficient_coding = coding;
  chip.nne.zrl_bits = zrl_bits;
  return chip;
}

inline void expect_round_trip(const Codes& codes, const NneShape& shape, bool depthwise, const Chip& chip,
                              DataType type = DataType::uint8) {
  const Bytes stream = encode_dense(codes, shape, depthwise, chip, bytes_of(type));
  ASSERT_EQ(test::decode_nne(stream, shape), codes)
      << shape.kernels << " kernels of " << shape.per_kernel() << " on " << chip.nne.cores << " cores, "
      << name_of(chip.nne.coefficient_coding) << ' ' << name_of(type);
  ASSERT_EQ(decode_coefficients(stream, weight_layout_of(job_of(shape, depthwise, type), chip.nne), "test"),
            bytes_of_codes(codes, bytes_of(type)))
      << "the simulator's decoder";
}

}  // namespace trireme

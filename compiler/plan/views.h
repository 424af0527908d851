// SPDX-License-Identifier: Apache-2.0
// How the engines see a value: packed planes of one batch element.
#pragma once

#include "isa/job.h"
#include "model/graph/graph.h"

namespace trireme {

constexpr std::int64_t kMaxImageSize =
    8191;  // IN/OUT image X,Y size fields have 13 bits (hardware.md §1.1 [F])
constexpr std::int64_t kMaxChannels = 16383;             // Z has 14 bits (§1.1 [F])
constexpr std::int64_t kMaxKernelDepth = (1 << 20) - 1;  // kernel Z, 14+6 bits (§1.1 [F])

// The step of codes with one scale: of fixed point 2^-fl.
float scale_of(const Quantization& quantization);
std::int32_t zero_point_of(const Quantization& quantization);  // 0 for fixed point and real numbers
// The codes there are of a type of 8 or 16 bits.
struct CodeRange {
  std::int32_t low, high;
};
CodeRange range_of_codes(DataType type);

// A packed view without address. Callers have checked the limits.
TensorView packed_view(std::int64_t channels, std::int64_t height, std::int64_t width, const Value& value);

// [1,C,H,W] as planes; anything else as one run of elements in memory order, cut into rows of at most
// kMaxImageSize. Error without a place if the value fits no view.
TensorView view_of(const Value& value);
TensorView run_view(const Value& value);

std::int64_t elements(const TensorView& view);
std::int64_t bytes_spanned(const TensorView& view);

}  // namespace trireme

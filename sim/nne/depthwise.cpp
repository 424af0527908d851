// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/depthwise.h"

#include <cstring>

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

struct Tap {
  const std::int32_t* plane;
  std::uint32_t weight;
};

constexpr std::int64_t kBlock = 16;  // sums that stay in registers while the taps pass
typedef std::uint32_t Block __attribute__((vector_size(kBlock * sizeof(std::uint32_t))));

TRIREME_FOR_EVERY_CPU void add_taps(const Tap* taps, std::size_t count, std::int64_t width,
                                    std::int32_t* sums) {
  std::int64_t x = 0;
  for (; x + kBlock <= width; x += kBlock) {
    Block sum = {};
    for (std::size_t t = 0; t < count; ++t) {
      Block values;
      std::memcpy(&values, taps[t].plane + x, sizeof values);
      sum += values * taps[t].weight;
    }
    std::memcpy(sums + x, &sum, sizeof sum);
  }
  for (; x < width; ++x) {
    std::uint32_t sum = 0;
    for (std::size_t t = 0; t < count; ++t)
      sum += taps[t].weight * static_cast<std::uint32_t>(taps[t].plane[x]);
    sums[x] = static_cast<std::int32_t>(sum);
  }
}

std::int64_t phase_size(std::int64_t size, std::int64_t stride) { return (size + stride - 1) / stride; }

}  // namespace

PaddedPlane::PaddedPlane(const NneJob& job, const ConvolutionShape& s)
    : job_(job),
      shape_(s),
      width_((s.out_w - 1) * job.stride_w + span_w(job)),
      height_((s.out_h - 1) * job.stride_h + span_h(job)),
      phase_width_(phase_size(width_, job.stride_w)),
      phase_height_(phase_size(height_, job.stride_h)),
      plane_(static_cast<std::size_t>(job.stride_h * job.stride_w * phase_height_ * phase_width_)) {}

std::int64_t PaddedPlane::place(std::int64_t row, std::int64_t column) const {
  const std::int64_t phase = row % job_.stride_h * job_.stride_w + column % job_.stride_w;
  return (phase * phase_height_ + row / job_.stride_h) * phase_width_ + column / job_.stride_w;
}

template <typename Code>
void PaddedPlane::fill(const Code* codes, std::int32_t zero_point) {
  const std::int64_t stride = job_.stride_w;
  const Inside rows = inside(height_, 1, -job_.pad_top, shape_.in_h);
  const Inside columns = inside(width_, 1, -job_.pad_left, shape_.in_w);
  for (std::int64_t y = rows.first; y < rows.last; ++y) {
    const Code* source = codes + (y - job_.pad_top) * shape_.in_w - job_.pad_left;
    for (std::int64_t phase = 0; phase < std::min(stride, columns.last - columns.first); ++phase) {
      const std::int64_t first = columns.first + phase;
      std::int32_t* target = plane_.data() + place(y, first);
      for (std::int64_t x = first; x < columns.last; x += stride) *target++ = source[x] - zero_point;
    }
  }
}

void PaddedPlane::convolve(const std::int32_t* weights, std::int32_t* sums) const {
  std::vector<Tap> taps;
  taps.reserve(static_cast<std::size_t>(shape_.terms));
  for (std::int64_t ky = 0; ky < job_.kernel_h; ++ky) {
    for (std::int64_t kx = 0; kx < job_.kernel_w; ++kx) {
      const std::int32_t* plane = plane_.data() + place(ky * job_.dilation_h, kx * job_.dilation_w);
      taps.push_back({plane, static_cast<std::uint32_t>(weights[taps.size()])});
    }
  }
  add_taps(taps.data(), taps.size(), count(), sums);
}

template void PaddedPlane::fill(const std::uint8_t*, std::int32_t);
template void PaddedPlane::fill(const std::int8_t*, std::int32_t);
template void PaddedPlane::fill(const std::uint16_t*, std::int32_t);
template void PaddedPlane::fill(const std::int16_t*, std::int32_t);

}  // namespace trireme

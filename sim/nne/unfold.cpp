// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/unfold.h"

#include "sim/arithmetic/codes.h"

namespace trireme {

namespace {

// One output row of one tap: `source` is the input row, or null outside of the map.
template <typename Code, typename Real>
void unfold_row(const Code* source, const Inside& within, std::int64_t width, std::int64_t stride,
                std::int64_t tap_at_0, std::int32_t shift, Real border, Real* out) {
  if (source == nullptr) {
    std::fill_n(out, width, border);
    return;
  }
  std::fill_n(out, within.first, border);
  if (stride == 1) {
    widen(source + tap_at_0 + within.first, within.last - within.first, shift, out + within.first);
  } else {
    for (std::int64_t x = within.first; x < within.last; ++x)
      out[x] = static_cast<Real>(source[tap_at_0 + x * stride] - shift);
  }
  std::fill(out + within.last, out + width, border);
}

}  // namespace

bool is_pointwise(const NneJob& job, const ConvolutionShape& s) {
  return job.kernel_w == 1 && job.kernel_h == 1 && job.stride_w == 1 && job.stride_h == 1 &&
         job.pad_left == 0 && job.pad_top == 0 && s.out_w == s.in_w && s.out_h == s.in_h;
}

template <typename Code, typename Real>
void unfold(const NneJob& job, const ConvolutionShape& s, const Code* planes, std::int32_t shift, Real border,
            std::int64_t first, std::int64_t rows, Real* out) {
  if (is_pointwise(job, s)) {
    const std::int64_t count = rows * s.out_w;
    for (std::int64_t c = 0; c < s.group_in; ++c, out += count)
      widen(planes + c * s.in_pixels() + first * s.in_w, count, shift, out);
    return;
  }
  for (std::int64_t c = 0; c < s.group_in; ++c) {
    const Code* plane = planes + c * s.in_pixels();
    for (std::int64_t ky = 0; ky < job.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < job.kernel_w; ++kx) {
        const std::int64_t tap_at_0 = kx * job.dilation_w - job.pad_left;
        const Inside within = inside(s.out_w, job.stride_w, tap_at_0, s.in_w);
        for (std::int64_t row = first; row < first + rows; ++row, out += s.out_w) {
          const std::int64_t y = row * job.stride_h - job.pad_top + ky * job.dilation_h;
          const Code* source = y >= 0 && y < s.in_h ? plane + y * s.in_w : nullptr;
          unfold_row(source, within, s.out_w, job.stride_w, tap_at_0, shift, border, out);
        }
      }
    }
  }
}

#define TRIREME_UNFOLD(Code, Real)                                                              \
  template void unfold(const NneJob&, const ConvolutionShape&, const Code*, std::int32_t, Real, \
                       std::int64_t, std::int64_t, Real*);
TRIREME_UNFOLD(std::uint8_t, float)
TRIREME_UNFOLD(std::int8_t, float)
TRIREME_UNFOLD(std::uint8_t, double)
TRIREME_UNFOLD(std::int8_t, double)
TRIREME_UNFOLD(std::uint16_t, float)
TRIREME_UNFOLD(std::int16_t, float)
TRIREME_UNFOLD(std::uint16_t, double)
TRIREME_UNFOLD(std::int16_t, double)

}  // namespace trireme

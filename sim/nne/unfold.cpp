// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/unfold.h"

namespace trireme {

namespace {

// One output row of one tap: `source` is the input row, or null outside of the map.
template <typename Real>
void unfold_row(const Real* source, const Inside& within, std::int64_t width, std::int64_t stride,
                std::int64_t tap_at_0, Real border, Real* out) {
  if (source == nullptr) {
    std::fill_n(out, width, border);
    return;
  }
  std::fill_n(out, within.first, border);
  if (stride == 1) {
    std::copy(source + tap_at_0 + within.first, source + tap_at_0 + within.last, out + within.first);
  } else {
    for (std::int64_t x = within.first; x < within.last; ++x) out[x] = source[tap_at_0 + x * stride];
  }
  std::fill(out + within.last, out + width, border);
}

}  // namespace

bool is_pointwise(const NneJob& job, const ConvolutionShape& s) {
  return job.kernel_w == 1 && job.kernel_h == 1 && job.stride_w == 1 && job.stride_h == 1 &&
         job.pad_left == 0 && job.pad_top == 0 && s.out_w == s.in_w && s.out_h == s.in_h;
}

template <typename Real>
void unfold(const NneJob& job, const ConvolutionShape& s, const Real* planes, Real border, std::int64_t first,
            std::int64_t rows, Real* out) {
  for (std::int64_t c = 0; c < s.group_in; ++c) {
    const Real* plane = planes + c * s.in_pixels();
    for (std::int64_t ky = 0; ky < job.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < job.kernel_w; ++kx) {
        const std::int64_t tap_at_0 = kx * job.dilation_w - job.pad_left;
        const Inside within = inside(s.out_w, job.stride_w, tap_at_0, s.in_w);
        for (std::int64_t row = first; row < first + rows; ++row, out += s.out_w) {
          const std::int64_t y = row * job.stride_h - job.pad_top + ky * job.dilation_h;
          const Real* source = y >= 0 && y < s.in_h ? plane + y * s.in_w : nullptr;
          unfold_row(source, within, s.out_w, job.stride_w, tap_at_0, border, out);
        }
      }
    }
  }
}

template void unfold(const NneJob&, const ConvolutionShape&, const float*, float, std::int64_t, std::int64_t,
                     float*);
template void unfold(const NneJob&, const ConvolutionShape&, const double*, double, std::int64_t,
                     std::int64_t, double*);

}  // namespace trireme

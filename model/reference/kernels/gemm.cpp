// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/gemm.h"

#include <Eigen/Core>
#include <algorithm>

namespace trireme {

namespace {

template <typename Real>
using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stride = Eigen::OuterStride<>;
template <typename Real>
using ConstMap = Eigen::Map<const Matrix<Real>, Eigen::Unaligned, Stride>;
using Map = Eigen::Map<Matrix<float>, Eigen::Unaligned, Stride>;

// Eigen cuts the sum over k by the size of the caches it finds, and float sums depend on the cut: with fixed
// sizes the same network gives the same bits, and so the same calibration, on every machine.
void fix_blocking() {
  static const bool done = [] {
    Eigen::setCpuCacheSizes(32 * 1024, 256 * 1024, 4 * 1024 * 1024);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

void real_product(const float* a, const float* b, std::int64_t m, std::int64_t k, std::int64_t n, float* c,
                  std::int64_t c_stride) {
  fix_blocking();
  Map(c, m, n, Stride(c_stride)).noalias() =
      ConstMap<float>(a, m, k, Stride(k)) * ConstMap<float>(b, k, n, Stride(n));
}

template <typename Real>
void exact_product(const Real* a, const Real* b, std::int64_t m, std::int64_t k, std::int64_t n,
                   std::int64_t* c) {
  // products of at most 2^14 below 2^24, of at most 2^31 below 2^53
  constexpr std::int64_t slice = std::is_same_v<Real, float> ? 1024 : std::int64_t{1} << 22;
  std::fill(c, c + m * n, 0);
  Matrix<Real> part(m, n);
  for (std::int64_t begin = 0; begin < k; begin += slice) {
    const std::int64_t terms = std::min(slice, k - begin);
    part.noalias() =
        ConstMap<Real>(a + begin, m, terms, Stride(k)) * ConstMap<Real>(b + begin * n, terms, n, Stride(n));
    for (std::int64_t i = 0; i < m * n; ++i) c[i] += static_cast<std::int64_t>(part.data()[i]);
  }
}

template void exact_product(const float*, const float*, std::int64_t, std::int64_t, std::int64_t,
                            std::int64_t*);
template void exact_product(const double*, const double*, std::int64_t, std::int64_t, std::int64_t,
                            std::int64_t*);

}  // namespace trireme

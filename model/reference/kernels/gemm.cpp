// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/gemm.h"

#include <Eigen/Core>
#include <algorithm>

namespace trireme {

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stride = Eigen::OuterStride<>;
using ConstMap = Eigen::Map<const RowMajor, Eigen::Unaligned, Stride>;
using Map = Eigen::Map<RowMajor, Eigen::Unaligned, Stride>;

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
  Map(c, m, n, Stride(c_stride)).noalias() = ConstMap(a, m, k, Stride(k)) * ConstMap(b, k, n, Stride(n));
}

void exact_product(const float* a, const float* b, std::int64_t m, std::int64_t k, std::int64_t n,
                   std::int64_t* c) {
  constexpr std::int64_t slice = 1024;
  std::fill(c, c + m * n, 0);
  RowMajor part(m, n);
  for (std::int64_t begin = 0; begin < k; begin += slice) {
    const std::int64_t terms = std::min(slice, k - begin);
    part.noalias() = ConstMap(a + begin, m, terms, Stride(k)) * ConstMap(b + begin * n, terms, n, Stride(n));
    for (std::int64_t i = 0; i < m * n; ++i) c[i] += static_cast<std::int64_t>(part.data()[i]);
  }
}

}  // namespace trireme

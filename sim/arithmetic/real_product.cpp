// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/real_product.h"

#include "sim/arithmetic/real_product_kernel.h"

namespace trireme {

namespace {

template <typename Real>
void on_widest_unit(const MatrixView<Real>& a, const MatrixView<Real>& b, Real* out) {
#if defined(__x86_64__) && defined(__GNUC__)
  static const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512) return multiply_avx512(a, b, out);
  if (avx2) return multiply_avx2(a, b, out);
#endif
  eigen_product(a, b, out);
}

}  // namespace

void multiply(const MatrixView<float>& a, const MatrixView<float>& b, float* out) {
  on_widest_unit(a, b, out);
}
void multiply(const MatrixView<double>& a, const MatrixView<double>& b, double* out) {
  on_widest_unit(a, b, out);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/real_product_kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)

namespace trireme {

void multiply_avx2(const MatrixView<float>& a, const MatrixView<float>& b, float* out) {
  eigen_product(a, b, out);
}
void multiply_avx2(const MatrixView<double>& a, const MatrixView<double>& b, double* out) {
  eigen_product(a, b, out);
}

}  // namespace trireme

#endif

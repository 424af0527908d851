// SPDX-License-Identifier: Apache-2.0
#include "model/import/constants.h"

#include <fmt/format.h>

#include <cmath>

#include "support/error.h"

namespace trireme {

void require_finite_constant(const Tensor& tensor) {
  if (!is_float(tensor.dtype)) return;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const double value = element(tensor, i);
    if (!std::isfinite(value))
      throw Error({}, fmt::format("element {} is {}", i, value), "train or export the model again");
  }
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "cli/common_difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/preprocess/input_meta.h"

namespace trireme {

namespace {

double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double apart = std::fabs(a - b);
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

bool same_top(const Tensor& a, const Tensor& b, int count) {
  const auto top_a = top_n(a, count), top_b = top_n(b, count);
  return std::equal(top_a.begin(), top_a.end(), top_b.begin(), top_b.end(),
                    [](const TopEntry& x, const TopEntry& y) { return x.index == y.index; });
}

}  // namespace

Difference difference(const Tensor& a, const Tensor& b) {
  Difference result;
  result.elements = a.size();
  double aa = 0, bb = 0, ab = 0, squares = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double x = element(a, i), y = element(b, i), apart = distance(x, y);
    if (apart > 0) {
      ++result.differing;
      if (result.first < 0) {
        result.first = i;
        result.first_a = x;
        result.first_b = y;
      }
    }
    result.max_abs = std::max(result.max_abs, apart);
    squares += apart * apart;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  result.euclidean = std::sqrt(squares);
  if (aa > 0 && bb > 0) {
    result.cosine = ab / (std::sqrt(aa) * std::sqrt(bb));
  } else if (aa > 0 || bb > 0) {
    result.cosine = 0;
  }
  if (squares > 0) result.snr_db = 10 * std::log10(aa / squares);
  result.top = static_cast<int>(std::min<std::int64_t>(5, a.size()));
  result.top_matches = same_top(a, b, result.top);
  return result;
}

}  // namespace trireme

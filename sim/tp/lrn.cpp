// SPDX-License-Identifier: Apache-2.0
#include "sim/tp/lrn.h"

#include <algorithm>
#include <cmath>

#include "sim/arithmetic/power.h"

namespace trireme {

namespace {

std::vector<float> reals_of(const TpJob& job, const Codes& input) {
  std::vector<float> reals(input.size());
  const std::int32_t zero_point = zero_point_of(job.input);
  std::transform(input.begin(), input.end(), reals.begin(),
                 [&](std::int32_t code) { return static_cast<float>(code - zero_point) * job.input_scale; });
  return reals;
}

// To the nearest code, ties to the even one; what is no number has the code of zero.
std::int32_t code_of(const TpJob& job, float real) {
  const float steps = real / job.output_scale;
  const double code = std::isnan(steps) ? 0 : std::nearbyint(double{steps});
  return static_cast<std::int32_t>(
      std::clamp<double>(code + zero_point_of(job.output), job.post.clamp_low, job.post.clamp_high));
}

// Adds the squares of one plane.
void add_squares(const float* plane, std::vector<double>& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += double{plane[i]} * double{plane[i]};
}

}  // namespace

// The sum of squares and the power in double, the quotient rounded to float32: as the reference computes it.
Codes normalize(const TpJob& job, const Codes& input) {
  const std::size_t plane = std::size_t{job.input.width} * job.input.height;
  const std::int64_t channels = job.input.channels, size = job.lrn.size;
  const double factor = double{job.lrn.alpha} / static_cast<double>(size);
  const std::vector<float> reals = reals_of(job, input);
  Codes output;
  output.reserve(input.size());
  std::vector<double> sums;
  for (std::int64_t c = 0; c < channels; ++c) {
    sums.assign(plane, 0);
    const std::int64_t last = std::min(c + size / 2, channels - 1);
    for (std::int64_t other = std::max<std::int64_t>(c - (size - 1) / 2, 0); other <= last; ++other)
      add_squares(reals.data() + static_cast<std::size_t>(other) * plane, sums);
    const float* own = reals.data() + static_cast<std::size_t>(c) * plane;
    for (std::size_t i = 0; i < plane; ++i) {
      const double divisor = power(double{job.lrn.bias} + factor * sums[i], double{job.lrn.beta});
      output.push_back(code_of(job, static_cast<float>(double{own[i]} / divisor)));
    }
  }
  return output;
}

}  // namespace trireme

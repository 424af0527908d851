// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/rows.h"

#include <algorithm>

namespace trireme {

Rows result_rows(const NneJob& whole, Rows output) {
  if (whole.pool_type == 0) return output;
  const int first = output.first * whole.pool_stride;
  const int end = (output.first + output.count - 1) * whole.pool_stride + whole.pool_kernel;
  return {first, std::min<int>(end, whole.conv_height) - first};
}

Rows input_rows(const NneJob& whole, Rows result) {
  if (is(whole, NneOperation::add)) return result;
  const int span = (whole.kernel_h - 1) * whole.dilation_h + 1;
  const int top = result.first * whole.stride_h - whole.pad_top;
  const int bottom = top + (result.count - 1) * whole.stride_h + span;
  const int first = std::max(top, 0);
  return {first, std::max(std::min<int>(bottom, whole.input.height) - first, 0)};
}

BandedJob banded(const NneJob& whole, Rows output) {
  const Rows result = result_rows(whole, output), input = input_rows(whole, result);
  NneJob job = whole;
  job.input.height = static_cast<std::uint16_t>(input.count);
  job.output.height = static_cast<std::uint16_t>(output.count);
  if (is(whole, NneOperation::add)) {
    job.input2.height = static_cast<std::uint16_t>(input.count);
  } else {
    job.conv_height = static_cast<std::uint16_t>(result.count);
    job.pad_top = static_cast<std::int8_t>(std::max(whole.pad_top - result.first * whole.stride_h, 0));
  }
  return {job, input, output};
}

std::vector<BandedJob> band_of(const std::vector<NneJob>& run, Rows output) {
  std::vector<BandedJob> band(run.size());
  for (std::size_t i = run.size(); i-- > 0;) {
    band[i] = banded(run[i], output);
    output = band[i].input;
  }
  return band;
}

std::vector<std::vector<BandedJob>> bands_of(const std::vector<NneJob>& run, int rows) {
  std::vector<std::vector<BandedJob>> bands;
  const int height = run.back().output.height;
  for (int first = 0; first < height; first += rows)
    bands.push_back(band_of(run, {first, std::min(rows, height - first)}));
  return bands;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/rows.h"

#include <algorithm>

namespace trireme {

const TensorView& input_of(const Job& job) {
  if (const auto* tp = std::get_if<TpJob>(&job)) return tp->input;
  return std::get<NneJob>(job).input;
}

const TensorView& output_of(const Job& job) {
  if (const auto* tp = std::get_if<TpJob>(&job)) return tp->output;
  return std::get<NneJob>(job).output;
}

TensorView& input_of(Job& job) {
  if (auto* tp = std::get_if<TpJob>(&job)) return tp->input;
  return std::get<NneJob>(job).input;
}

TensorView& output_of(Job& job) {
  if (auto* tp = std::get_if<TpJob>(&job)) return tp->output;
  return std::get<NneJob>(job).output;
}

Rows result_rows(const NneJob& whole, Rows output) {
  if (whole.pool_type == 0) return output;
  const int first = output.first * whole.pool_stride;
  const int end = (output.first + output.count - 1) * whole.pool_stride + whole.pool_kernel;
  return {first, std::min<int>(end, whole.conv_height) - first};
}

namespace {

// Under windows that span `span` rows each and start `stride` apart, the first one `pad` above the map.
Rows rows_under(Rows windows, int span, int stride, int pad, int height) {
  const int top = windows.first * stride - pad;
  const int bottom = top + (windows.count - 1) * stride + span;
  const int first = std::max(top, 0);
  return {first, std::max(std::min(bottom, height) - first, 0)};
}

// What is left of the padding above the map for a band that starts at this window.
std::int8_t pad_of_band(int pad, int first, int stride) {
  return static_cast<std::int8_t>(std::max(pad - first * stride, 0));
}

}  // namespace

Rows input_rows(const NneJob& whole, Rows result) {
  if (is(whole, NneOperation::add)) return result;
  return rows_under(result, span_h(whole), whole.stride_h, whole.pad_top, whole.input.height);
}

Rows input_rows(const TpJob& whole, Rows output) {
  return rows_under(output, whole.kernel_h, whole.stride_h, whole.pad_top, whole.input.height);
}

namespace {

BandedJob banded_on_tp(const TpJob& whole, Rows output) {
  const Rows input = input_rows(whole, output);
  TpJob job = whole;
  job.input.height = static_cast<std::uint16_t>(input.count);
  job.output.height = static_cast<std::uint16_t>(output.count);
  job.pad_top = pad_of_band(whole.pad_top, output.first, whole.stride_h);
  return {job, input, output};
}

BandedJob banded_on_array(const NneJob& whole, Rows output) {
  const Rows result = result_rows(whole, output), input = input_rows(whole, result);
  NneJob job = whole;
  job.input.height = static_cast<std::uint16_t>(input.count);
  job.output.height = static_cast<std::uint16_t>(output.count);
  if (is(whole, NneOperation::add)) {
    job.input2.height = static_cast<std::uint16_t>(input.count);
  } else {
    job.conv_height = static_cast<std::uint16_t>(result.count);
    job.pad_top = pad_of_band(whole.pad_top, result.first, whole.stride_h);
  }
  return {job, input, output};
}

}  // namespace

BandedJob banded(const Job& whole, Rows output) {
  if (const auto* tp = std::get_if<TpJob>(&whole)) return banded_on_tp(*tp, output);
  return banded_on_array(std::get<NneJob>(whole), output);
}

std::vector<BandedJob> band_of(const std::vector<Job>& run, Rows output) {
  std::vector<BandedJob> band(run.size());
  for (std::size_t i = run.size(); i-- > 0;) {
    band[i] = banded(run[i], output);
    output = band[i].input;
  }
  return band;
}

std::vector<std::vector<BandedJob>> bands_of(const std::vector<Job>& run, int rows) {
  std::vector<std::vector<BandedJob>> bands;
  const int height = output_of(run.back()).height;
  for (int first = 0; first < height; first += rows)
    bands.push_back(band_of(run, {first, std::min(rows, height - first)}));
  return bands;
}

}  // namespace trireme

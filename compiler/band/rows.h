// SPDX-License-Identifier: Apache-2.0
// Which rows of its maps a job needs to compute some rows of its output.
#pragma once

#include <vector>

#include "isa/job.h"

namespace trireme {

struct Rows {
  int first = 0, count = 0;
};

// A job that computes `output` of its map from `input`: heights and pads are its own, views keep the strides
// of the whole maps and begin at these rows once somebody adds `first` rows to their addresses.
struct BandedJob {
  Job job;
  Rows input, output;
};

// The maps of a job of the array or the TP; the first one's of an addition.
const TensorView& input_of(const Job& job);
const TensorView& output_of(const Job& job);
TensorView& input_of(Job& job);
TensorView& output_of(Job& job);

// Rows of the convolution's result behind which these rows of the output are pooled; the output's own without
// pooling.
Rows result_rows(const NneJob& whole, Rows output);
// Rows of the input under the kernel, those of the map only: what is above and below is padding.
Rows input_rows(const NneJob& whole, Rows result);
Rows input_rows(const TpJob& whole, Rows output);  // a pool's
BandedJob banded(const Job& whole, Rows output);

// The jobs of one band of a run of layers, each of which reads what the one before it writes: from the last
// one's rows back, each computes what the next one needs, rows under two bands' kernels twice.
std::vector<BandedJob> band_of(const std::vector<Job>& run, Rows output);
// The bands of a run, `rows` rows of the last one's output each, the last band what is left.
std::vector<std::vector<BandedJob>> bands_of(const std::vector<Job>& run, int rows);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// What the requantizer of an engine is programmed with (hardware.md §2.5, numerics.md §3.1).
#pragma once

#include "isa/job.h"

namespace trireme {

// Of the factor numerator / denominator, each a float32: s_in * s_w over s_out for weights, s_in over s_out
// without, s_in over s_out * count for an average. Error without a place if the factor is no positive number
// below 2^30.
Requantizer requantizer_of(RequantRule rule, float numerator, float denominator);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Heads of detectors with prior boxes (SSD, RetinaFace): so many numbers a prior, rows of all maps joined.
#pragma once

#include "zoo/builder.h"

namespace trireme::zoo {

struct PriorHead {
  std::int64_t numbers;  // a prior
  std::vector<std::string> rows = {};
  std::int64_t priors = 0;
};
// A 1x1 convolution of a map, as rows of `head.numbers`: [1, h·w·priors·numbers].
void add_rows(Builder& b, PriorHead& head, const Map& x, std::int64_t priors);
// [1, priors·numbers] of all maps.
std::string joined(Builder& b, const PriorHead& head);
// The network's output [1, priors, numbers]: a softmax over each prior's numbers.
void add_probabilities(Builder& b, const PriorHead& head);

}  // namespace trireme::zoo

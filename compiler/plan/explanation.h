// SPDX-License-Identifier: Apache-2.0
// Why a plan is as it is: for how much of the VIP-SRAM it is made, for every layer the engine and its reason,
// for every job of the convolution engine the tiling that was chosen and what the next best ones would have
// cost, by the estimate that chose it.
#pragma once

#include <string>
#include <vector>

#include "timing/cycles.h"

namespace trireme {

struct Choice {
  std::string what;  // "tile 64x8, 1 row group, 6 kernels a core x 2 superblocks"
  Cycle cycles = 0;  // estimate of the job alone, launch included
};

struct ExplainedJob {
  std::string engine;
  Choice chosen;
  std::string caches;              // "coefficients and image in VIP-SRAM"; empty: none
  std::vector<Choice> runners_up;  // best first, at most three
};

struct ExplainedLayer {
  std::string name, op, reason;
  std::vector<std::string> merged;  // layers that the same jobs compute
  std::vector<ExplainedJob> jobs;   // none: only renames data; of bands, one a layer and height
  std::vector<Choice> run;          // of layers in bands of rows: the bands, then layer by layer
};

struct Explanation {
  std::vector<Choice> budgets;  // sizes of the VIP-SRAM, the plan's own first; cycles of the whole network
  std::vector<ExplainedLayer> layers;
};

}  // namespace trireme

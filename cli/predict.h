// SPDX-License-Identifier: Apache-2.0
// Many timing runs at once: each network is compiled and simulated for each chip that asks for it, in child
// processes, because SystemC keeps one simulation a process and a run that fails must not end the others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "model/graph/graph.h"
#include "validate/comparison.h"

namespace trireme {

struct PredictionTask {
  std::string network;  // a name of the zoo, or the path of a model
  std::vector<Chip> chips;
};

// Layer name and its busy cycles in microseconds, in the order of the program.
struct PredictedLayer {
  std::string engine, name;
  double microseconds = 0;
};
struct PredictedRun {
  Prediction prediction;
  std::vector<PredictedLayer> layers;
};

// Called after each run: how many are done, and which it was.
using PredictionProgress = std::function<void(std::size_t done, const std::string& what)>;

// As many results as chips, for each task; whatever order they come in, the result is the same. `cache`: a
// folder where results are kept by program, chip description and network; empty: none.
std::vector<std::vector<PredictedRun>> predict(const std::vector<PredictionTask>& tasks, unsigned workers,
                                               const std::string& cache, const PredictionProgress& progress);

// Here, in this process. Error for a network that does not exist, cannot be compiled or does not finish.
Graph network_for_timing(const std::string& network);
PredictedRun predict_here(const Graph& graph, const Chip& chip);

}  // namespace trireme

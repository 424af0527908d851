// SPDX-License-Identifier: Apache-2.0
// Results of timing runs on disk. A fit asks for hundreds of runs that differ in one field of a chip.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/predict.h"

namespace trireme {

std::string text_of(const PredictedRun& run);  // one line
PredictedRun run_of(const std::string& text);  // Error if it is none

class PredictionCache {
 public:
  explicit PredictionCache(std::filesystem::path folder);  // empty: remembers nothing
  std::optional<PredictedRun> find(const std::string& network, const Chip& chip) const;
  // Runs that were skipped are not kept: the reason may be the machine.
  void store(const std::string& network, const Chip& chip, const PredictedRun& run) const;

 private:
  std::filesystem::path file_of(const std::string& network, const Chip& chip) const;
  std::filesystem::path folder_;
  std::string program_;  // another build may give other cycles
};

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Progress of anything that may take over a second: a bar with time left on a terminal, one JSON object a
// line with --progress=json, silence otherwise. Always on standard error.
#pragma once

#include <cstdint>
#include <string>

namespace trireme {

enum class ProgressMode { automatic, json, none };  // automatic: a bar if standard error is a terminal

class Progress {
 public:
  Progress(ProgressMode mode, std::string phase, std::uint64_t total);
  ~Progress();  // clears the bar
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // `layer` and `cycle` are what the simulator is at; shown, and keys of the JSON object.
  void update(std::uint64_t done, const std::string& layer = {}, std::uint64_t cycle = 0);

 private:
  struct State;
  State* state_;
};

}  // namespace trireme

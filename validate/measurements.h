// SPDX-License-Identifier: Apache-2.0
// Latencies that someone measured: the project's own collection, and a user's.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace trireme {

struct Measurement {
  std::string chip, network;
  std::optional<double> latency_ms;  // none: a prediction is all that is asked for
  std::string tier;                  // A: fitted to; B: to cross-check; C: has other things in it, only shown
  std::string quant, framework, source;
  std::string skipped_because;  // what is wrong with the row; empty: it can be used
};

// Columns by the names in the first line: chip, network, latency_ms, and, if there are any, the others above.
// A row that cannot be used keeps its place and says why. Errors: no header, a column is missing.
std::vector<Measurement> read_measurements(const std::filesystem::path& csv);

// One layer of a published profile.
struct MeasuredLayer {
  int index = 0;
  std::string unit;   // NN, TP
  std::string layer;  // of the network in the zoo; empty: none stands for it
  double microseconds = 0;
};
struct MeasuredProfile {
  std::string chip, network, source;
  std::vector<MeasuredLayer> layers;
};
std::vector<MeasuredProfile> read_profiles(const std::filesystem::path& csv);

// measurements.csv, layers.csv and fitted.csv: share/trireme/validate beside the program, else the source
// tree.
std::filesystem::path validation_folder();

}  // namespace trireme

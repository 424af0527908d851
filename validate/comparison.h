// SPDX-License-Identifier: Apache-2.0
// Predictions beside measurements, and how far apart they are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "validate/measurements.h"

namespace trireme {

struct Prediction {
  std::uint64_t cycles = 0;
  double ms = 0;
  std::string skipped_because;  // empty: there is one
};
using ChipAndNetwork = std::pair<std::string, std::string>;  // as the measurements name them
using Predictions = std::map<ChipAndNetwork, Prediction>;

// A measurement with its prediction.
struct Comparison {
  Measurement measured;
  Prediction predicted;
  std::string skipped_because;                   // of either
  double spread_low_ms = 0, spread_high_ms = 0;  // of all that was measured of this chip and network
  bool compared() const { return skipped_because.empty() && measured.latency_ms.has_value(); }
  double ratio() const { return predicted.ms / *measured.latency_ms; }
};
std::vector<Comparison> compare(const std::vector<Measurement>& rows, const Predictions& predictions);

// What counts once: a network on a chip. Several measurements of one tier are one, their geometric mean.
struct Point {
  std::string chip, network, tier;
  double measured_ms = 0, predicted_ms = 0;
  double ratio() const { return predicted_ms / measured_ms; }
};
// Of each chip and network the best tier that was measured; none of tier C.
std::vector<Point> points_of(const std::vector<Comparison>& rows);

// Of |predicted / measured - 1|.
struct ErrorSummary {
  std::string of;  // a chip, "all", "tier A"
  std::size_t points = 0;
  double mean = 0, median = 0, largest = 0;
  double bias = 1;  // geometric mean of the ratios
};
ErrorSummary summarize(const std::string& of, const std::vector<double>& ratios);
// A row a chip in the order of the points, then a row a tier, then all.
std::vector<ErrorSummary> summarize(const std::vector<Point>& points);

// Correlation of ranks (Spearman); equal values share the mean of their ranks. 0 for fewer than two.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace trireme

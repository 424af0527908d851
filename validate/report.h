// SPDX-License-Identifier: Apache-2.0
// A comparison as text, as a file for spreadsheets, as JSON and as a page with a plot.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "validate/comparison.h"

namespace trireme {

// A layer of a published profile beside ours.
struct LayerComparison {
  MeasuredLayer measured;
  double predicted_us = 0;
};
struct ProfileComparison {
  std::string chip, network, source;
  std::vector<LayerComparison> layers;  // those that both have
  std::size_t measured_only = 0;        // layers of the profile that none of ours stands for
  std::string skipped_because;
};

// One figure of the fit: what the error becomes for a network that was left out of it.
struct LeaveOneOut {
  std::vector<Point> points;        // each predicted with a fit that has not seen its network
  std::string method;               // how, for people
  std::vector<Point> never_fitted;  // of networks that the fit has never seen, predicted with it
};
std::vector<ErrorSummary> summaries_of(const LeaveOneOut& left_out);

struct ValidationReport {
  std::vector<Comparison> rows;
  std::vector<Point> points;
  std::vector<ErrorSummary> summaries;
  std::vector<ProfileComparison> profiles;
  std::optional<LeaveOneOut> left_out;
  bool left_out_unknown = false;  // asked for, but the chips are not those of the last fit
};

std::string errors_text(const ValidationReport& report);  // without rows and layers
std::string report_text(const ValidationReport& report);
// chip,network,predicted_ms,predicted_cycles,measured_ms,ratio,skipped_because; a row a measurement.
std::string report_csv(const ValidationReport& report);
nlohmann::ordered_json report_json(const ValidationReport& report);
std::string report_html(const ValidationReport& report);

}  // namespace trireme

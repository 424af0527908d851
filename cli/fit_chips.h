// SPDX-License-Identifier: Apache-2.0
// Fits fields of chips to measurements, each evaluation a timing run of the simulator.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/predict.h"
#include "validate/fit.h"
#include "validate/report.h"

namespace trireme {

// A line of fitted.csv. Scope: a generation (v7, v8), whose chips share one value, or chips joined by '+', or
// "chip": each has its own.
struct FittedField {
  std::string scope, field;
  double start = 0;  // where a chip says 0, for none
  double minimum = 0, maximum = 0;
};
std::vector<FittedField> read_fitted_fields(const std::filesystem::path& csv);

// One number to be fitted, and the chips that have it.
struct ChipParameter {
  FitParameter parameter;
  std::string scope, field;
  std::vector<std::string> chips;  // as the points name them
};
// Of the fields of scope "chip" a chip has the first ones of the list: at most three, with those it shares
// with other chips but not all of its generation, and at most a number to three of its points.
std::vector<ChipParameter> parameters_of(const std::vector<FittedField>& fields,
                                         const std::vector<Point>& points);

struct ChipFit;
struct FitRequest {
  unsigned workers = 1;
  std::string cache;
  bool descend = true;                  // false: as the chips stand
  int steps = FitOptions().iterations;  // of the descent at most
  // After each step of the descent: parameters and iterations set, the points as they are measured.
  std::function<void(const ChipFit& so_far, double loss)> observer = [](const ChipFit&, double) {};
};
struct ChipFit {
  std::vector<ChipParameter> parameters;  // with the fitted values
  int iterations = 0;
  std::vector<Point> points;  // with the predictions of the fit
  LeaveOneOut left_out;
};
ChipFit fit_chips(const std::vector<FittedField>& fields, const std::vector<Point>& points,
                  const FitRequest& request, const PredictionProgress& progress);

// Into the files of the chips in this folder.
void write_fit(const ChipFit& fit, const std::filesystem::path& chips_folder);
std::string fit_text(const ChipFit& fit);
std::string step_text(const ChipFit& so_far, double loss);

}  // namespace trireme

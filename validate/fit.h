// SPDX-License-Identifier: Apache-2.0
// Fits positive numbers of a model to measurements: damped least squares (Levenberg, Marquardt) on
// log(predicted / measured) in the logarithms of the numbers, with differences instead of derivatives. A row
// that is far off pulls no harder than one at kFar (Huber 1964).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace trireme {

struct FitParameter {
  std::string name;
  double value = 1, minimum = 0, maximum = 0;  // all positive
};
struct FitRow {
  std::string group;  // is left out as a whole
  double log_measured = 0;
};

using Numbers = std::vector<double>;
// What a model is asked: its predictions of these rows, with these values of the parameters.
struct FitQuery {
  Numbers values;
  std::vector<std::size_t> rows;
};
// The model: for each query the logarithms of its predictions, one a row.
using Model = std::function<std::vector<Numbers>(const std::vector<FitQuery>& queries)>;

// Where the descent stands: after `iterations` steps, 0 at its start.
struct FitStep {
  int iterations = 0;
  double loss = 0;
  Numbers values;  // of the parameters
};

struct FitOptions {
  int iterations = 6;
  double difference = 0.1;  // of a logarithm; well above the steps that tilings make
  double tolerance = 0.01;  // of the loss: a smaller gain ends the fit
  std::function<void(const FitStep& step)> observer = [](const FitStep&) {};
};

struct Fit {
  Numbers values;                 // of the parameters
  Numbers log_ratios;             // log(predicted / measured), one a row
  std::vector<Numbers> jacobian;  // of the log ratios by the logarithms of the parameters, at `values`
  int iterations = 0;
};

Fit fit(const std::vector<FitParameter>& parameters, const std::vector<FitRow>& rows, const Model& model,
        const FitOptions& options = {});
// No step: what the leave-one-out below starts from when the numbers stand already.
Fit fit_at(const std::vector<FitParameter>& parameters, const std::vector<FitRow>& rows, const Model& model,
           const FitOptions& options = {});

// Log ratios with each row predicted by the model with the numbers of a fit that has not seen its group: one
// step downhill from the fit, for the other rows alone. A group's step needs runs of its own rows only.
Numbers leave_out(const Fit& fitted, const std::vector<FitParameter>& parameters,
                  const std::vector<FitRow>& rows, const Model& model);

double fit_loss(const Numbers& log_ratios);

}  // namespace trireme

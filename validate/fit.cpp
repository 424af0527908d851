// SPDX-License-Identifier: Apache-2.0
#include "validate/fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <set>

namespace trireme {

namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

// An error of 20 % is what measurements of one network on one chip scatter by.
constexpr double kFar = 0.2;
constexpr double kLongestStep = 0.7;  // of a logarithm: a factor of two
constexpr double kDamping = 0.01;     // of a row's weight: holds what the rows say nothing about

double weight_of(double log_ratio) { return std::min(1.0, kFar / std::max(std::abs(log_ratio), 1e-12)); }

Numbers log_ratios_of(const Numbers& log_predicted, const std::vector<FitRow>& rows) {
  Numbers ratios;
  for (std::size_t i = 0; i < rows.size(); ++i) ratios.push_back(log_predicted[i] - rows[i].log_measured);
  return ratios;
}

Numbers moved(const std::vector<FitParameter>& parameters, const Numbers& values, const Vector& step) {
  Numbers result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double wanted = values[i] * std::exp(step(static_cast<Eigen::Index>(i)));
    result.push_back(std::clamp(wanted, parameters[i].minimum, parameters[i].maximum));
  }
  return result;
}

// Downhill for the weighted rows that are kept. A parameter that would leave its bounds stays where it is.
Vector step_of(const Fit& at, const std::vector<FitParameter>& parameters, const std::vector<bool>& kept,
               double damping) {
  const auto n = static_cast<Eigen::Index>(parameters.size());
  Matrix normal = Matrix::Identity(n, n) * damping;
  Vector downhill = Vector::Zero(n);
  for (std::size_t row = 0; row < at.log_ratios.size(); ++row) {
    if (!kept[row]) continue;
    const Vector gradient = Eigen::Map<const Vector>(at.jacobian[row].data(), n);
    const double weight = weight_of(at.log_ratios[row]);
    normal += weight * gradient * gradient.transpose();
    downhill -= weight * at.log_ratios[row] * gradient;
  }
  std::vector<bool> held(parameters.size(), false);
  for (std::size_t round = 0; round <= parameters.size(); ++round) {
    const Vector step = normal.ldlt().solve(downhill);
    bool again = false;
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto p = static_cast<std::size_t>(i);
      const bool leaves = (step(i) < 0 && at.values[p] <= parameters[p].minimum) ||
                          (step(i) > 0 && at.values[p] >= parameters[p].maximum);
      if (!leaves || held[p]) continue;
      normal.row(i).setZero();
      normal.col(i).setZero();
      normal(i, i) = 1;
      downhill(i) = 0;
      held[p] = again = true;
    }
    if (!again) return step.cwiseMax(-kLongestStep).cwiseMin(kLongestStep);
  }
  return Vector::Zero(n);
}

double loss_of(const Numbers& log_ratios, const std::vector<bool>& kept) {
  double loss = 0;
  for (std::size_t i = 0; i < log_ratios.size(); ++i) {
    const double size = std::abs(log_ratios[i]);
    if (kept[i]) loss += size <= kFar ? size * size / 2 : kFar * (size - kFar / 2);
  }
  return loss;
}

// The model and its differences at `values`.
Fit look_around(const std::vector<FitParameter>& parameters, const Numbers& values,
                const std::vector<FitRow>& rows, const Model& model, double difference) {
  std::vector<Numbers> sets = {values};
  Numbers steps;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool up = values[i] * std::exp(difference) <= parameters[i].maximum;
    steps.push_back(up ? difference : -difference);
    sets.push_back(values);
    sets.back()[i] *= std::exp(steps.back());
  }
  const std::vector<Numbers> predicted = model(sets);
  Fit fit;
  fit.values = values;
  fit.log_ratios = log_ratios_of(predicted[0], rows);
  fit.jacobian.assign(rows.size(), Numbers(parameters.size()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      fit.jacobian[row][i] = (predicted[i + 1][row] - predicted[0][row]) / steps[i];
  }
  return fit;
}

// Step by step from `at`; steps that make it worse are shortened three times.
Fit descend(Fit at, const std::vector<FitParameter>& parameters, const std::vector<FitRow>& rows,
            const std::vector<bool>& kept, const Model& model, const FitOptions& options, bool differences) {
  for (; at.iterations < options.iterations && !parameters.empty(); ++at.iterations) {
    const double before = loss_of(at.log_ratios, kept);
    const Vector step = step_of(at, parameters, kept, kDamping);
    std::vector<Numbers> sets;
    for (const double share : {1.0, 0.5, 0.2}) sets.push_back(moved(parameters, at.values, share * step));
    double best = before;
    std::size_t chosen = sets.size();
    const std::vector<Numbers> predicted = model(sets);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const double loss = loss_of(log_ratios_of(predicted[i], rows), kept);
      if (loss < best) best = loss, chosen = i;
    }
    if (chosen == sets.size()) break;
    const int iterations = at.iterations;
    options.observer({iterations + 1, best, sets[chosen]});
    if (differences) {
      at = look_around(parameters, sets[chosen], rows, model, options.difference);
    } else {
      at.values = sets[chosen];
      at.log_ratios = log_ratios_of(predicted[chosen], rows);
    }
    at.iterations = iterations;
    if (best > (1 - options.tolerance) * before) break;
  }
  return at;
}

std::set<std::string> groups_of(const std::vector<FitRow>& rows) {
  std::set<std::string> groups;
  for (const FitRow& row : rows) groups.insert(row.group);
  return groups;
}

std::vector<bool> all_but(const std::vector<FitRow>& rows, const std::string& group) {
  std::vector<bool> kept;
  for (const FitRow& row : rows) kept.push_back(row.group != group);
  return kept;
}

}  // namespace

double fit_loss(const Numbers& log_ratios) {
  return loss_of(log_ratios, std::vector<bool>(log_ratios.size(), true));
}

Fit fit_at(const std::vector<FitParameter>& parameters, const std::vector<FitRow>& rows, const Model& model,
           const FitOptions& options) {
  Numbers values;
  for (const FitParameter& parameter : parameters)
    values.push_back(std::clamp(parameter.value, parameter.minimum, parameter.maximum));
  return look_around(parameters, values, rows, model, options.difference);
}

Fit fit(const std::vector<FitParameter>& parameters, const std::vector<FitRow>& rows, const Model& model,
        const FitOptions& options) {
  const std::vector<bool> all(rows.size(), true);
  const Fit start = fit_at(parameters, rows, model, options);
  options.observer({0, fit_loss(start.log_ratios), start.values});
  return descend(start, parameters, rows, all, model, options, true);
}

Numbers leave_out_linear(const Fit& fitted, const std::vector<FitParameter>& parameters,
                         const std::vector<FitRow>& rows) {
  Numbers result = fitted.log_ratios;
  for (const std::string& group : groups_of(rows)) {
    const std::vector<bool> kept = all_but(rows, group);
    const Vector step = step_of(fitted, parameters, kept, kDamping);
    const Numbers values = moved(parameters, fitted.values, step);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t i = 0; i < values.size() && !kept[row]; ++i)
        result[row] += fitted.jacobian[row][i] * std::log(values[i] / fitted.values[i]);
    }
  }
  return result;
}

// The differences stay those of the full fit: without one network they are nearly the same, and they are
// nearly all of the cost.
Numbers leave_out_refitted(const Fit& fitted, const std::vector<FitParameter>& parameters,
                           const std::vector<FitRow>& rows, const Model& model, const FitOptions& options) {
  Numbers result = fitted.log_ratios;
  for (const std::string& group : groups_of(rows)) {
    const std::vector<bool> kept = all_but(rows, group);
    Fit start = fitted;
    start.iterations = 0;
    FitOptions silent = options;
    silent.observer = FitOptions().observer;
    const Fit refitted = descend(start, parameters, rows, kept, model, silent, false);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!kept[row]) result[row] = refitted.log_ratios[row];
    }
  }
  return result;
}

}  // namespace trireme

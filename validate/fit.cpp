// SPDX-License-Identifier: Apache-2.0
#include "validate/fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

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
Vector step_of(const Fit& at, const std::vector<FitParameter>& parameters, const std::vector<bool>& kept) {
  const auto n = static_cast<Eigen::Index>(parameters.size());
  Matrix normal = Matrix::Identity(n, n) * kDamping;
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

std::vector<std::size_t> all_of(const std::vector<FitRow>& rows) {
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// The model and its differences at `values`.
Fit look_around(const std::vector<FitParameter>& parameters, const Numbers& values,
                const std::vector<FitRow>& rows, const Model& model, double difference) {
  std::vector<FitQuery> queries = {{values, all_of(rows)}};
  Numbers steps;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool up = values[i] * std::exp(difference) <= parameters[i].maximum;
    steps.push_back(up ? difference : -difference);
    queries.push_back(queries.front());
    queries.back().values[i] *= std::exp(steps.back());
  }
  const std::vector<Numbers> predicted = model(queries);
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
            const Model& model, const FitOptions& options) {
  const std::vector<bool> all(rows.size(), true);
  for (; at.iterations < options.iterations && !parameters.empty(); ++at.iterations) {
    const double before = fit_loss(at.log_ratios);
    const Vector step = step_of(at, parameters, all);
    std::vector<FitQuery> queries;
    for (const double share : {1.0, 0.5, 0.2})
      queries.push_back({moved(parameters, at.values, share * step), all_of(rows)});
    double best = before;
    std::size_t chosen = queries.size();
    const std::vector<Numbers> predicted = model(queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const double loss = fit_loss(log_ratios_of(predicted[i], rows));
      if (loss < best) best = loss, chosen = i;
    }
    if (chosen == queries.size()) break;
    const int iterations = at.iterations;
    options.observer({iterations + 1, best, queries[chosen].values});
    at = look_around(parameters, queries[chosen].values, rows, model, options.difference);
    at.iterations = iterations;
    if (best > (1 - options.tolerance) * before) break;
  }
  return at;
}

}  // namespace

double fit_loss(const Numbers& log_ratios) {
  double loss = 0;
  for (const double log_ratio : log_ratios) {
    const double size = std::abs(log_ratio);
    loss += size <= kFar ? size * size / 2 : kFar * (size - kFar / 2);
  }
  return loss;
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
  const Fit start = fit_at(parameters, rows, model, options);
  options.observer({0, fit_loss(start.log_ratios), start.values});
  return descend(start, parameters, rows, model, options);
}

Numbers leave_out(const Fit& fitted, const std::vector<FitParameter>& parameters,
                  const std::vector<FitRow>& rows, const Model& model) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t row = 0; row < rows.size(); ++row) groups[rows[row].group].push_back(row);
  // 1. The numbers that a fit to the other rows would have.
  std::vector<FitQuery> queries;
  for (const auto& [group, members] : groups) {
    std::vector<bool> kept(rows.size(), true);
    for (const std::size_t row : members) kept[row] = false;
    queries.push_back({moved(parameters, fitted.values, step_of(fitted, parameters, kept)), members});
  }
  // 2. What the model makes of them.
  const std::vector<Numbers> predicted = model(queries);
  Numbers result(rows.size());
  for (std::size_t query = 0; query < queries.size(); ++query) {
    const std::vector<std::size_t>& members = queries[query].rows;
    for (std::size_t i = 0; i < members.size(); ++i)
      result[members[i]] = predicted[query][i] - rows[members[i]].log_measured;
  }
  return result;
}

}  // namespace trireme

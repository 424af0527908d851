// SPDX-License-Identifier: Apache-2.0
#include "validate/comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace trireme {

namespace {

using Range = std::pair<double, double>;

std::map<ChipAndNetwork, Range> ranges(const std::vector<Measurement>& rows) {
  std::map<ChipAndNetwork, Range> found;
  for (const Measurement& row : rows) {
    if (!row.latency_ms) continue;
    const auto [at, first] = found.try_emplace({row.chip, row.network}, *row.latency_ms, *row.latency_ms);
    at->second.first = std::min(at->second.first, *row.latency_ms);
    at->second.second = std::max(at->second.second, *row.latency_ms);
  }
  return found;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double shared = static_cast<double>(first + end - 1) / 2;
    for (std::size_t i = first; i < end; ++i) result[order[i]] = shared;
  }
  return result;
}

std::vector<double> ratios_of(const std::vector<Point>& points) {
  std::vector<double> ratios;
  for (const Point& point : points) ratios.push_back(point.ratio());
  return ratios;
}

template <typename Predicate>
std::vector<Point> those(const std::vector<Point>& points, Predicate wanted) {
  std::vector<Point> some;
  std::copy_if(points.begin(), points.end(), std::back_inserter(some), wanted);
  return some;
}

}  // namespace

std::vector<Comparison> compare(const std::vector<Measurement>& rows, const Predictions& predictions) {
  const auto spreads = ranges(rows);
  std::vector<Comparison> result;
  for (const Measurement& row : rows) {
    Comparison comparison;
    comparison.measured = row;
    comparison.skipped_because = row.skipped_because;
    const auto found = predictions.find({row.chip, row.network});
    if (comparison.skipped_because.empty() && found != predictions.end()) {
      comparison.predicted = found->second;
      comparison.skipped_because = found->second.skipped_because;
    }
    const auto spread = spreads.find({row.chip, row.network});
    if (spread != spreads.end())
      std::tie(comparison.spread_low_ms, comparison.spread_high_ms) = spread->second;
    result.push_back(std::move(comparison));
  }
  return result;
}

std::vector<Point> points_of(const std::vector<Comparison>& rows) {
  std::vector<Point> points;
  std::vector<std::vector<double>> logarithms;
  for (const Comparison& row : rows) {
    if (!row.compared() || row.measured.tier == "C") continue;
    const Measurement& m = row.measured;
    const auto at = std::find_if(points.begin(), points.end(), [&](const Point& point) {
      return point.chip == m.chip && point.network == m.network;
    });
    const auto index = static_cast<std::size_t>(at - points.begin());
    if (at == points.end()) {
      points.push_back({m.chip, m.network, m.tier, 0, row.predicted.ms});
      logarithms.emplace_back();
    } else if (m.tier < at->tier) {  // a better one: what was collected does not count
      at->tier = m.tier;
      logarithms[index].clear();
    } else if (m.tier > at->tier) {
      continue;
    }
    logarithms[index].push_back(std::log(*m.latency_ms));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double sum = std::accumulate(logarithms[i].begin(), logarithms[i].end(), 0.0);
    points[i].measured_ms = std::exp(sum / static_cast<double>(logarithms[i].size()));
  }
  return points;
}

ErrorSummary summarize(const std::string& of, const std::vector<double>& ratios) {
  ErrorSummary summary;
  summary.of = of;
  summary.points = ratios.size();
  if (ratios.empty()) return summary;
  std::vector<double> errors;
  double logarithms = 0;
  for (const double ratio : ratios) {
    errors.push_back(std::abs(ratio - 1));
    logarithms += std::log(ratio);
  }
  const auto count = static_cast<double>(ratios.size());
  summary.mean = std::accumulate(errors.begin(), errors.end(), 0.0) / count;
  summary.median = median(errors);
  summary.largest = *std::max_element(errors.begin(), errors.end());
  summary.bias = std::exp(logarithms / count);
  return summary;
}

std::vector<ErrorSummary> summarize(const std::vector<Point>& points) {
  std::vector<std::string> chips, tiers;
  for (const Point& point : points) {
    if (std::find(chips.begin(), chips.end(), point.chip) == chips.end()) chips.push_back(point.chip);
    if (std::find(tiers.begin(), tiers.end(), point.tier) == tiers.end()) tiers.push_back(point.tier);
  }
  std::sort(tiers.begin(), tiers.end());
  std::vector<ErrorSummary> rows;
  for (const std::string& chip : chips)
    rows.push_back(summarize(chip, ratios_of(those(points, [&](const Point& p) { return p.chip == chip; }))));
  for (const std::string& tier : tiers) {
    if (!tier.empty())
      rows.push_back(summarize("tier " + tier,
                               ratios_of(those(points, [&](const Point& p) { return p.tier == tier; }))));
  }
  rows.push_back(summarize("all", ratios_of(points)));
  return rows;
}

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2 || a.size() != b.size()) return 0;
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

}  // namespace trireme

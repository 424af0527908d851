// SPDX-License-Identifier: Apache-2.0
#include "validate/left_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/csv.h"
#include "support/error.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace {

constexpr double kSame = 1e-3;  // of a prediction: what printing rounds, and much below any change of a chip

struct Known {
  double fit_ms = 0, left_out_ms = 0;
};
using KnownPoints = std::map<ChipAndNetwork, Known>;

KnownPoints read_known(const std::filesystem::path& csv) {
  KnownPoints known;
  const std::vector<CsvRow> rows = parse_csv(read_text(csv), csv.string());
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& f = rows[i].fields;
    const auto fit = f.size() == 4 ? to_double(f[2]) : std::nullopt;
    const auto left_out = f.size() == 4 ? to_double(f[3]) : std::nullopt;
    if (!fit || !left_out || !(*fit > 0) || !(*left_out > 0)) {
      throw Error(fmt::format("{}:{}", csv.string(), rows[i].line), "no row of a fit",
                  "chip,network,fit_ms,left_out_ms; `tools/fit` writes it");
    }
    known[{f[0], f[1]}] = {*fit, *left_out};
  }
  return known;
}

// On any chip.
bool knows(const KnownPoints& known, const std::string& network) {
  return std::any_of(known.begin(), known.end(),
                     [&](const auto& entry) { return entry.first.second == network; });
}

}  // namespace

std::string left_out_csv(const std::vector<Point>& fit, const LeaveOneOut& left_out) {
  std::string text = "chip,network,fit_ms,left_out_ms\n";
  for (std::size_t i = 0; i < fit.size(); ++i) {
    text += csv_line({fit[i].chip, fit[i].network, fmt::format("{:.6g}", fit[i].predicted_ms),
                      fmt::format("{:.6g}", left_out.points[i].predicted_ms)});
  }
  return text;
}

std::optional<LeaveOneOut> known_left_out(const std::filesystem::path& csv,
                                          const std::vector<Point>& points) {
  if (!std::filesystem::exists(csv)) return std::nullopt;
  const KnownPoints known = read_known(csv);
  LeaveOneOut result{{}, "by the fit the chips have their numbers from", {}};
  for (const Point& point : points) {
    const auto found = known.find({point.chip, point.network});
    if (found == known.end()) {
      if (!knows(known, point.network)) result.never_fitted.push_back(point);
      continue;
    }
    if (std::abs(point.predicted_ms / found->second.fit_ms - 1) > kSame) return std::nullopt;
    result.points.push_back(point);
    result.points.back().predicted_ms = found->second.left_out_ms;
  }
  if (result.points.empty()) return std::nullopt;
  return result;
}

std::vector<ErrorSummary> summaries_of(const LeaveOneOut& left_out) {
  std::vector<ErrorSummary> summaries = summarize(left_out.points);
  std::vector<double> ratios;
  for (const Point& point : left_out.never_fitted) ratios.push_back(point.predicted_ms / point.measured_ms);
  if (!ratios.empty()) summaries.push_back(summarize("never fitted", ratios));
  return summaries;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "support/csv.h"
#include "support/text.h"
#include "validate/report.h"

namespace trireme {

namespace {

using Align = Table::Align;

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string spread(const Comparison& row) {
  if (row.spread_low_ms == row.spread_high_ms) return "";
  return fmt::format("{:.4g}-{:.4g}", row.spread_low_ms, row.spread_high_ms);
}

std::string rows_table(const std::vector<Comparison>& rows) {
  Table table;
  table.column("chip", Align::left);
  table.column("network", Align::left);
  table.column("tier", Align::left);
  for (const char* title : {"predicted ms", "measured ms", "ratio", "all sources"}) table.column(title);
  table.column("", Align::left);
  for (const Comparison& row : rows) {
    const bool predicted = row.skipped_because.empty();
    table.row({row.measured.chip, row.measured.network, row.measured.tier,
               predicted ? fmt::format("{:.3f}", row.predicted.ms) : "",
               row.measured.latency_ms ? fmt::format("{:.3f}", *row.measured.latency_ms) : "",
               row.compared() ? fmt::format("{:.2f}", row.ratio()) : "", spread(row),
               predicted ? "" : "skipped: " + row.skipped_because});
  }
  return table.str();
}

std::string summaries_table(const std::vector<ErrorSummary>& summaries) {
  Table table;
  table.column("", Align::left);
  for (const char* title : {"points", "mean error %", "median %", "largest %", "predicted / measured"})
    table.column(title);
  for (const ErrorSummary& summary : summaries) {
    table.row({summary.of, std::to_string(summary.points), percent(summary.mean), percent(summary.median),
               percent(summary.largest), fmt::format("{:.2f}", summary.bias)});
  }
  return table.str();
}

std::string left_out_text(const LeaveOneOut& left_out) {
  std::string text = fmt::format("\nleaving out a network at a time ({}):\n\n", left_out.method);
  return text + summaries_table(summaries_of(left_out));
}

std::string profile_text(const ProfileComparison& profile) {
  std::string text = fmt::format("\nlayers of {} on {}\n", profile.network, profile.chip);
  if (!profile.skipped_because.empty()) return text + "skipped: " + profile.skipped_because + "\n";
  Table table;
  table.column("no.");
  table.column("unit", Align::left);
  table.column("layer", Align::left);
  for (const char* title : {"predicted us", "measured us", "ratio"}) table.column(title);
  std::vector<double> predicted, measured, ratios;
  for (const LayerComparison& layer : profile.layers) {
    predicted.push_back(layer.predicted_us);
    measured.push_back(layer.measured.microseconds);
    ratios.push_back(layer.predicted_us / layer.measured.microseconds);
    table.row({std::to_string(layer.measured.index), layer.measured.unit, layer.measured.layer,
               fmt::format("{:.1f}", predicted.back()), fmt::format("{:.1f}", measured.back()),
               fmt::format("{:.2f}", ratios.back())});
  }
  const ErrorSummary summary = summarize("", ratios);
  return text + "\n" + table.str() +
         fmt::format(
             "{} layers, {} without a counterpart; rank correlation {:.3f}, mean error {} %, median {} %\n",
             profile.layers.size(), profile.measured_only, rank_correlation(predicted, measured),
             percent(summary.mean), percent(summary.median));
}

std::string number(double value) { return fmt::format("{:.6g}", value); }

}  // namespace

std::string errors_text(const ValidationReport& report) {
  std::string text;
  if (!report.points.empty())
    text += "\n|predicted / measured - 1|; a network on a chip counts once\n\n" +
            summaries_table(report.summaries);
  if (report.left_out) text += left_out_text(*report.left_out);
  if (report.left_out_unknown)
    text +=
        "\nleaving out a network at a time: not known of these chips as they are; --leave-one-out computes "
        "it\n";
  return text;
}

std::string report_text(const ValidationReport& report) {
  std::string text = rows_table(report.rows) + errors_text(report);
  for (const ProfileComparison& profile : report.profiles) text += profile_text(profile);
  return text;
}

std::string report_csv(const ValidationReport& report) {
  std::string text = "chip,network,predicted_ms,predicted_cycles,measured_ms,ratio,skipped_because\n";
  for (const Comparison& row : report.rows) {
    const bool predicted = row.skipped_because.empty();
    text += csv_line({row.measured.chip, row.measured.network, predicted ? number(row.predicted.ms) : "",
                      predicted ? std::to_string(row.predicted.cycles) : "",
                      row.measured.latency_ms ? number(*row.measured.latency_ms) : "",
                      row.compared() ? fmt::format("{:.4f}", row.ratio()) : "", row.skipped_because});
  }
  return text;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "validate/report.h"

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

Json row_json(const Comparison& row) {
  const bool predicted = row.skipped_because.empty();
  Json json = {{"chip", row.measured.chip}, {"network", row.measured.network}, {"tier", row.measured.tier}};
  if (predicted)
    json.update({{"predicted_ms", row.predicted.ms}, {"predicted_cycles", row.predicted.cycles}});
  if (row.measured.latency_ms) {
    json.update({{"measured_ms", *row.measured.latency_ms},
                 {"spread_ms", {row.spread_low_ms, row.spread_high_ms}},
                 {"source", row.measured.source}});
  }
  if (row.compared()) json["ratio"] = row.ratio();
  if (!predicted) json["skipped_because"] = row.skipped_because;
  return json;
}

Json summaries_json(const std::vector<ErrorSummary>& summaries) {
  Json list = Json::array();
  for (const ErrorSummary& summary : summaries) {
    list.push_back({{"of", summary.of},
                    {"points", summary.points},
                    {"mean_error", summary.mean},
                    {"median_error", summary.median},
                    {"largest_error", summary.largest},
                    {"bias", summary.bias}});
  }
  return list;
}

Json profile_json_of(const ProfileComparison& profile) {
  Json layers = Json::array();
  std::vector<double> predicted, measured, ratios;
  for (const LayerComparison& layer : profile.layers) {
    predicted.push_back(layer.predicted_us);
    measured.push_back(layer.measured.microseconds);
    ratios.push_back(predicted.back() / measured.back());
    layers.push_back({{"index", layer.measured.index},
                      {"layer", layer.measured.layer},
                      {"predicted_us", layer.predicted_us},
                      {"measured_us", layer.measured.microseconds}});
  }
  Json json = {{"chip", profile.chip}, {"network", profile.network}, {"source", profile.source}};
  if (!profile.skipped_because.empty()) {
    json["skipped_because"] = profile.skipped_because;
    return json;
  }
  const ErrorSummary summary = summarize("", ratios);
  json.update({{"rank_correlation", rank_correlation(predicted, measured)},
               {"mean_error", summary.mean},
               {"median_error", summary.median},
               {"without_counterpart", profile.measured_only},
               {"layers", std::move(layers)}});
  return json;
}

}  // namespace

Json report_json(const ValidationReport& report) {
  Json rows = Json::array(), profiles = Json::array();
  for (const Comparison& row : report.rows) rows.push_back(row_json(row));
  for (const ProfileComparison& profile : report.profiles) profiles.push_back(profile_json_of(profile));
  Json json = {{"rows", std::move(rows)},
               {"errors", summaries_json(report.summaries)},
               {"profiles", std::move(profiles)}};
  if (report.left_out) {
    json["leave_one_network_out"] = {{"method", report.left_out->method},
                                     {"errors", summaries_json(summaries_of(*report.left_out))}};
  }
  return json;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// One page without anything to load: the plot, the errors, every row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "validate/report.h"

namespace trireme {

namespace {

constexpr const char* kStyle = R"(<style>
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --quiet: #6b7280; --line: #d8dce2; --band: #eef2f7; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #15181c; --quiet: #9aa3af; --line: #353b44; --band: #20252c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p { max-width: 44rem; } svg { width: 100%; height: auto; max-width: 52rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--quiet); }
svg .name { fill: var(--ink); } .grid { stroke: var(--line); } .band { fill: var(--band); }
.even { stroke: var(--ink); } .point { stroke: var(--paper); }
div.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.n, th.n { text-align: right; } td.why { white-space: normal; color: var(--quiet); }
</style>
)";

// Twelve hues and two shapes: neighbours in the legend differ in both.
constexpr std::array<const char*, 12> kColours = {"#2a6fbb", "#d1622b", "#2e8f57", "#a8488f",
                                                  "#8a6d1d", "#c23b4b", "#1993a3", "#6c5bb5",
                                                  "#6f8f1c", "#b5577f", "#4d6479", "#99643f"};
constexpr double kWidth = 760, kHeight = 560, kLeft = 60, kTop = 16, kPlot = 480;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// Both axes have the same range, so that the diagonal is where a prediction is right.
struct Axes {
  double low = -1, high = 3;  // powers of ten
  double x(double ms) const { return kLeft + kPlot * (std::log10(ms) - low) / (high - low); }
  double y(double ms) const { return kTop + kPlot * (high - std::log10(ms)) / (high - low); }
};

Axes axes_of(const std::vector<Point>& points) {
  double least = 1e300, most = 0;
  for (const Point& point : points) {
    least = std::min({least, point.measured_ms, point.predicted_ms});
    most = std::max({most, point.measured_ms, point.predicted_ms});
  }
  return {std::floor(std::log10(least)),
          std::max(std::ceil(std::log10(most)), std::floor(std::log10(least)) + 1)};
}

std::string grid(const Axes& axes) {
  std::string svg;
  for (double power = axes.low; power <= axes.high; power += 1) {
    const double ms = std::pow(10, power), x = axes.x(ms), y = axes.y(ms);
    svg += fmt::format(
        "<line class='grid' x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}'/>"
        "<line class='grid' x1='{3}' x2='{4}' y1='{5:.1f}' y2='{5:.1f}'/>"
        "<text x='{0:.1f}' y='{6}' text-anchor='middle'>{7:g}</text>"
        "<text x='{8}' y='{9:.1f}' text-anchor='end'>{7:g}</text>\n",
        x, kTop, kTop + kPlot, kLeft, kLeft + kPlot, y, kTop + kPlot + 18, ms, kLeft - 8, y + 4);
  }
  return svg + fmt::format(
                   "<text class='name' x='{}' y='{}' text-anchor='middle'>measured, ms</text>"
                   "<text class='name' transform='translate(14 {}) rotate(-90)' "
                   "text-anchor='middle'>predicted, ms</text>\n",
                   kLeft + kPlot / 2, kTop + kPlot + 40, kTop + kPlot / 2);
}

// Predictions between 1 / (1 + share) and 1 + share of what was measured; cut at the plot's edge.
std::string band(const Axes& axes, double share) {
  const double low = std::pow(10, axes.low), high = std::pow(10, axes.high), k = 1 + share;
  std::string corners;
  for (const auto& [x, y] : {std::pair{low, low},
                             {low, low * k},
                             {high / k, high},
                             {high, high},
                             {high, high / k},
                             {low * k, low}})
    corners += fmt::format("{:.1f},{:.1f} ", axes.x(x), axes.y(y));
  return fmt::format("<polygon class='band' points='{}'/>\n", corners);
}

std::string marker(std::size_t chip, double x, double y, const std::string& title) {
  const char* colour = kColours.at(chip % kColours.size());
  const std::string shape =
      chip % 2 == 0
          ? fmt::format("<circle class='point' cx='{:.1f}' cy='{:.1f}' r='5' fill='{}'>", x, y, colour)
          : fmt::format("<rect class='point' x='{:.1f}' y='{:.1f}' width='9' height='9' fill='{}'>", x - 4.5,
                        y - 4.5, colour);
  return shape + "<title>" + escaped(title) + "</title></" + (chip % 2 == 0 ? "circle" : "rect") + ">\n";
}

std::string plot(const std::vector<Point>& points) {
  if (points.empty()) return "<p>No row has both a prediction and a measurement.</p>\n";
  const Axes axes = axes_of(points);
  const double low = std::pow(10, axes.low), high = std::pow(10, axes.high);
  std::string svg =
      fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='predicted against measured latency'>\n",
                  kWidth, kHeight) +
      band(axes, 0.35) + grid(axes) +
      fmt::format("<line class='even' x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}'/>\n", axes.x(low),
                  axes.y(low), axes.x(high), axes.y(high));
  std::vector<std::string> chips;
  for (const Point& point : points) {
    const auto at = std::find(chips.begin(), chips.end(), point.chip);
    const auto index = static_cast<std::size_t>(at - chips.begin());
    if (at == chips.end()) chips.push_back(point.chip);
    svg += marker(index, axes.x(point.measured_ms), axes.y(point.predicted_ms),
                  fmt::format("{} {}: predicted {:.3f} ms, measured {:.3f} ms, ratio {:.2f}", point.chip,
                              point.network, point.predicted_ms, point.measured_ms, point.ratio()));
  }
  for (std::size_t i = 0; i < chips.size(); ++i) {
    const double x = kLeft + kPlot + 30, y = kTop + 12 + 20 * static_cast<double>(i);
    svg += marker(i, x, y, chips[i]) +
           fmt::format("<text class='name' x='{}' y='{}'>{}</text>\n", x + 12, y + 4, escaped(chips[i]));
  }
  return svg +
         "</svg>\n<p>Each mark is a network on a chip. On the line a prediction equals the measurement; "
         "in the band it is off by at most 35 %.</p>\n";
}

std::string errors(const std::vector<ErrorSummary>& summaries) {
  std::string html =
      "<div class='wide'><table><tr><th></th><th class='n'>points</th><th class='n'>mean error</th>"
      "<th class='n'>median</th><th class='n'>largest</th><th class='n'>predicted / measured</th></tr>\n";
  for (const ErrorSummary& s : summaries) {
    html += fmt::format(
        "<tr><td>{}</td><td class='n'>{}</td><td class='n'>{:.1f} %</td><td class='n'>{:.1f} %</td>"
        "<td class='n'>{:.1f} %</td><td class='n'>{:.2f}</td></tr>\n",
        escaped(s.of), s.points, 100 * s.mean, 100 * s.median, 100 * s.largest, s.bias);
  }
  return html + "</table></div>\n";
}

std::string rows(const std::vector<Comparison>& all) {
  std::string html =
      "<div class='wide'><table><tr><th>chip</th><th>network</th><th>tier</th><th class='n'>predicted ms</th>"
      "<th class='n'>measured ms</th><th class='n'>ratio</th><th>framework, or why it was "
      "skipped</th></tr>\n";
  for (const Comparison& row : all) {
    const bool predicted = row.skipped_because.empty();
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class='n'>{}</td><td class='n'>{}</td><td class='n'>{}</td>"
        "<td class='why'>{}</td></tr>\n",
        escaped(row.measured.chip), escaped(row.measured.network), escaped(row.measured.tier),
        predicted ? fmt::format("{:.3f}", row.predicted.ms) : "",
        row.measured.latency_ms ? fmt::format("{:.3f}", *row.measured.latency_ms) : "",
        row.compared() ? fmt::format("{:.2f}", row.ratio()) : "",
        escaped(predicted ? row.measured.framework : "skipped: " + row.skipped_because));
  }
  return html + "</table></div>\n";
}

}  // namespace

std::string report_html(const ValidationReport& report) {
  std::string html =
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
      "<meta name='viewport' content='width=device-width'>"
      "<title>Trireme: predicted and measured latencies</title>\n";
  html += kStyle;
  html += "</head><body>\n<h1>Predicted and measured latencies</h1>\n" + plot(report.points);
  html +=
      "<h2>Error by chip</h2>\n<p>|predicted / measured - 1|. Several measurements of a network on a chip "
      "count once, by their geometric mean.</p>\n" +
      errors(report.summaries);
  if (report.left_out)
    html +=
        "<h2>Leaving a network out</h2>\n<p>Each network predicted with fitted numbers that have not seen it "
        "(" +
        escaped(report.left_out->method) + ").</p>\n" + errors(summaries_of(*report.left_out));
  return html + "<h2>Rows</h2>\n" + rows(report.rows) + "</body></html>\n";
}

}  // namespace trireme

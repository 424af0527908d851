// SPDX-License-Identifier: Apache-2.0
#include "validate/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "support/csv.h"
#include "support/error.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

// A file whose first line names its columns.
class CsvTable {
 public:
  explicit CsvTable(const fs::path& csv) : file_(csv.string()), rows_(parse_csv(read_text(csv), file_)) {
    if (rows_.empty()) throw Error(file_, "is empty", "its first line names the columns");
    for (const std::string& name : rows_.front().fields) columns_.push_back(to_lower(trim(name)));
    rows_.erase(rows_.begin());
  }

  void require(const std::vector<std::string>& names) const {
    Problems problems;
    for (const std::string& name : names) {
      if (std::find(columns_.begin(), columns_.end(), name) == columns_.end())
        problems.add(file_ + ":1", fmt::format("there is no column {}", name),
                     "columns: " + join(columns_, ", "));
    }
    problems.throw_if_any();
  }

  const std::vector<CsvRow>& rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  std::string where(const CsvRow& row) const { return fmt::format("{}:{}", file_, row.line); }

  // Empty if the row or the table has no such field.
  std::string at(const CsvRow& row, const std::string& name) const {
    const auto column = std::find(columns_.begin(), columns_.end(), name);
    const auto index = static_cast<std::size_t>(column - columns_.begin());
    return index < row.fields.size() ? trim(row.fields[index]) : std::string();
  }

 private:
  std::string file_;
  std::vector<CsvRow> rows_;
  std::vector<std::string> columns_;
};

std::string complaint(const Measurement& row, const std::string& latency, std::size_t fields,
                      std::size_t columns) {
  if (fields > columns) return fmt::format("{} fields in a line of {} columns", fields, columns);
  if (row.chip.empty()) return "no chip is named";
  if (row.network.empty()) return "no network is named";
  const bool positive = row.latency_ms && std::isfinite(*row.latency_ms) && *row.latency_ms > 0;
  if (!latency.empty() && !positive) return fmt::format("latency_ms '{}' is no positive number", latency);
  return {};
}

Measurement measurement_of(const CsvTable& table, const CsvRow& csv) {
  Measurement row;
  row.chip = table.at(csv, "chip");
  row.network = table.at(csv, "network");
  const std::string latency = table.at(csv, "latency_ms");
  row.latency_ms = to_double(latency);
  row.tier = table.at(csv, "tier");
  row.quant = table.at(csv, "quant");
  row.framework = table.at(csv, "framework");
  row.source = table.at(csv, "source");
  row.skipped_because = complaint(row, latency, csv.fields.size(), table.columns());
  if (!row.skipped_because.empty()) row.latency_ms.reset();
  return row;
}

}  // namespace

std::vector<Measurement> read_measurements(const fs::path& csv) {
  const CsvTable table(csv);
  table.require({"chip", "network", "latency_ms"});
  std::vector<Measurement> rows;
  for (const CsvRow& row : table.rows()) rows.push_back(measurement_of(table, row));
  return rows;
}

std::vector<MeasuredProfile> read_profiles(const fs::path& csv) {
  const CsvTable table(csv);
  table.require({"chip", "network", "index", "unit", "layer", "time_us", "source"});
  std::vector<MeasuredProfile> profiles;
  for (const CsvRow& row : table.rows()) {
    const std::string chip = table.at(row, "chip"), network = table.at(row, "network");
    if (profiles.empty() || profiles.back().chip != chip || profiles.back().network != network)
      profiles.push_back({chip, network, table.at(row, "source"), {}});
    const auto index = to_int(table.at(row, "index"));
    const auto time = to_double(table.at(row, "time_us"));
    if (!index || !time || !(*time > 0)) throw Error(table.where(row), "index or time_us is no number", "");
    profiles.back().layers.push_back(
        {static_cast<int>(*index), table.at(row, "unit"), table.at(row, "layer"), *time});
  }
  return profiles;
}

fs::path validation_folder() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = program.parent_path().parent_path() / "share" / "trireme" / "validate";
  return fs::is_directory(installed, none) ? installed : fs::path(TRIREME_SOURCE_DIR) / "validate";
}

}  // namespace trireme

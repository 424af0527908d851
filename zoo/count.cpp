// SPDX-License-Identifier: Apache-2.0
// What is published about a network, and the same counted in a file.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "model/graph/operators.h"
#include "model/import/import.h"
#include "support/error.h"
#include "support/files.h"
#include "support/text.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

// Fields of a line; quoted ones may have commas.
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> list(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      list.emplace_back();
    } else {
      list.back() += c;
    }
  }
  return list;
}

struct Row {
  std::string where;
  std::vector<std::string> fields;
};

// Without the header line.
std::vector<Row> read_rows(const std::filesystem::path& csv, std::size_t columns) {
  std::vector<Row> rows;
  int line_number = 0;
  for (const std::string& line : split(read_text(csv), '\n')) {
    if (++line_number == 1 || line.empty()) continue;
    rows.push_back({fmt::format("{}:{}", csv.string(), line_number), fields(line)});
    const Row& row = rows.back();
    if (row.fields.size() != columns)
      throw Error(row.where, fmt::format("{} fields", row.fields.size()), fmt::format("{}", columns));
  }
  return rows;
}

double number(const std::string& text, const std::string& where) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(where, "'" + text + "' is no number", "a decimal number");
  return value;
}

std::vector<std::int64_t> sizes(const std::string& text, const std::string& where) {
  std::vector<std::int64_t> list;
  for (const std::string& size : split(text, 'x'))
    list.push_back(static_cast<std::int64_t>(number(size, where)));
  return list;
}

// What training moves: weights, biases, gamma and beta; not the statistics of a batch normalization.
std::int64_t parameters(const Graph& graph, const Node& node) {
  const bool trained = node.op == "convolution" || node.op == "deconvolution" || node.op == "fullconnect" ||
                       node.op == "batchnormalize";
  std::int64_t count = 0;
  for (std::size_t i = 1; trained && i < node.inputs.size() && i < 3; ++i) {
    if (node.inputs[i] != kNone) count += element_count(graph.values[node.inputs[i]].shape);
  }
  return count;
}

}  // namespace

std::vector<Published> read_published(const std::filesystem::path& csv) {
  std::vector<Published> rows;
  for (const auto& [where, f] : read_rows(csv, 5)) {
    rows.push_back({f[0], f[4], sizes(f[1], where), number(f[2], where), number(f[3], where)});
  }
  return rows;
}

std::vector<Deviation> read_deviations(const std::filesystem::path& csv) {
  std::vector<Deviation> rows;
  for (const auto& [where, f] : read_rows(csv, 3)) rows.push_back({f[0], f[1], f[2]});
  return rows;
}

std::vector<std::string> differences(const Published& published, const Counts& counted) {
  const auto differs = [](double wanted, double found) {
    return std::abs(found - wanted) > kTolerance * wanted;
  };
  std::vector<std::string> list;
  if (published.input != counted.input) list.emplace_back("input");
  if (differs(published.million_parameters * 1e6, static_cast<double>(counted.parameters)))
    list.emplace_back("parameters");
  if (differs(published.gmac * 1e9, static_cast<double>(counted.macs))) list.emplace_back("macs");
  return list;
}

std::filesystem::path data_folder() { return std::filesystem::path(TRIREME_SOURCE_DIR) / "zoo"; }

Counts count(const std::filesystem::path& onnx) {
  ImportOptions options;
  options.shapes_only = true;
  const Graph graph = import_onnx(onnx, options);
  Counts counts;
  const Shape& input = graph.values[graph.inputs.at(0)].shape;
  counts.input.assign(input.begin() + 1, input.end());
  for (const Node& node : graph.nodes) {
    counts.parameters += parameters(graph, node);
    counts.macs += macs(graph, node);
  }
  return counts;
}

}  // namespace trireme::zoo

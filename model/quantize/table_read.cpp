// SPDX-License-Identifier: Apache-2.0
// Versions 1 (tools 5.x to 6.6) and 2 (6.12) of the table, told apart by their fields (formats.md §4.1,
// §4.2).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "model/quantize/table.h"
#include "support/files.h"
#include "support/text.h"
#include "support/yaml_fields.h"

namespace trireme {

namespace {

using Scheme = Quantization::Scheme;

// What the files call quantizer (v1: dtype).
const std::vector<std::pair<std::string, Scheme>>& quantizers() {
  static const std::vector<std::pair<std::string, Scheme>> list = {
      {"asymmetric_affine", Scheme::affine},
      {"symmetric_affine", Scheme::affine},
      {"perchannel_symmetric_affine", Scheme::affine},
      {"asymmetric_quantized", Scheme::affine},
      {"dynamic_fixed_point", Scheme::fixed_point},
      {"bfloat16", Scheme::none},
      {"qbfloat16", Scheme::none},
      {"float16", Scheme::none},
      {"float32", Scheme::none},
  };
  return list;
}

Scheme scheme_named(YamlFields& entry, const std::string& key) {
  std::vector<std::string> names;
  for (const auto& row : quantizers()) names.push_back(row.first);
  const std::string name = entry.choice(key, names);
  for (const auto& row : quantizers()) {
    if (row.first == name) return row.second;
  }
  return Scheme::none;
}

DataType type_named(YamlFields& entry) {
  const std::string name = entry.choice("qtype", {"u8", "i8", "i16", "i32", "i64", "bf16", "f16", "f32"});
  return parse_data_type(name, entry.where("qtype"));
}

// The nearest float32 of the text itself: by way of a double it could be rounded twice.
std::vector<float> scales(YamlFields& entry) {
  std::vector<float> values;
  for (const std::string& text : entry.texts("scale")) {
    float value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = result.ec == std::errc() && result.ptr == text.data() + text.size();
    if (!number || !std::isfinite(value) || value <= 0) {
      entry.complain("scale", fmt::format("'{}' is not a positive number", text.substr(0, 60)), {});
      return {1.0F};
    }
    values.push_back(value);
  }
  return values;
}

std::pair<std::int64_t, std::int64_t> zero_point_range(DataType type) {
  switch (type) {
    case DataType::uint8:
      return {0, 255};
    case DataType::int8:
      return {-128, 127};
    case DataType::int16:
      return {-32768, 32767};
    default:
      return {0, 0};
  }
}

std::vector<std::int32_t> zero_points(YamlFields& entry, DataType type) {
  const auto [low, high] = zero_point_range(type);
  std::vector<std::int32_t> values;
  for (const std::int64_t value : entry.integers("zero_point")) {
    if (value < low || value > high) {
      entry.complain("zero_point", fmt::format("{} is out of range for {}", value, name_of(type)),
                     fmt::format("an integer from {} to {}", low, high));
      return {0};
    }
    values.push_back(static_cast<std::int32_t>(value));
  }
  return values;
}

void read_affine(YamlFields& entry, Quantization& q) {
  if (!is_integer(q.dtype))
    entry.complain("qtype", "a floating-point type has no scale", "u8 i8 i16 i32 i64");
  q.scale = scales(entry);
  q.zero_point = zero_points(entry, q.dtype);
  if (q.scale.size() != q.zero_point.size()) {
    entry.complain("zero_point", fmt::format("{} values for {} scales", q.zero_point.size(), q.scale.size()),
                   "one zero point a scale");
  }
  const bool channels = (entry.has("method") && entry.text("method") == "channel") || q.scale.size() > 1;
  if (entry.has("channel_dim")) {
    // -1 is written for fullconnect weights, whose outputs come last there and first here.
    q.channel_axis = static_cast<int>(std::max<std::int64_t>(entry.integer("channel_dim", -1, 7), 0));
  } else if (entry.has("method") && channels) {
    q.channel_axis = 0;  // v1 has no field for it
  } else if (channels) {
    entry.complain("scale", "has several values but the entry no channel_dim", "add channel_dim");
  }
}

void read_fixed_point(YamlFields& entry, Quantization& q) {
  if (!is_integer(q.dtype)) entry.complain("qtype", "a floating-point type has no fl", "i8 i16 i32 i64");
  const std::vector<std::int64_t> fl = entry.integers("fl");
  if (fl.size() != 1 || fl[0] < -256 || fl[0] > 256) {
    entry.complain("fl", "is not one fractional length", "an integer from -256 to 256");
    return;
  }
  q.fl = static_cast<int>(fl[0]);
}

// Observed ranges: a number, a list of them (v1), or nothing (biases of v1).
double bound(YamlFields& entry, const YAML::Node& node, const std::string& key) {
  if (!entry.has(key) || node[key].IsNull()) return 0;
  const std::vector<double> values = entry.numbers(key);
  return values.empty() ? 0 : values[0];
}

Quantization read_entry(YamlFields& entry, const YAML::Node& node) {
  Quantization q;
  q.scheme = scheme_named(entry, entry.has("quantizer") ? "quantizer" : "dtype");
  q.dtype = type_named(entry);
  if (q.scheme == Scheme::affine) read_affine(entry, q);
  if (q.scheme == Scheme::fixed_point) read_fixed_point(entry, q);
  if (q.scheme == Scheme::none && is_integer(q.dtype)) {
    entry.complain("qtype", "an integer type needs a quantizer with parameters", {});
  }
  q.min = bound(entry, node, "min_value");
  q.max = bound(entry, node, "max_value");
  if (entry.has("rounding")) entry.choice("rounding", {"rtne"});
  // Fields that another quantizer has are known too: hand-made tables carry them along.
  for (const char* other : {"scale", "zero_point", "fl", "method", "channel_dim"}) entry.has(other);
  entry.reject_unknown();
  return q;
}

void read_entries(const YAML::Node& map, const std::string& file, QuantizeTable& table, Problems& problems) {
  if (!map.IsMap()) {
    problems.add(file + ": key 'quantize_parameters'", "is not a mapping", "write '@layer:out0': entries");
    return;
  }
  for (const auto& item : map) {
    const std::string key = item.first.Scalar();
    YamlFields entry(item.second, file, "quantize_parameters." + key, problems);
    if (!item.second.IsMap()) continue;  // the line above has complained
    table.entries[key] = read_entry(entry, item.second);
    table.order.push_back(key);
  }
}

// A table is written by a program: one mistake stands in every entry. The first few of a kind tell as much.
void add_first_of_each(const Problems& found, const std::string& file, Problems& problems) {
  constexpr int kShown = 3;
  std::map<std::string, int> counts;
  const auto kind_of = [](const Problem& problem) {
    return problem.where.substr(problem.where.rfind('.') + 1) + " " + problem.what;
  };
  for (const Problem& problem : found.list()) {
    if (++counts[kind_of(problem)] <= kShown) problems.add(problem.where, problem.what, problem.hint);
  }
  for (const auto& [kind, count] : counts) {
    if (count > kShown) problems.add(file, fmt::format("{} more entries: '{}", count - kShown, kind));
  }
}

void reject_tabs(const std::string& text, const std::string& file) {
  const std::size_t tab = text.find('\t');
  if (tab == std::string::npos) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(tab), '\n');
  throw Error(fmt::format("{}:{}", file, line), "has a tab, which this file disallows", "indent with blanks");
}

void read_customized(YamlFields& top, const YAML::Node& root, QuantizeTable& table) {
  const std::string key = "customized_quantize_layers";
  if (!top.has(key) || root[key].IsNull()) return;
  const YAML::Node map = root[key];
  if (!map.IsMap())
    return top.complain(key, "is not a mapping", "{} or 'layer: dynamic_fixed_point-i16' lines");
  for (const auto& item : map) {
    if (!item.second.IsScalar()) {
      top.complain(key, fmt::format("'{}' has no single value", item.first.Scalar()),
                   "dynamic_fixed_point-i16");
      continue;
    }
    table.customized[item.first.Scalar()] = item.second.Scalar();
  }
}

}  // namespace

QuantizeTable read_quantize_table(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::string text = read_text(path);
  reject_tabs(text, file);
  const YAML::Node root = parse_yaml(text, file);
  Problems problems;
  QuantizeTable table;
  YamlFields top(root, file, "", problems);
  problems.throw_if_any();
  table.version = top.has("version") ? static_cast<int>(top.integer("version", 1, 2)) : 1;
  // Scripts seed --rebuild with {"version":1,"tensors":[]} (formats.md §4.2): a table without entries.
  if (!top.has("tensors") || top.has("quantize_parameters")) {
    const YAML::Node parameters = top.node("quantize_parameters");
    Problems found;
    if (parameters.IsDefined()) read_entries(parameters, file, table, found);
    add_first_of_each(found, file, problems);
  }
  read_customized(top, root, table);
  top.reject_unknown();
  problems.throw_if_any();
  return table;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "support/yaml_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>
#include <utility>

#include "support/text.h"

namespace trireme {

namespace {

// A long value would hide the message around it.
std::string quoted(const std::string& value) {
  constexpr std::size_t shown = 60;
  return value.size() <= shown ? "'" + value + "'" : "'" + value.substr(0, shown) + "…'";
}

const char* kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return "a single value";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    default:
      return "empty";
  }
}

// YAML 1.2 core schema: decimal or 0x hexadecimal (chip numbers are written so: pid: 0x99).
std::optional<std::int64_t> yaml_integer(const std::string& text) {
  if (text.size() < 3 || text[0] != '0' || text[1] != 'x') return to_int(text);
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + 2, end, value, 16);
  if (text[2] == '-' || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
  if constexpr (std::is_same_v<Number, double>) {
    return to_double(text);
  } else {
    return yaml_integer(text);
  }
}

template <typename Number>
constexpr const char* number_kind = std::is_same_v<Number, double> ? "a number" : "an integer";

std::string range_text(std::int64_t min, std::int64_t max) {
  return fmt::format("an integer from {} to {}", min, max);
}

std::string range_text(double min, double max) {
  return fmt::format("a number from {} to {}", shortest(min), shortest(max));
}

}  // namespace

YamlFields::YamlFields(YAML::Node node, std::string file, std::string prefix, Problems& problems)
    : file_(std::move(file)), prefix_(std::move(prefix)), problems_(&problems) {
  if (node.IsDefined() && node.IsMap()) {
    node_ = node;
    return;
  }
  const bool has_line = node.IsDefined() && !node.Mark().is_null();
  problems.add((has_line ? fmt::format("{}:{}", file_, node.Mark().line + 1) : file_) +
                   (prefix_.empty() ? "" : ": key '" + prefix_ + "'"),
               fmt::format("is {}, not a mapping", node.IsDefined() ? kind_of(node) : "missing"),
               "write 'key: value' lines");
}

bool YamlFields::has(const std::string& key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  // The const operator never adds the key.
  return node_.IsMap() && std::as_const(node_)[key].IsDefined();
}

YAML::Node YamlFields::value_of(const std::string& key) {
  if (!has(key)) {
    if (node_.IsMap()) complain(key, "missing", "this key is required");
    return YAML::Node(YAML::NodeType::Undefined);
  }
  const YAML::Node value = std::as_const(node_)[key];
  if (!value.IsNull()) return value;
  complain(key, "has no value", "write one after the colon");
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string YamlFields::scalar(const std::string& key) {
  const YAML::Node value = value_of(key);
  if (!value.IsDefined()) return {};
  if (value.IsScalar()) return value.Scalar();
  complain(key, fmt::format("is {}, not a single value", kind_of(value)), {});
  return {};
}

std::int64_t YamlFields::integer(const std::string& key, std::int64_t min, std::int64_t max) {
  const std::size_t before = problems_->list().size();
  const std::string text = scalar(key);
  if (problems_->list().size() != before || !node_.IsMap()) return min;
  const auto value = yaml_integer(text);
  if (value && *value >= min && *value <= max) return *value;
  complain(key, quoted(text) + (value ? " is out of range" : " is not an integer"), range_text(min, max));
  return min;
}

double YamlFields::number(const std::string& key, double min, double max) {
  const std::size_t before = problems_->list().size();
  const std::string text = scalar(key);
  if (problems_->list().size() != before || !node_.IsMap()) return min;
  const auto value = to_double(text);
  // A NaN is in no range.
  if (value && *value >= min && *value <= max) return *value;
  complain(key, quoted(text) + (value ? " is out of range" : " is not a number"), range_text(min, max));
  return min;
}

std::string YamlFields::text(const std::string& key) { return scalar(key); }

std::string YamlFields::choice(const std::string& key, const std::vector<std::string>& allowed) {
  const std::size_t before = problems_->list().size();
  const std::string text = scalar(key);
  const std::string fallback = allowed.empty() ? std::string() : allowed.front();
  if (problems_->list().size() != before || !node_.IsMap()) return fallback;
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  complain(key, quoted(text) + " is not allowed", suggestion(text, allowed));
  return fallback;
}

bool YamlFields::boolean(const std::string& key) {
  const std::size_t before = problems_->list().size();
  const std::string text = scalar(key);
  if (problems_->list().size() != before || !node_.IsMap()) return false;
  const std::string lower = to_lower(text);  // Python writes True and False
  if (lower != "true" && lower != "false")
    complain(key, quoted(text) + " is not a truth value", "true or false");
  return lower == "true";
}

template <typename Number>
std::vector<Number> YamlFields::number_list(const std::string& key) {
  std::vector<Number> numbers;
  for (const std::string& text : texts(key)) {
    const auto value = parse_number<Number>(text);
    if (!value) {
      complain(key, fmt::format("{} is not {}", quoted(text), number_kind<Number>), {});
      return {};
    }
    numbers.push_back(*value);
  }
  return numbers;
}

std::vector<std::int64_t> YamlFields::integers(const std::string& key) {
  return number_list<std::int64_t>(key);
}

std::vector<double> YamlFields::numbers(const std::string& key) { return number_list<double>(key); }

std::vector<std::string> YamlFields::texts(const std::string& key) {
  const YAML::Node value = value_of(key);
  if (!value.IsDefined()) return {};
  if (value.IsScalar()) return {value.Scalar()};
  if (!value.IsSequence()) {
    complain(key, fmt::format("is {}, not a list", kind_of(value)), "write [a, b, c]");
    return {};
  }
  std::vector<std::string> items;
  for (const YAML::Node& item : value) {
    if (!item.IsScalar()) {
      complain(key, fmt::format("item {} is {}, not a single value", items.size(), kind_of(item)), {});
      return {};
    }
    items.push_back(item.Scalar());
  }
  return items;
}

YAML::Node YamlFields::node(const std::string& key) { return value_of(key); }

YamlFields YamlFields::section(const std::string& key) {
  const YAML::Node value = value_of(key);
  const std::string path = prefix_.empty() ? key : prefix_ + "." + key;
  if (value.IsDefined()) return YamlFields(value, file_, path, *problems_);
  YamlFields nothing(YAML::Node(YAML::NodeType::Map), file_, path, *problems_);
  nothing.node_ = YAML::Node();  // the complaint about the missing section is enough
  return nothing;
}

std::vector<YamlFields> YamlFields::sequence(const std::string& key) {
  const YAML::Node value = value_of(key);
  if (!value.IsDefined()) return {};
  if (!value.IsSequence()) {
    complain(key, fmt::format("is {}, not a list", kind_of(value)), "write one '- key: value' entry an item");
    return {};
  }
  const std::string path = prefix_.empty() ? key : prefix_ + "." + key;
  std::vector<YamlFields> entries;
  for (const YAML::Node& item : value) {
    entries.emplace_back(item, file_, fmt::format("{}[{}]", path, entries.size()), *problems_);
  }
  return entries;
}

std::string YamlFields::where(const std::string& key) {
  YAML::Mark mark = node_.Mark();
  if (node_.IsMap()) {
    // The line of the key: its value may begin lines below.
    for (const auto& entry : std::as_const(node_)) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) mark = entry.first.Mark();
    }
  }
  const std::string path = prefix_.empty() ? key : prefix_ + "." + key;
  if (mark.is_null()) return fmt::format("{}: key '{}'", file_, path);
  return fmt::format("{}:{}: key '{}'", file_, mark.line + 1, path);
}

void YamlFields::complain(const std::string& key, const std::string& what, const std::string& hint) {
  problems_->add(where(key), what, hint);
}

void YamlFields::reject_unknown() {
  if (!node_.IsMap()) return;
  for (const auto& entry : std::as_const(node_)) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    complain(key, "unknown key", suggestion(key, asked_));
  }
}

}  // namespace trireme

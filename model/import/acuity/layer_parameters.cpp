// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "support/text.h"

namespace trireme {
namespace {

std::optional<double> as_number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_boolean()) return json.get<bool>() ? 1.0 : 0.0;
  if (json.is_string()) return to_double(trim(json.get_ref<const std::string&>()));
  return {};
}

std::optional<std::int64_t> as_integer(const Json& json) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return {};
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return to_int(trim(json.get_ref<const std::string&>()));
  return {};
}

// "0 2, 3" as a list; anything else that is no list as a list of one.
Json as_list(const Json& json) {
  if (json.is_array()) return json;
  if (!json.is_string()) return Json::array({json});
  std::string list = json.get<std::string>();
  for (char& c : list) c = c == ',' ? ' ' : c;
  return split_words(list);
}

}  // namespace

const Json* LayerParameters::find(const char* key, bool required) {
  asked_.insert(key);
  const auto found = json_.find(key);
  if (found != json_.end()) return &*found;
  if (required) complain(key, "is missing");
  return nullptr;
}

bool LayerParameters::has(const char* key) { return json_.contains(key); }

std::int64_t LayerParameters::integer(const char* key, std::optional<std::int64_t> fallback) {
  const Json* found = find(key, !fallback.has_value());
  if (found == nullptr) return fallback.value_or(0);
  const std::optional<std::int64_t> number = as_integer(*found);
  if (!number) complain(key, "is not a whole number");
  return number.value_or(0);
}

float LayerParameters::real(const char* key, std::optional<float> fallback) {
  const Json* found = find(key, !fallback.has_value());
  if (found == nullptr) return fallback.value_or(0);
  const std::optional<double> number = as_number(*found);
  constexpr double kMost = std::numeric_limits<float>::max();
  if (!number || !(std::abs(*number) <= kMost)) complain(key, "is not a float32 number");
  return number && std::abs(*number) <= kMost ? static_cast<float>(*number) : 0.0F;
}

double LayerParameters::number(const char* key, std::optional<double> fallback) {
  const Json* found = find(key, !fallback.has_value());
  if (found == nullptr) return fallback.value_or(0);
  const std::optional<double> number = as_number(*found);
  if (number && std::isfinite(*number)) return *number;
  complain(key, "is not a number");
  return 0;
}

bool LayerParameters::flag(const char* key, std::optional<bool> fallback) {
  const Json* found = find(key, !fallback.has_value());
  if (found == nullptr) return fallback.value_or(false);
  if (found->is_boolean()) return found->get<bool>();
  const std::string word = found->is_string() ? to_lower(found->get_ref<const std::string&>()) : "";
  const std::optional<double> number = as_number(*found);
  if (word == "true" || (number && *number == 1)) return true;
  if (word != "false" && !(number && *number == 0)) complain(key, "is neither true nor false");
  return false;
}

std::string LayerParameters::text(const char* key, std::optional<std::string> fallback) {
  const Json* found = find(key, !fallback.has_value());
  if (found == nullptr) return fallback.value_or("");
  if (found->is_string()) return found->get<std::string>();
  complain(key, "is not a text");
  return fallback.value_or("");
}

std::vector<std::int64_t> LayerParameters::integers(const char* key) {
  const Json* found = find(key, true);
  if (found == nullptr) return {};
  std::vector<std::optional<std::int64_t>> numbers;
  for (const Json& element : as_list(*found)) {
    if (!element.is_array()) numbers.push_back(as_integer(element));
    for (const Json& inner : element.is_array() ? element : Json::array())
      numbers.push_back(as_integer(inner));
  }
  std::vector<std::int64_t> result;
  for (const std::optional<std::int64_t>& number : numbers) {
    if (!number) {
      complain(key, "is not a list of whole numbers");
      return {};
    }
    result.push_back(*number);
  }
  return result;
}

std::vector<float> LayerParameters::reals(const char* key) {
  const Json* found = find(key, true);
  std::vector<float> result;
  if (found == nullptr) return result;
  for (const Json& entry : as_list(*found)) {
    const std::optional<double> number = as_number(entry);
    if (!number || !(std::abs(*number) <= std::numeric_limits<float>::max())) {
      complain(key, "is not a list of float32 numbers");
      return {};
    }
    result.push_back(static_cast<float>(*number));
  }
  return result;
}

std::vector<std::string> LayerParameters::texts(const char* key) {
  const Json* found = find(key, true);
  std::vector<std::string> result;
  if (found == nullptr) return result;
  for (const Json& entry : found->is_array() ? *found : Json::array({*found})) {
    if (!entry.is_string()) {
      complain(key, "is not a list of texts");
      return {};
    }
    result.push_back(entry.get<std::string>());
  }
  return result;
}

void LayerParameters::require(const char* key, const std::string& only_value) {
  const std::string value = text(key, only_value);
  if (value != only_value)
    complain(key, "is '" + printable(value) + "'", "'" + only_value + "' is supported");
}

void LayerParameters::ignore(const std::vector<const char*>& keys) {
  asked_.insert(keys.begin(), keys.end());
}

void LayerParameters::complain(const char* key, const std::string& what, const std::string& hint) {
  problems_.add(where_, std::string("parameter '") + key + "' " + what, hint);
}

void LayerParameters::reject_unknown() {
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : json_.items()) {
    if (asked_.count(key) != 0) continue;
    problems_.add(where_, "parameter '" + printable(key) + "' is unknown",
                  known.empty() ? "this operator has none" : suggestion(key, known));
  }
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// A YAML mapping read field by field: every key must be known, every value typed and in range, and every
// complaint carries file:line, key, value, what is allowed and the nearest match. Complaints are collected.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/error.h"

namespace trireme {

// Parses one document; a syntax error becomes an Error with file:line. Size, depth and alias expansion are
// bounded; a key that occurs twice in a mapping is a problem.
YAML::Node parse_yaml(const std::string& text, const std::string& file);

class YamlFields {
 public:
  // `prefix` is the dotted path of this mapping ("nne"); empty at the top.
  YamlFields(YAML::Node node, std::string file, std::string prefix, Problems& problems);

  bool has(const std::string& key);
  // Required scalars: a missing key is a problem and the fallback is returned so that reading can go on.
  std::int64_t integer(const std::string& key, std::int64_t min, std::int64_t max);
  double number(const std::string& key, double min, double max);
  std::string text(const std::string& key);
  std::string choice(const std::string& key, const std::vector<std::string>& allowed);
  bool boolean(const std::string& key);
  std::vector<std::int64_t> integers(const std::string& key);  // a scalar counts as a list of one
  std::vector<double> numbers(const std::string& key);         // a scalar counts as a list of one
  std::vector<std::string> texts(const std::string& key);      // a scalar counts as a list of one
  YAML::Node node(const std::string& key);                     // required, any type
  YamlFields section(const std::string& key);                  // required mapping
  std::vector<YamlFields> sequence(const std::string& key);    // required list of mappings

  std::string where(const std::string& key);  // "file:line: key 'prefix.key'"
  void complain(const std::string& key, const std::string& what, const std::string& hint);
  // Every key that no call above asked for is a problem, with the nearest known key. Call it last.
  void reject_unknown();

 private:
  YAML::Node value_of(const std::string& key);  // undefined, after a complaint, if missing or empty
  std::string scalar(const std::string& key);   // empty, after a complaint, if it is none
  template <typename Number>
  std::vector<Number> number_list(const std::string& key);

  YAML::Node node_;  // null if it was not a mapping, about which one complaint is enough
  std::string file_, prefix_;
  Problems* problems_;
  std::vector<std::string> asked_;
};

}  // namespace trireme

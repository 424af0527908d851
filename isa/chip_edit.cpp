// SPDX-License-Identifier: Apache-2.0
#include "isa/chip_edit.h"

#include <fmt/format.h>

#include <algorithm>

#include "isa/chip.h"
#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

bool begins(const std::string& line, const std::string& start) { return line.rfind(start, 0) == 0; }

bool ends_section(const std::string& line) { return !line.empty() && line[0] != ' ' && line[0] != '#'; }

}  // namespace

std::string with_fitted_field(const std::string& yaml, const std::string& file, const std::string& field,
                              std::int64_t value, const std::string& source) {
  const std::vector<std::string> path = split(field, '.');
  if (path.size() != 2) throw Error(file, fmt::format("'{}' is no field of a section", field), "section.key");
  const std::string line =
      fmt::format("  {}: {{value: {}, basis: fitted, source: \"{}\"}}", path[1], value, source);
  std::vector<std::string> lines = split(yaml, '\n');
  auto section = std::find(lines.begin(), lines.end(), path[0] + ":");
  if (section == lines.end()) {
    if (!lines.back().empty()) lines.emplace_back();
    section = lines.insert(lines.end() - 1, path[0] + ":");
  }
  const auto end = std::find_if(section + 1, lines.end(), ends_section);
  const auto key = std::find_if(section + 1, end,
                                [&](const std::string& text) { return begins(text, "  " + path[1] + ":"); });
  if (key != end) {
    *key = line;
  } else {
    lines.insert(section + 1, line);
  }
  const std::string edited = join(lines, "\n");
  for (const FieldOrigin& origin : explain_chip(edited, file)) {
    if (origin.key == field && origin.value == std::to_string(value)) return edited;
  }
  throw Error(file, fmt::format("{} could not be changed", field), "give each field a line of its own");
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/text.h"

namespace trireme {

namespace {

std::string with_point(std::string text) {
  if (text.find('.') != std::string::npos) return text;
  return text.insert(std::min(text.find('e'), text.size()), ".0");
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string yaml_string(const std::string& text) {
  const bool plain = std::none_of(text.begin(), text.end(), is_control);
  std::string quoted(1, plain ? '\'' : '"');
  for (const char c : text) {
    if (is_control(c)) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else if (plain && c == '\'') {
      quoted += "''";
    } else if (!plain && (c == '"' || c == '\\')) {
      quoted += '\\';
      quoted += c;
    } else {
      quoted += c;
    }
  }
  return quoted + (plain ? '\'' : '"');
}

std::string yaml_number(float value) { return with_point(shortest(value)); }

std::string yaml_number(double value) { return with_point(shortest(value)); }

std::string yaml_list(const std::vector<std::string>& items) { return "[" + join(items, ", ") + "]"; }

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace trireme {

// Syntax errors with line and column; nesting deeper than any of our files, and keys that occur twice in an
// object, are errors too.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& file);

}  // namespace trireme

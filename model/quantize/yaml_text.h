// SPDX-License-Identifier: Apache-2.0
// Scalars of the YAML files we write as text: a generic YAML writer loses their order, quoting and digits
// (formats.md §15).
#pragma once

#include <string>
#include <vector>

namespace trireme {

// The first line of the tool chain's YAML files.
inline constexpr const char* kNoTabsComment = "# This file disallows tabs: indent with blanks.\n";

std::string yaml_string(
    const std::string& text);  // single quotes; double quotes if it has control characters
// Shortest form that reads back to the same number, always with a point: YAML 1.1 readers (PyYAML) take 1e-05
// for text.
std::string yaml_number(float value);
std::string yaml_number(double value);
std::string yaml_list(const std::vector<std::string>& items);  // "[a, b]"

}  // namespace trireme

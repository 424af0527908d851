// SPDX-License-Identifier: Apache-2.0
// Comma-separated values as RFC 4180 has them: fields with commas, quotes or line ends stand in quotes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trireme {

struct CsvRow {
  int line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

// Lines may end in LF or CRLF; empty ones are left out; a byte order mark is too. Error for a quote that does
// not end.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file);

std::string csv_line(const std::vector<std::string>& fields);  // ends with a newline

}  // namespace trireme

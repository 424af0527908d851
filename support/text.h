// SPDX-License-Identifier: Apache-2.0
// Small text tools: splitting, nearest match for typing mistakes, aligned tables, numbers with units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trireme {

std::vector<std::string> split(std::string_view text, char separator);  // keeps empty parts
std::vector<std::string> split_words(std::string_view text);            // at blanks and tabs, no empty parts
std::string trim(std::string_view text);
std::string to_lower(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Whole-string conversions; nothing on trailing garbage, overflow or an empty string. Never depend on the
// locale.
std::optional<std::int64_t> to_int(std::string_view text);
std::optional<double> to_double(std::string_view text);

// The candidate with the smallest edit distance if it is near enough to be a typing mistake, else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
// "did you mean 'x'?" or, without a near one, "one of: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

std::string shortest(float value);  // shortest decimal that reads back to the same float ("0.1", "1e-05")
std::string shortest(double value);
std::string with_thousands(std::int64_t value);                    // 1234567 -> "1,234,567"
std::string counted(std::uint64_t number, std::string_view noun);  // "1 sample", "2 samples"

// A table with a header; numbers right-aligned, text left-aligned, columns two blanks apart.
class Table {
 public:
  enum class Align { left, right };
  void column(std::string title, Align align = Align::right);
  void row(std::vector<std::string> cells);  // as many as columns
  void rule();                               // a line of dashes
  std::string str() const;                   // ends with a newline, no trailing blanks

 private:
  struct Column {
    std::string title;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // an empty row is a rule
};

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "support/csv.h"

#include <fmt/format.h>

#include "support/error.h"

namespace trireme {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) text_.remove_prefix(kByteOrderMark.size());
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row = next_row();
      if (row.fields.size() > 1 || !row.fields.front().empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  CsvRow next_row() {
    CsvRow row{line_, {}};
    for (;;) {
      row.fields.push_back(next_field());
      if (at_ == text_.size() || text_[at_] != ',') break;
      ++at_;
    }
    if (at_ < text_.size()) ++at_;  // the line end
    ++line_;
    return row;
  }

  std::string next_field() {
    std::string field;
    if (at_ < text_.size() && text_[at_] == '"') read_quoted(field);
    const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
    field += text_.substr(at_, end - at_);
    at_ = end;
    const bool ends_line = at_ == text_.size() || text_[at_] == '\n';
    if (ends_line && !field.empty() && field.back() == '\r') field.pop_back();
    return field;
  }

  void read_quoted(std::string& field) {
    const int first = line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        if (at_ == text_.size() || text_[at_] != '"') return;
      } else if (text_[at_] == '\n') {
        ++line_;
      }
      field += text_[at_];
    }
    throw Error(fmt::format("{}:{}", file_, first), "a quote opens here and never closes",
                "double a quote inside of a quoted field");
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file) {
  return CsvParser(text, file).rows();
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields)
    line += (line.empty() && &field == &fields.front() ? "" : ",") + quoted(field);
  return line + "\n";
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

constexpr std::size_t gap = 2;  // blanks between columns

// Columns on the screen: UTF-8 continuation bytes take none.
std::size_t display_width(const std::string& text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

void append_cell(std::string& line, const std::string& cell, std::size_t width, bool right) {
  const std::string padding(width - display_width(cell), ' ');
  line += right ? padding + cell : cell + padding;
}

}  // namespace

void Table::column(std::string title, Align align) {
  if (!rows_.empty()) internal_error("a table column added after a row");
  columns_.push_back({std::move(title), align});
}

void Table::row(std::vector<std::string> cells) {
  if (cells.empty() || cells.size() != columns_.size()) {
    internal_error("a table row with " + std::to_string(cells.size()) + " cells, not " +
                   std::to_string(columns_.size()));
  }
  rows_.push_back(std::move(cells));
}

void Table::rule() { rows_.emplace_back(); }

std::string Table::str() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(display_width(column.title));
  }
  std::size_t total = columns_.empty() ? 0 : gap * (columns_.size() - 1);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    for (const auto& cells : rows_) {
      if (!cells.empty()) widths[c] = std::max(widths[c], display_width(cells[c]));
    }
    total += widths[c];
  }

  std::string text;
  const auto append_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) line.append(gap, ' ');
      append_cell(line, cells[c], widths[c], columns_[c].align == Align::right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  append_line(titles);
  for (const auto& cells : rows_) {
    if (cells.empty()) {
      text += std::string(total, '-') + '\n';
    } else {
      append_line(cells);
    }
  }
  return text;
}

}  // namespace trireme

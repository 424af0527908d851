// SPDX-License-Identifier: Apache-2.0
#include "tensor/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "support/error.h"

namespace trireme {

namespace {

constexpr std::size_t most_dims = 64;  // NumPy itself stops at 32, version 2 at 64

// Reads just the literals that NumPy writes; nothing is ever evaluated.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      value_of(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (!rest_.empty()) fail("text after the closing brace");
    if (!has_descr_ || !has_order_ || !has_shape_) fail("'descr', 'fortran_order' or 'shape' is missing");
    return header_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(where_, "damaged .npy header: " + what, "write the file again with numpy.save");
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool accept(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}' is missing", c));
  }

  void value_of(const std::string& key) {
    bool* seen = key == "descr"           ? &has_descr_
                 : key == "fortran_order" ? &has_order_
                 : key == "shape"         ? &has_shape_
                                          : nullptr;
    if (seen == nullptr) fail("an unknown key");
    if (*seen) fail("'" + key + "' occurs twice");
    *seen = true;
    if (key == "descr") header_.descr = descr();
    if (key == "fortran_order") header_.fortran_order = boolean();
    if (key == "shape") header_.shape = tuple();
  }

  std::string string() {
    const bool single = accept('\'');
    if (!single) expect('"');
    const std::size_t end = rest_.find(single ? '\'' : '"');
    if (end == std::string_view::npos) fail("a string without end");
    const std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string descr() {
    skip_blanks();
    if (!rest_.empty() && rest_.front() == '[') {
      throw Error(where_, "an array of records, not of numbers", "save each field as an array of its own");
    }
    return string();
  }

  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (rest_.substr(0, word.size()) != word) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail("'fortran_order' is neither True nor False");
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == most_dims) fail(fmt::format("more than {} dimensions", most_dims));
      shape.push_back(dimension());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::int64_t dimension() {
    skip_blanks();
    std::int64_t value = -1;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (result.ec != std::errc() || value < 0) fail("a dimension is not a number from 0");
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // a long of Python 2
    return value;
  }

  std::string_view rest_;
  const std::string& where_;
  NpyHeader header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& where) {
  return HeaderParser(text, where).parse();
}

std::string format_npy_header(const NpyHeader& header) {
  std::string dims;
  for (const std::int64_t dim : header.shape) dims += fmt::format("{}, ", dim);
  // Python's spelling: "()", "(3,)", "(3, 4)".
  if (header.shape.size() == 1) dims.pop_back();
  if (header.shape.size() > 1) dims.resize(dims.size() - 2);
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': ({}), }}", header.descr,
                     header.fortran_order ? "True" : "False", dims);
}

}  // namespace trireme

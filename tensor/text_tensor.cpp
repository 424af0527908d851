// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "support/files.h"
#include "support/text.h"
#include "tensor/files.h"

namespace trireme {

namespace {

// Whole text as a float. Decimals below the smallest float (other tools write %.16f or doubles) round to
// zero.
std::optional<float> parse_float(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  float value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr != text.data() + text.size() || result.ec == std::errc::invalid_argument)
    return std::nullopt;
  if (result.ec == std::errc()) return value;
  const auto wide = to_double(text);
  if (!wide || std::fabs(*wide) > 1) return std::nullopt;
  return static_cast<float>(*wide);
}

class NumberReader {
 public:
  NumberReader(std::string_view text, std::string file) : rest_(text), file_(std::move(file)) {}

  // False at the end of the text.
  bool next(float& value) {
    skip_blanks();
    if (rest_.empty()) return false;
    const std::size_t length = std::min(rest_.find_first_of(" \t\r\n"), rest_.size());
    const std::string_view word = rest_.substr(0, length);
    const auto parsed = parse_float(word);
    if (!parsed) fail(word);
    value = *parsed;
    rest_.remove_prefix(length);
    return true;
  }

  std::string where() const { return fmt::format("{}:{}", file_, line_); }

 private:
  void skip_blanks() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos) {
      if (rest_.front() == '\n') ++line_;
      rest_.remove_prefix(1);
    }
  }

  [[noreturn]] void fail(std::string_view word) const {
    const bool text = std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!text) throw Error(where(), "binary bytes, not text", "raw tensors are named .dat");
    throw Error(where(), fmt::format("'{}' is not a number that fits float32", word.substr(0, 40)));
  }

  std::string_view rest_;
  std::string file_;
  std::int64_t line_ = 1;
};

}  // namespace

Tensor read_text_tensor(const std::filesystem::path& path, const Shape& shape) {
  const std::int64_t count = element_count(shape);
  // No number needs 64 characters. Also holds the shape against the file before anything is allocated for it.
  const std::string text = read_text(path, (std::uint64_t{1} << 20) + 64 * static_cast<std::uint64_t>(count));
  const std::string expected = fmt::format("shape {} needs {} numbers", to_string(shape), count);
  NumberReader reader(text, path.string());
  std::vector<float> values;
  float value = 0;
  while (reader.next(value)) {
    if (static_cast<std::int64_t>(values.size()) == count) {
      throw Error(reader.where(), expected + ", more follow", "is it the shape of this file?");
    }
    values.push_back(value);
  }
  if (static_cast<std::int64_t>(values.size()) != count) {
    throw Error(reader.where(), fmt::format("{}, the file ends after {}", expected, values.size()),
                "is it the shape of this file, and is the file whole?");
  }
  return Tensor::of(shape, values);
}

void write_text_tensor(const std::filesystem::path& path, const Tensor& tensor) {
  const std::int64_t count = tensor.size();
  std::string text;
  if (is_float(tensor.dtype)) {
    const Tensor values = to_float32(tensor);
    const float* data = values.data<float>();
    for (std::int64_t i = 0; i < count; ++i) {
      text += std::isnan(data[i]) ? "nan" : shortest(data[i]);
      text += '\n';
    }
  } else if (tensor.dtype == DataType::uint64) {
    const std::uint64_t* data = tensor.data<std::uint64_t>();
    for (std::int64_t i = 0; i < count; ++i) text += fmt::format("{}\n", data[i]);
  } else {
    const Tensor values = convert(tensor, DataType::int64);
    const std::int64_t* data = values.data<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i) text += fmt::format("{}\n", data[i]);
  }
  write_file(path, text);
}

}  // namespace trireme

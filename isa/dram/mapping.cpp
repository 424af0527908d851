// SPDX-License-Identifier: Apache-2.0
#include "isa/dram/mapping.h"

#include <algorithm>
#include <cstdlib>

#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

int log2_of(int value) {
  int bits = 0;
  while ((1 << bits) < value) ++bits;
  return bits;
}

constexpr const char* kHint =
    "fields from high to low, joined by '-': row, bank or bank^row, column, and where there are any channel "
    "and "
    "group; the lower part of a column in two parts is columnN of N bits, as in "
    "row-bank-column-channel-column4";

}  // namespace

DramMapping::DramMapping(const std::string& text, const DramShape& shape, const std::string& where)
    : shape_(shape), column_shift_(log2_of(shape.column_bytes)), group_bits_(log2_of(shape.groups)) {
  const auto complain = [&](const std::string& what) {
    throw Error(where, "mapping '" + text.substr(0, 80) + "' " + what, kHint);
  };
  // 1. The names, highest first; N bits of a lower column are taken from the upper one.
  const int column_bits = log2_of(shape.columns);
  int lower_bits = 0, seen[5] = {};
  std::vector<Field> high_first;
  for (const std::string& name : split(text, '-')) {
    Field field{Kind::column, -1};
    if (name == "row") {
      field = {Kind::row, 0};
    } else if (name == "bank" || name == "bank^row") {
      field = {Kind::bank, 0};
      xor_bank_ = name != "bank";
    } else if (name == "channel") {
      field = {Kind::channel, log2_of(shape.channels)};
    } else if (name == "group") {
      field = {Kind::group, group_bits_};
    } else if (name.rfind("column", 0) == 0 && name.size() <= 8 &&
               name.find_first_not_of("0123456789", 6) == std::string::npos) {
      if (name.size() > 6) lower_bits = field.bits = std::atoi(name.c_str() + 6);
    } else {
      complain("has an unknown field '" + name.substr(0, 40) + "'");
    }
    ++seen[static_cast<int>(field.kind)];
    high_first.push_back(field);
  }
  // 2. Every field once; a column may come in two parts, of which the lower one has its bits written.
  const auto count = [&seen](Kind kind) { return seen[static_cast<int>(kind)]; };
  const int parts = count(Kind::column);
  if (high_first.empty() || high_first.front().kind != Kind::row || count(Kind::row) != 1)
    complain("does not begin with its one row");
  if (count(Kind::bank) != 1 || count(Kind::channel) > 1 || count(Kind::group) > 1 || parts < 1 || parts > 2)
    complain("must have one bank, one column of one or two parts, at most one channel and group");
  if (shape.channels > 1 && count(Kind::channel) == 0) complain("has no channel");
  if (shape.groups > 1 && count(Kind::group) == 0) complain("has no group");
  int unsized = 0;
  for (Field& field : high_first) {
    if (field.kind == Kind::bank) field.bits = log2_of(shape.banks) - group_bits_;
    if (field.kind != Kind::column || field.bits >= 0) continue;
    ++unsized;
    field.bits = column_bits - lower_bits;
  }
  if (unsized != 1 || lower_bits >= column_bits)
    complain("must size the lower part of its column, within " + std::to_string(column_bits) + " bits");
  if (parts == 2) {
    const auto first = std::find_if(high_first.begin(), high_first.end(),
                                    [](const Field& field) { return field.kind == Kind::column; });
    if (first->bits != column_bits - lower_bits) complain("sizes the upper part of its column");
  }
  // 3. How far a run of consecutive columns stays in one row.
  fields_.assign(high_first.rbegin(), high_first.rend());
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(),
                               [](const Field& field) { return field.bits == 0 && field.kind != Kind::row; }),
                fields_.end());
  group_lowest_ = group_bits_ == 1 && fields_.front().kind == Kind::group;
  for (std::size_t i = group_lowest_ ? 1 : 0; i < fields_.size() && fields_[i].kind == Kind::column; ++i)
    run_bits_ += fields_[i].bits;
  if (group_lowest_) ++run_bits_;
}

DramPlace DramMapping::place(std::uint64_t address) const {
  std::uint64_t rest = address >> column_shift_;
  const std::uint64_t run_length = std::uint64_t{1} << run_bits_;
  DramPlace place{};
  place.run = static_cast<int>(run_length - (rest & (run_length - 1)));
  place.interleaved = group_lowest_;
  int group = 0, bank = 0, column_at = 0;
  for (const Field& field : fields_) {
    if (field.kind == Kind::row) break;  // the highest: all bits that are left
    const int value = static_cast<int>(rest & ((std::uint64_t{1} << field.bits) - 1));
    rest >>= field.bits;
    switch (field.kind) {
      case Kind::column:
        place.column |= value << column_at;
        column_at += field.bits;
        break;
      case Kind::channel:
        place.channel = value;
        break;
      case Kind::group:
        group = value;
        break;
      case Kind::bank:
        bank = value;
        break;
      case Kind::row:
        break;
    }
  }
  place.row = static_cast<std::int64_t>(rest);
  // Rows that a stride would put into one bank are spread over all of them (Zhang, Zhu and Zhang, MICRO
  // 2000).
  if (xor_bank_) bank ^= static_cast<int>(rest & static_cast<unsigned>((shape_.banks >> group_bits_) - 1));
  place.bank = (bank << group_bits_) | group;
  return place;
}

}  // namespace trireme

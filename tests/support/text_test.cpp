// SPDX-License-Identifier: Apache-2.0
#include "support/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace trireme {
namespace {

using Strings = std::vector<std::string>;

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (Strings{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (Strings{""}));
}

TEST(Text, SplitWordsHasNoEmptyParts) {
  EXPECT_EQ(split_words("  a \t b "), (Strings{"a", "b"}));
  EXPECT_EQ(split_words(" \t"), Strings{});
  EXPECT_EQ(split_words("a"), Strings{"a"});
}

TEST(Text, TrimLowerJoin) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(to_lower("AbZ-Ä"), "abz-Ä");
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, ToIntTakesWholeNumbersOnly) {
  EXPECT_EQ(to_int("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_int("+7"), 7);
  for (const char* bad : {"", " 1", "1 ", "1.0", "9223372036854775808", "+", "+-1", "++1", "0x10", "one"}) {
    EXPECT_EQ(to_int(bad), std::nullopt) << bad;
  }
}

TEST(Text, ToDoubleTakesWholeNumbersOnly) {
  EXPECT_EQ(to_double("1e-3"), 0.001);
  EXPECT_EQ(to_double("-2"), -2.0);
  EXPECT_EQ(to_double("+.5"), 0.5);
  for (const char* bad : {"", "1,5", "1e999", "0.5x", "-", "+-1"})
    EXPECT_EQ(to_double(bad), std::nullopt) << bad;
}

TEST(Text, NearestFindsTypingMistakes) {
  const Strings units = {"float32", "float16", "uint8", "int8"};
  EXPECT_EQ(nearest("flaot16", units), "float16");
  EXPECT_EQ(nearest("pda", {"pad"}), "pad");  // two neighbours swapped: one mistake, not two
  EXPECT_EQ(nearest("UINT8", units), "uint8");
  EXPECT_EQ(nearest("int8", units), "int8");
  EXPECT_EQ(nearest("complex", units), "");
  EXPECT_EQ(nearest("", units), "");
  EXPECT_EQ(nearest("x", {"y"}), "");  // every letter replaced
  EXPECT_EQ(nearest(std::string(100000, 'a'), units), "");
}

TEST(Text, SuggestionNamesTheNearestOrAll) {
  EXPECT_EQ(suggestion("batchsize", {"batch_size", "epochs"}), "did you mean 'batch_size'?");
  EXPECT_EQ(suggestion("zzz", {"a", "b"}), "one of: a, b");
  EXPECT_EQ(suggestion("zzz", {}), "");
}

TEST(Text, ShortestIsShort) {
  EXPECT_EQ(shortest(0.1F), "0.1");
  EXPECT_EQ(shortest(1e-5F), "1e-05");
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(static_cast<double>(0.1F)), "0.10000000149011612");
  EXPECT_EQ(shortest(-0.0F), "-0");
}

TEST(Text, ShortestReadsBack) {
  // Steps through the floats of all exponents; 999983 is prime, so that the fractions vary.
  for (std::uint32_t bits = 1; bits < 0x7F800000; bits += 999983) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    EXPECT_EQ(std::strtof(shortest(value).c_str(), nullptr), value) << bits;
  }
}

TEST(Text, Thousands) {
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(-1000), "-1,000");
  EXPECT_EQ(with_thousands(-100), "-100");
  EXPECT_EQ(with_thousands(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Table, AlignsColumns) {
  Table table;
  table.column("layer", Table::Align::left);
  table.column("cycles");
  table.row({"conv1", "1,234"});
  table.rule();
  table.row({"größe", "9"});  // five letters, seven bytes
  // Widths 5 and 6, two blanks between: the rule has 13 dashes.
  EXPECT_EQ(table.str(),
            "layer  cycles\n"
            "conv1   1,234\n"
            "-------------\n"
            "größe       9\n");
}

TEST(Table, HasNoTrailingBlanks) {
  Table table;
  table.column("a", Table::Align::left);
  table.column("b", Table::Align::left);
  table.row({"long", ""});
  EXPECT_EQ(table.str(), "a     b\nlong\n");
}

TEST(Table, RefusesARowOfAnotherWidth) {
  Table table;
  table.column("a");
  EXPECT_THROW(table.row({"1", "2"}), std::logic_error);
}

}  // namespace
}  // namespace trireme

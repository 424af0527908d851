// SPDX-License-Identifier: Apache-2.0
#include "support/csv.h"

#include <gtest/gtest.h>

#include "support/error.h"

namespace trireme {
namespace {

std::vector<std::vector<std::string>> fields(std::string_view text) {
  std::vector<std::vector<std::string>> list;
  for (const CsvRow& row : parse_csv(text, "a.csv")) list.push_back(row.fields);
  return list;
}

TEST(Csv, ReadsPlainAndQuotedFields) {
  using Rows = std::vector<std::vector<std::string>>;
  EXPECT_EQ(fields("a,b\n1,2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(fields("a,\"b,c\",\"d \"\"e\"\"\"\r\nf,,\r\n"), (Rows{{"a", "b,c", "d \"e\""}, {"f", "", ""}}));
  EXPECT_EQ(fields("\xEF\xBB\xBF"
                   "a,b"),
            (Rows{{"a", "b"}}));
  EXPECT_EQ(fields("\n\n"), Rows{});
}

TEST(Csv, CountsLinesInsideOfQuotes) {
  const std::vector<CsvRow> rows = parse_csv("a,\"b\nc\"\n\nd,e\n", "a.csv");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[0].fields[1], "b\nc");
  EXPECT_EQ(rows[1].line, 4);  // two lines of the first row, an empty one
}

TEST(Csv, NamesTheLineOfAnOpenQuote) {
  try {
    parse_csv("a\nb,\"c\nd\n", "a.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().front().where, "a.csv:2");
  }
}

TEST(Csv, WritesWhatItReads) {
  const std::vector<std::string> row = {"", "a,b", "c\"d", "e\nf", "g\r", " h "};
  EXPECT_EQ(csv_line({"", "x"}), ",x\n");
  EXPECT_EQ(fields(csv_line(row)).at(0), row);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/yaml_fields.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_yaml(text, "f.yaml"); });
}

TEST(ParseYaml, ReadsOneDocument) {
  EXPECT_EQ(parse_yaml("%YAML 1.2\n---\na: 1\n", "f.yaml")["a"].as<int>(), 1);
  EXPECT_TRUE(parse_yaml("", "f.yaml").IsNull());
  EXPECT_THAT(parse_error("a: 1\n---\nb: 1\n"), HasSubstr("f.yaml:2:1: not valid YAML: something follows"));
  // yaml-cpp's own LoadAll runs until the memory is full here.
  EXPECT_THAT(parse_error(","), HasSubstr("something follows"));
}

TEST(ParseYaml, NamesThePlaceOfAnError) {
  EXPECT_THAT(parse_error("a: 1\nb: [1, 2\nc: 3\n"), StartsWith("f.yaml:"));
  // The tab stands in line 3, column 1.
  EXPECT_THAT(parse_error("a:\n  b: 1\n\tc: 2\n"), StartsWith("f.yaml:3:1: not valid YAML"));
}

TEST(ParseYaml, RefusesDuplicateKeys) {
  EXPECT_EQ(parse_error("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"),
            "f.yaml:5:1: the key 'a' occurs twice (keep one of them)\n"
            "f.yaml:4:3: the key 'c' occurs twice (keep one of them)");
}

TEST(ParseYaml, DepthIsBounded) {
  EXPECT_NO_THROW(parse_yaml(repeated("[", 90) + repeated("]", 90), "f.yaml"));
  for (const char* unit : {"[", "{", "{a: ", "[{", "- ", "? ", "? - ", "[a: "}) {
    EXPECT_THAT(parse_error(repeated(unit, 200000)), HasSubstr("nested deeper than 100")) << unit;
  }
  EXPECT_THAT(parse_error(repeated("[", 101) + repeated("]", 101)), HasSubstr("nested deeper than 100"));
  std::string indented;
  for (int i = 0; i < 2000; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(parse_error(indented), HasSubstr("nested deeper than 100"));
}

TEST(ParseYaml, SizesAreBounded) {
  EXPECT_THAT(parse_error(std::string((64 << 20) + 1, ' ')), HasSubstr("more than the limit of 67108864"));
  EXPECT_THAT(parse_error(repeated("-\n", 4000000)), HasSubstr("more than 4000000 values"));
}

TEST(ParseYaml, AliasesAreBounded) {
  EXPECT_EQ(parse_yaml("a: &x [1, 2]\nb: *x\n", "f.yaml")["b"].size(), 2U);
  EXPECT_THAT(parse_error("&a [*a, *a]"), HasSubstr("f.yaml:1:"));
  // Ten levels of nine aliases: 9^10 values.
  std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string inner = "*l" + std::to_string(i - 1);
    bomb += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + repeated(inner + ", ", 8) + inner +
            "]\n";
  }
  EXPECT_THAT(parse_error(bomb), HasSubstr("more than 4000000 values"));
}

TEST(ParseYaml, SurvivesGarbage) {
  std::string noise;
  std::uint32_t state = 1;
  for (int length = 0; length < 2000; ++length) {
    state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
    noise += "[]{}:-?&*!|>'\"#%@, \n\tab\x80\xFF"[(state >> 24) % 21];
    if (length % 7 != 0) continue;
    try {
      parse_yaml(noise.substr(noise.size() / 2), "f.yaml");
    } catch (const Error&) {
      // The usual end.
    }
  }
}

class YamlFieldsTest : public ::testing::Test {
 protected:
  YamlFields fields(const std::string& text) {
    return YamlFields(parse_yaml(text, "f.yaml"), "f.yaml", "", problems_);
  }
  std::vector<std::string> complaints() const {
    std::vector<std::string> lines;
    for (const Problem& problem : problems_.list()) lines.push_back(to_string(problem));
    return lines;
  }
  Problems problems_;
};

TEST_F(YamlFieldsTest, ReadsEveryKind) {
  YamlFields top = fields(
      "cores: 8\npid: 0x99\nclock: 1e3\nname: vip\nkind: b\nfast: True\nsizes: [1, -2]\n"
      "scales: 0.5\nlist: [a, b]\nnne:\n  lanes: 4\nunits:\n  - id: 1\n  - id: 2\n");
  EXPECT_EQ(top.integer("cores", 1, 8), 8);
  EXPECT_EQ(top.integer("pid", 0, 1000), 0x99);
  EXPECT_EQ(top.number("clock", 0, 1000), 1000.0);
  EXPECT_EQ(top.text("name"), "vip");
  EXPECT_EQ(top.choice("kind", {"a", "b"}), "b");
  EXPECT_TRUE(top.boolean("fast"));
  EXPECT_THAT(top.integers("sizes"), ElementsAre(1, -2));
  EXPECT_THAT(top.numbers("scales"), ElementsAre(0.5));
  EXPECT_THAT(top.texts("list"), ElementsAre("a", "b"));
  YamlFields nne = top.section("nne");
  EXPECT_EQ(nne.integer("lanes", 1, 8), 4);
  nne.reject_unknown();
  std::vector<YamlFields> units = top.sequence("units");
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[1].integer("id", 0, 9), 2);
  EXPECT_FALSE(top.has("absent"));
  EXPECT_TRUE(top.node("nne").IsMap());
  top.reject_unknown();
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST_F(YamlFieldsTest, CollectsComplaints) {
  YamlFields top =
      fields("cores: 9\nclock: fast\nkind: bb\nfast: 1\nempty:\nsizes: [1, x]\nlist: {a: 1}\nscale: nan\n");
  EXPECT_EQ(top.integer("cores", 1, 8), 1);
  top.number("clock", 0, 1);
  top.choice("kind", {"aaa", "bbb"});
  top.boolean("fast");
  top.text("empty");
  top.integers("sizes");
  top.texts("list");
  top.number("scale", -1, 0.5);
  top.integer("absent", 0, 1);
  EXPECT_THAT(complaints(),
              ElementsAre("f.yaml:1: key 'cores': '9' is out of range (an integer from 1 to 8)",
                          "f.yaml:2: key 'clock': 'fast' is not a number (a number from 0 to 1)",
                          "f.yaml:3: key 'kind': 'bb' is not allowed (did you mean 'bbb'?)",
                          "f.yaml:4: key 'fast': '1' is not a truth value (true or false)",
                          "f.yaml:5: key 'empty': has no value (write one after the colon)",
                          "f.yaml:6: key 'sizes': 'x' is not an integer",
                          "f.yaml:7: key 'list': is a mapping, not a list (write [a, b, c])",
                          "f.yaml:8: key 'scale': 'nan' is out of range (a number from -1 to 0.5)",
                          "f.yaml:1: key 'absent': missing (this key is required)"));
}

TEST_F(YamlFieldsTest, NamesPathAndNearestKey) {
  YamlFields top = fields("nne:\n  lanse: 4\n  units:\n    - idd: 1\n");
  YamlFields nne = top.section("nne");
  EXPECT_FALSE(nne.has("lanes"));
  YamlFields unit = nne.sequence("units").at(0);
  EXPECT_FALSE(unit.has("id"));
  unit.reject_unknown();
  nne.reject_unknown();
  EXPECT_THAT(complaints(), ElementsAre("f.yaml:4: key 'nne.units[0].idd': unknown key (did you mean 'id'?)",
                                        "f.yaml:2: key 'nne.lanse': unknown key (did you mean 'lanes'?)"));
}

TEST_F(YamlFieldsTest, NamesEveryKnownKeyOnce) {
  YamlFields top = fields("zzzzzzzz: 1\n");
  for (const char* key : {"nne", "tp", "nne"}) EXPECT_FALSE(top.has(key));
  top.reject_unknown();
  EXPECT_THAT(complaints(), ElementsAre("f.yaml:1: key 'zzzzzzzz': unknown key (one of: nne, tp)"));
}

TEST_F(YamlFieldsTest, OneComplaintForAMissingSection) {
  YamlFields top = fields("list: [1]\nscalar: 5\n");
  YamlFields nne = top.section("nne");
  EXPECT_EQ(nne.integer("lanes", 2, 8), 2);
  EXPECT_TRUE(nne.texts("names").empty());
  nne.section("inner").reject_unknown();
  YamlFields list = top.section("list");
  list.boolean("x");
  EXPECT_TRUE(top.sequence("scalar").empty());
  EXPECT_THAT(
      complaints(),
      ElementsAre(
          "f.yaml:1: key 'nne': missing (this key is required)",
          "f.yaml:1: key 'list': is a list, not a mapping (write 'key: value' lines)",
          "f.yaml:2: key 'scalar': is a single value, not a list (write one '- key: value' entry an item)"));
}

TEST_F(YamlFieldsTest, EmptyFile) {
  fields("").integer("a", 0, 1);
  EXPECT_THAT(complaints(), ElementsAre("f.yaml: is empty, not a mapping (write 'key: value' lines)"));
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// compare and decode, with sums by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/common_difference.h"
#include "tensor/files.h"
#include "tensor/half.h"
#include "tests/system/cli_program.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Tensor floats(const std::vector<float>& values) {
  return Tensor::of({static_cast<std::int64_t>(values.size())}, values);
}

// a = (3, 4), b = (3, 0): |a - b| = 4; cos = 9 / (5 * 3) = 0.6; SNR = 10 log10(25 / 16).
TEST(Difference, ByHand) {
  const Difference d = difference(floats({3, 4}), floats({3, 0}));
  EXPECT_EQ(d.differing, 1);
  EXPECT_EQ(d.first, 1);
  EXPECT_EQ(d.first_a, 4);
  EXPECT_EQ(d.first_b, 0);
  EXPECT_DOUBLE_EQ(d.max_abs, 4);
  EXPECT_DOUBLE_EQ(d.euclidean, 4);
  EXPECT_DOUBLE_EQ(d.cosine, 0.6);
  EXPECT_DOUBLE_EQ(*d.snr_db, 10 * std::log10(25.0 / 16.0));
  EXPECT_FALSE(d.top_matches);  // (4, 3) against (3, 0): indices 1, 0 and 0, 1
}

TEST(Difference, OfEqualTensors) {
  const Difference d = difference(floats({1, 2}), floats({1, 2}));
  EXPECT_EQ(d.differing, 0);
  EXPECT_EQ(d.first, -1);
  EXPECT_DOUBLE_EQ(d.cosine, 1);
  EXPECT_FALSE(d.snr_db.has_value());
  EXPECT_TRUE(d.top_matches);
}

TEST(Difference, ZeroAndNan) {
  EXPECT_EQ(difference(floats({0, 0}), floats({0, 0})).cosine, 1);
  EXPECT_EQ(difference(floats({0, 0}), floats({0, 1})).cosine, 0);
  const float nan = std::nanf("");
  EXPECT_EQ(difference(floats({nan}), floats({nan})).differing, 0);
  EXPECT_TRUE(std::isinf(difference(floats({nan}), floats({1})).max_abs));
}

class Compare : public ::testing::Test {
 protected:
  Finished run(const std::vector<std::string>& words) const { return run_trireme(folder.path(), words); }
  void put(const std::string& name, const Bytes& bytes) const { write_file(folder / name, bytes); }
  TempFolder folder;
};

TEST_F(Compare, IdenticalFilesExitZero) {
  put("a.dat", {1, 2, 3});
  put("b.dat", {1, 2, 3});
  const Finished finished = run({"compare", "a.dat", "b.dat"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.out, "identical: 3 elements\n");
}

TEST_F(Compare, TheFirstDifferenceIsNamedAndExitIsOne) {
  put("a.dat", {1, 2, 3, 9});
  put("b.dat", {1, 7, 3, 8});
  const Finished finished = run({"compare", "a.dat", "b.dat"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.out, HasSubstr("first difference at element 1: 2 and 7\n"));
  EXPECT_THAT(finished.out, HasSubstr("differing bytes: 2 of 4\n"));
  const Finished typed = run({"compare", "a.dat", "b.dat", "--dtype", "u8"});
  EXPECT_THAT(typed.out, HasSubstr("differing elements: 2 of 4\n"));
  EXPECT_THAT(typed.out, HasSubstr("max abs difference: 5\n"));
}

// 0x3C00 is 1, 0x4000 is 2.
TEST_F(Compare, RawFilesAreReadAsTheirType) {
  put("a.dat", {0x00, 0x3C});
  put("b.dat", {0x00, 0x40});
  const Json json = Json::parse(run({"compare", "a.dat", "b.dat", "--dtype", "float16", "--json"}).out);
  EXPECT_EQ(json["first"]["a"], 1);
  EXPECT_EQ(json["first"]["b"], 2);
  EXPECT_FALSE(json["identical"]);
}

TEST_F(Compare, ToleranceForFloats) {
  write_text_tensor(folder / "a.tensor", floats({1, 2}));
  write_text_tensor(folder / "b.tensor", floats({1, 2.25F}));
  EXPECT_EQ(run({"compare", "a.tensor", "b.tensor"}).status, 1);
  EXPECT_EQ(run({"compare", "a.tensor", "b.tensor", "--tolerance", "0.25"}).status, 0);
  EXPECT_EQ(run({"compare", "a.tensor", "b.tensor", "--tolerance", "0.2"}).status, 1);
}

TEST_F(Compare, DifferentSizesCannotBeCompared) {
  put("a.dat", {1, 2, 3});
  put("b.dat", {1, 2});
  const Finished finished = run({"compare", "a.dat", "b.dat"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, HasSubstr("has 2 elements, a.dat has 3"));
}

TEST_F(Compare, BothMissingFilesAreNamed) {
  const Finished finished = run({"compare", "a.dat", "b.dat"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, HasSubstr("a.dat"));
  EXPECT_THAT(finished.err, HasSubstr("b.dat"));
}

// Ten halves, the seventh the largest; the shape follows from the name, W first.
TEST_F(Compare, DecodeShowsTheTopFive) {
  Tensor tensor(DataType::float16, {1, 10});
  for (int i = 0; i < 10; ++i) tensor.data<std::uint16_t>()[i] = float_to_half(i == 7 ? 0.5F : 0.0625F);
  write_dat(folder / "output0_10_1.dat", tensor);
  const Finished finished = run({"decode", "output0_10_1.dat", "--dtype", "float16"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out, HasSubstr("float16 [1,10]"));
  EXPECT_THAT(finished.out, HasSubstr(" --- Top5 ---\n  7: 0.500000\n  0: 0.062500\n  1: 0.062500\n"));
}

// (200 - 128) * 0.5 = 36
TEST_F(Compare, DecodeDequantizes) {
  put("q.dat", {128, 200});
  const std::vector<std::string> words = {"decode",  "q.dat", "--dtype",      "u8",
                                          "--scale", "0.5",   "--zero-point", "128"};
  EXPECT_THAT(run(words).out, HasSubstr("  1: 36.000000\n  0: 0.000000\n"));
}

TEST_F(Compare, DecodeOfAnUndescribedFileAsksForItsType) {
  put("q.dat", {1, 2});
  const Finished finished = run({"decode", "q.dat"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, HasSubstr("--dtype"));
}

TEST_F(Compare, EqualValuesOfOtherTypesPass) {
  write_text_tensor(folder / "a.tensor", floats({1, 2}));
  put("b.dat", {0x00, 0x3C, 0x00, 0x40});
  const Finished finished = run({"compare", "a.tensor", "b.dat", "--dtype", "float16"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out, HasSubstr("values are equal, types differ"));
}

TEST_F(Compare, BareFilesAreComparedAsBytes) {
  put("a.dat", {1, 2, 3});
  put("b.dat", {1, 7, 3});
  const Finished finished = run({"compare", "a.dat", "b.dat"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.out, HasSubstr("compared as bytes; give --dtype TYPE to compare values\n"));
  EXPECT_EQ(finished.out.find("cosine"), std::string::npos);
  EXPECT_EQ(finished.out.find("top-"), std::string::npos);
}

TEST_F(Compare, DecodeShowsSmallValues) {
  write_text_tensor(folder / "a.tensor", floats({0.5F, 1e-9F}));
  EXPECT_THAT(run({"decode", "a.tensor"}).out, HasSubstr("  0: 0.500000\n  1: 1e-09\n"));
}

}  // namespace
}  // namespace trireme

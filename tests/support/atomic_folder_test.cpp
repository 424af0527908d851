// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Names = std::set<std::string>;

void run_once(const fs::path& target, const std::string& file, bool force = false) {
  AtomicFolder output(target, "run.json", force);
  write_file(output.path() / "run.json", std::string_view("{}"));
  fs::create_directory(output.path() / "sub");
  write_file(output.path() / "sub" / file, std::string_view("x"));
  output.commit();
}

TEST(AtomicFolder, AppearsAsAWhole) {
  const TempFolder folder;
  {
    AtomicFolder output(folder / "out", "run.json", false);
    write_file(output.path() / "a", std::string_view("x"));
    EXPECT_FALSE(fs::exists(folder / "out"));
    EXPECT_EQ(output.path().parent_path(), folder.path());  // a rename must not cross file systems
    output.commit();
    EXPECT_EQ(read_text(folder / "out/a"), "x");
    EXPECT_THROW(output.commit(), std::logic_error);
  }
  EXPECT_EQ(folder.names(), Names{"out"});
}

TEST(AtomicFolder, WithoutCommitNothingStays) {
  const TempFolder folder;
  {
    AtomicFolder output(folder / "x/y/out", "run.json", false);
    write_file(output.path() / "a", std::string_view("x"));
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFolder, LeavesParentsThatOthersUse) {
  const TempFolder folder;
  {
    AtomicFolder output(folder / "x/y/out", "run.json", false);
    write_file(folder / "x/mine", std::string_view("x"));
  }
  EXPECT_TRUE(fs::exists(folder / "x/mine"));
  EXPECT_FALSE(fs::exists(folder / "x/y"));
}

TEST(AtomicFolder, ReplacesAnEarlierRunAsAWhole) {
  const TempFolder folder;
  run_once(folder / "out", "first");
  run_once(folder / "out/", "second");
  EXPECT_FALSE(fs::exists(folder / "out/sub/first"));
  EXPECT_TRUE(fs::exists(folder / "out/sub/second"));
  EXPECT_EQ(folder.names(), Names{"out"});
}

TEST(AtomicFolder, RefusesFoldersOfOthers) {
  const TempFolder folder;
  fs::create_directory(folder / "out");
  run_once(folder / "out", "empty is fine");
  fs::remove(folder / "out/run.json");
  EXPECT_THAT(error_of([&] { run_once(folder / "out", "second"); }),
              HasSubstr("no 'run.json' of an earlier run"));
  EXPECT_FALSE(fs::exists(folder / "out/sub/second"));
  run_once(folder / "out", "second", true);
  EXPECT_TRUE(fs::exists(folder / "out/sub/second"));
  EXPECT_EQ(folder.names(), Names{"out"});
}

TEST(AtomicFolder, LooksAgainBeforeItReplaces) {
  const TempFolder folder;
  AtomicFolder output(folder / "out", "run.json", false);
  fs::create_directory(folder / "out");
  write_file(folder / "out/mine", std::string_view("x"));
  EXPECT_THAT(error_of([&] { output.commit(); }), HasSubstr("of an earlier run"));
  EXPECT_TRUE(fs::exists(folder / "out/mine"));
}

TEST(AtomicFolder, RefusesWhatIsNoFolder) {
  const TempFolder folder;
  write_file(folder / "file", std::string_view("x"));
  EXPECT_THAT(error_of([&] { run_once(folder / "file", "a", true); }), HasSubstr("is a file"));
  EXPECT_THAT(error_of([&] { run_once(folder / "file/sub", "a", true); }),
              HasSubstr("cannot create the folder"));
  EXPECT_THAT(error_of([&] { run_once("/", "a", true); }), HasSubstr("root folder"));
  EXPECT_THAT(error_of([&] { run_once("", "a", true); }), HasSubstr("empty"));
  EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(AtomicFolder, FollowsALink) {
  const TempFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "link");
  run_once(folder / "link", "a");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_TRUE(fs::exists(folder / "real/sub/a"));
}

// HOME and the working folder are put back.
class Precious : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder / "mine/sub");
    write_file(folder / "mine/letter", std::string_view("dear"));
  }
  void TearDown() override {
    fs::current_path(before);
    EXPECT_EQ(read_text(folder / "mine/letter"), "dear");
    EXPECT_EQ(folder.names(), Names{"mine"});
  }
  static std::string refusal(const fs::path& target, std::vector<fs::path> inputs = {}) {
    return error_of([&] { AtomicFolder(target, "run.json", true, std::move(inputs)); });
  }
  TempFolder folder;
  const fs::path before = fs::current_path();
};

TEST_F(Precious, TheWorkingFolderStays) {
  fs::current_path(folder / "mine/sub");
  EXPECT_THAT(refusal("."), HasSubstr("the working folder"));
  EXPECT_THAT(refusal(".."), HasSubstr("the working folder"));
  EXPECT_THAT(refusal(folder / "mine"), HasSubstr("--force does not allow this"));
}

TEST_F(Precious, TheHomeFolderStays) {
  const char* home = std::getenv("HOME");
  const std::string old = home == nullptr ? "" : home;
  ::setenv("HOME", (folder / "mine/sub").c_str(), 1);
  EXPECT_THAT(refusal(folder / "mine"), HasSubstr("the home folder"));
  old.empty() ? ::unsetenv("HOME") : ::setenv("HOME", old.c_str(), 1);
}

TEST_F(Precious, InputsStay) {
  EXPECT_THAT(refusal(folder / "mine", {folder / "mine/letter"}), HasSubstr("the input"));
  fs::create_symlink(folder / "mine/letter", folder / "link");
  EXPECT_THAT(refusal(folder / "mine", {folder / "link"}), HasSubstr("the input"));
  EXPECT_THAT(refusal(folder / "mine", {"", folder / "mine/sub/../letter"}), HasSubstr("the input"));
  fs::remove(folder / "link");
}

// A name that only begins like the input's folder is another folder.
TEST_F(Precious, OtherFoldersMayBeReplaced) {
  fs::create_directory(folder / "min");
  write_file(folder / "min/x", std::string_view("x"));
  AtomicFolder output(folder / "min", "run.json", true, {folder / "mine/letter"});
  output.commit();
  fs::remove(folder / "min");
}

// 4194304 is the largest process number of Linux, plus one.
TEST(AtomicFolder, RemovesWhatKilledRunsLeft) {
  const TempFolder folder;
  fs::create_directory(folder / ".trireme-4194305-0.tmp");
  write_file(folder / ".trireme-4194305-0.tmp/half", std::string_view("x"));
  const std::string alive = ".trireme-" + std::to_string(::getppid()) + "-0.tmp";
  for (const std::string& name :
       {alive, std::string(".trireme-4194305-0.old"), std::string(".trireme-x-0.tmp")}) {
    fs::create_directory(folder / name);
  }
  run_once(folder / "out", "a");
  EXPECT_EQ(folder.names(), (Names{"out", alive, ".trireme-4194305-0.old", ".trireme-x-0.tmp"}));
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "support/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Names = std::set<std::string>;

TEST(Files, ReadsWhatWasWritten) {
  const TempFolder folder;
  const Bytes bytes = {0, 255, 10, 13, 0};
  write_file(folder / "a", bytes);
  EXPECT_EQ(read_file(folder / "a"), bytes);
  write_file(folder / "a", std::string_view("text\n"));
  EXPECT_EQ(read_text(folder / "a"), "text\n");
  write_file(folder / "a", std::string_view());
  EXPECT_EQ(read_text(folder / "a"), "");
  EXPECT_EQ(folder.names(), Names{"a"});
}

TEST(Files, ReadingNamesTheReason) {
  const TempFolder folder;
  write_file(folder / "ten", std::string_view("0123456789"));
  EXPECT_EQ(read_text(folder / "ten", 10), "0123456789");
  EXPECT_THAT(error_of([&] { read_text(folder / "ten", 9); }), HasSubstr("larger than the limit of 9 bytes"));
  EXPECT_THAT(error_of([&] { read_file(folder / "none"); }),
              HasSubstr("none: cannot open the file: No such file"));
  EXPECT_THAT(error_of([&] { read_file(folder.path()); }), HasSubstr("is a folder"));
  // Endless, and its size is said to be 0.
  EXPECT_THAT(error_of([&] { read_file("/dev/zero", 1000000); }), HasSubstr("larger than the limit"));
}

TEST(Files, WritingFailsWithoutLeftovers) {
  const TempFolder folder;
  const std::string message = error_of([&] { write_file(folder / "none/a", std::string_view("x")); });
  EXPECT_THAT(message, HasSubstr("none/a: cannot create a file in this folder: No such file"));
  EXPECT_EQ(message.find(".trireme-"), std::string::npos) << message;
  EXPECT_THAT(error_of([&] { write_file(folder.path(), std::string_view("x")); }), HasSubstr("is a folder"));
  EXPECT_EQ(folder.names(), Names{});
}

// Stands for a full disk: the system refuses to let a file grow past 1000 bytes.
class SmallDisk {
 public:
  SmallDisk() {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    rlimit small = old_;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_ = {};
  void (*old_handler_)(int) = nullptr;
};

TEST(Files, FullDiskKeepsTheOldFile) {
  const TempFolder folder;
  write_file(folder / "a", std::string_view("old"));
  {
    const SmallDisk disk;
    EXPECT_THAT(error_of([&] { write_file(folder / "a", std::string(2000, 'x')); }),
                HasSubstr("cannot write the file: File too large"));
  }
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(folder.names(), Names{"a"});
}

TEST(Files, LongNamesCanBeWritten) {
  const TempFolder folder;
  const std::string name(255, 'n');  // the most that Linux file systems take
  write_file(folder / name, std::string_view("x"));
  EXPECT_EQ(folder.names(), Names{name});
}

TEST(Files, KeepsLinksAndPermissions) {
  const TempFolder folder;
  write_file(folder / "script", std::string_view("old"));
  ::chmod((folder / "script").c_str(), 0750);
  fs::create_symlink("script", folder / "link");
  write_file(folder / "link", std::string_view("new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_text(folder / "script"), "new");
  EXPECT_EQ(static_cast<int>(fs::status(folder / "script").permissions()), 0750);
}

TEST(Files, DevicesAreNotReplaced) {
  write_file("/dev/null", std::string_view("x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(Files, RelativeNames) {
  const TempFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file("a", std::string_view("x"));
  fs::current_path(before);
  EXPECT_EQ(folder.names(), Names{"a"});
}

// FIPS 180-2, appendix B.1, and the well-known digest of nothing.
TEST(Files, Sha256) {
  EXPECT_EQ(sha256_hex("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(Bytes{}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace trireme

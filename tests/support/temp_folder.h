// SPDX-License-Identifier: Apache-2.0
// A folder of its own for a test, removed at its end.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>

#include "support/error.h"

namespace trireme {

class TempFolder {
 public:
  TempFolder() {
    static std::atomic<int> counter{0};
    // In memory where there is such a folder: the damage tests write thousands of files.
    const bool in_memory = ::access("/dev/shm", W_OK) == 0;
    path_ =
        (in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
        std::filesystem::path("trireme_test_" + std::to_string(::getpid()) + "_" + std::to_string(counter++));
    std::filesystem::create_directory(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  // Names of all entries, hidden ones too: a leftover temporary file shows.
  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      result.insert(entry.path().filename());
    return result;
  }

 private:
  std::filesystem::path path_;
};

// The message of the Error that the call throws; a test failure if it throws none.
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

}  // namespace trireme

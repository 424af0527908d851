// SPDX-License-Identifier: Apache-2.0
// Damaged copies of a good file, for readers that must answer each with an Error.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "support/error.h"
#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {

using ReadFile = std::function<void(const std::filesystem::path&)>;

// write_file flushes to the disk, which thousands of little files need not wait for.
inline void write_quickly(const std::filesystem::path& path, const Bytes& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  if (!bytes.empty()) std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
}

// Cut at every length: always one Error, of one line.
inline void expect_error_at_every_cut(const Bytes& whole, const ReadFile& read) {
  const TempFolder folder;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_quickly(folder / "cut", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    const std::string message = error_of([&] { read(folder / "cut"); });
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_NE(message.find("cut"), std::string::npos) << "the file is not named: " << message;
    if (::testing::Test::HasFailure()) FAIL() << "at length " << length;
  }
}

// Every byte replaced in turn: an Error or, where the byte carries nothing that can be checked, a result.
inline void expect_no_crash_at_any_change(const Bytes& whole, const ReadFile& read) {
  const TempFolder folder;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      Bytes changed = whole;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
      write_quickly(folder / "changed", changed);
      try {
        read(folder / "changed");
      } catch (const Error&) {
        // The usual end.
      }
    }
  }
}

}  // namespace trireme

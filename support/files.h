// SPDX-License-Identifier: Apache-2.0
// Reading with a size limit, writing through a temporary name, flushed and renamed: a reader never sees half
// a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace trireme {

using Bytes = std::vector<std::uint8_t>;

// Errors: missing, a folder, unreadable, larger than `max_bytes`. The message names the path and the reason.
Bytes read_file(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{4} << 30);
std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{64} << 20);

// Temporary name in the same folder, fsync, rename. Errors leave the old file untouched and no temporary
// behind. Devices and pipes (/dev/stdout) are written to in place; a link stays, the file it points to is
// replaced.
void write_file(const std::filesystem::path& path, std::string_view text);
void write_file(const std::filesystem::path& path, const Bytes& bytes);

// A folder that appears as a whole: files are written below path(), commit() renames it to its final name.
// The target must be missing, empty, or carry `marker` (a file name that says an earlier run of ours made
// it), unless `force`; an old folder is replaced as a whole. The caller writes the marker as one of the
// files. Missing parents are made. Without commit() the destructor removes the temporary folder and those
// parents.
class AtomicFolder {
 public:
  AtomicFolder(std::filesystem::path target, std::string marker, bool force);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  const std::filesystem::path& path() const { return temporary_; }
  void commit();

 private:
  void remove_created_parents();

  std::filesystem::path target_;
  std::string marker_;
  bool force_;
  std::filesystem::path first_created_parent_;  // empty if all parents were there
  std::filesystem::path temporary_;
  bool committed_ = false;
};

std::string sha256_hex(const void* data, std::size_t bytes);  // lower-case hex, through OpenSSL
std::string sha256_hex(const Bytes& bytes);

}  // namespace trireme

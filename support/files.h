// SPDX-License-Identifier: Apache-2.0
// Reading with a size limit, writing through a temporary name, flushed and renamed: a reader never sees half
// a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trireme {

class FileDescriptor;
class OnInterrupt;

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
// files. Missing parents are made. Without commit() the destructor, or an interrupt, removes the temporary
// folder and those parents. A target that is or holds the working folder, the home folder or one of `inputs`
// (what the command reads) is refused whatever `force` says. Temporary folders that killed runs left beside
// the target are removed.
class AtomicFolder {
 public:
  AtomicFolder(std::filesystem::path target, std::string marker, bool force,
               std::vector<std::filesystem::path> inputs = {});
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  const std::filesystem::path& path() const { return temporary_; }
  void commit();

 private:
  void discard() noexcept;
  void remove_created_parents();

  std::filesystem::path target_;
  std::string marker_;
  bool force_;
  std::vector<std::filesystem::path> inputs_;
  std::filesystem::path first_created_parent_;  // empty if all parents were there
  std::filesystem::path temporary_;
  std::unique_ptr<OnInterrupt> on_interrupt_;
  std::unique_ptr<FileDescriptor> in_use_;  // locked: the sweep of another process leaves the folder alone
  bool committed_ = false;
};

std::string sha256_hex(const void* data, std::size_t bytes);  // lower-case hex, through OpenSSL
std::string sha256_hex(const Bytes& bytes);

}  // namespace trireme

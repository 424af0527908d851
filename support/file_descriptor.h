// SPDX-License-Identifier: Apache-2.0
// Inside support only: POSIX files with the reason of a failure in words.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace trireme {

// Owns a file descriptor. Every failure is an Error that names `path`.
class FileDescriptor {
 public:
  FileDescriptor(const std::filesystem::path& path, int flags, const char* purpose);
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  std::size_t read(void* buffer, std::size_t bytes);  // 0 at the end of the file
  void write_all(const void* data, std::size_t bytes);
  void sync();   // to the disk
  void close();  // with check: a network file system may report a failed write only here

 private:
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  int fd_ = -1;
};

std::string reason(int error_number);  // "No such file or directory"

// Flushes the entries of a folder, so that a rename in it survives a power cut.
void sync_folder(const std::filesystem::path& folder);

// A hidden name in `folder` that no other process and no other call uses.
std::filesystem::path temporary_name(const std::filesystem::path& folder);

}  // namespace trireme

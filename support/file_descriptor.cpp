// SPDX-License-Identifier: Apache-2.0
#include "support/file_descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "support/error.h"

namespace trireme {

namespace {
constexpr std::size_t chunk = std::size_t{1} << 30;  // Linux moves at most 2 GiB a call
}

std::string reason(int error_number) { return std::generic_category().message(error_number); }

FileDescriptor::FileDescriptor(const std::filesystem::path& path, int flags, const char* purpose)
    : path_(path) {
  do {
    fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (fd_ < 0 && errno == EINTR);
  if (fd_ < 0) fail(purpose);
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void FileDescriptor::fail(const char* what) const {
  throw Error(path_.string(), fmt::format("{}: {}", what, reason(errno)));
}

std::size_t FileDescriptor::read(void* buffer, std::size_t bytes) {
  ssize_t got = 0;
  do {
    got = ::read(fd_, buffer, std::min(bytes, chunk));
  } while (got < 0 && errno == EINTR);
  if (got < 0) fail("cannot read the file");
  return static_cast<std::size_t>(got);
}

void FileDescriptor::write_all(const void* data, std::size_t bytes) {
  const char* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(fd_, next, std::min(bytes, chunk));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write the file");
    next += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void FileDescriptor::sync() {
  // EINVAL and EROFS: the file system (or pipe) has nothing to flush.
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) fail("cannot flush the file to the disk");
}

void FileDescriptor::close() {
  const int status = ::close(fd_);
  fd_ = -1;  // Linux frees the descriptor even when close reports an error
  if (status != 0 && errno != EINTR) fail("cannot finish writing the file");
}

void sync_folder(const std::filesystem::path& folder) {
  FileDescriptor descriptor(folder, O_RDONLY | O_DIRECTORY, "cannot open the folder");
  descriptor.sync();
}

std::filesystem::path temporary_name(const std::filesystem::path& folder) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    // Short, whatever the final name is: a name of 255 bytes must still be writable.
    const auto name = folder / fmt::format(".trireme-{}-{}.tmp", ::getpid(), counter++);
    std::error_code ignored;
    // A killed process with our number may have left one behind.
    if (!std::filesystem::exists(std::filesystem::symlink_status(name, ignored))) return name;
  }
}

}  // namespace trireme

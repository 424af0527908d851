// SPDX-License-Identifier: Apache-2.0
#include "support/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/interrupt.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t first_read = std::size_t{64} << 10;  // for pipes, whose size nobody knows

[[noreturn]] void too_large(const fs::path& path, std::uint64_t max_bytes) {
  throw Error(path.string(), fmt::format("the file is larger than the limit of {} bytes", max_bytes),
              "is it the right file?");
}

// Works for std::vector<std::uint8_t> and std::string. Reads to the end instead of trusting the size that the
// system tells: pipes have none, and a file may grow meanwhile.
template <typename Buffer>
Buffer read_whole(const fs::path& path, std::uint64_t max_bytes) {
  FileDescriptor file(path, O_RDONLY, "cannot open the file");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw Error(path.string(), "cannot read the file: " + reason(errno));
  if (S_ISDIR(status.st_mode)) throw Error(path.string(), "is a folder, a file is needed");
  std::size_t capacity = first_read;
  if (S_ISREG(status.st_mode)) {
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > max_bytes) too_large(path, max_bytes);
    capacity = static_cast<std::size_t>(size) + 1;  // one more, to see the end without another round
  }
  Buffer content;
  std::size_t used = 0;
  for (;;) {
    if (used == content.size()) content.resize(used == 0 ? capacity : used * 2);
    const std::size_t got = file.read(&content[used], content.size() - used);
    if (got == 0) break;
    used += got;
    if (used > max_bytes) too_large(path, max_bytes);
  }
  content.resize(used);
  return content;
}

// Devices and pipes (/dev/stdout, /dev/null) are written to, never replaced.
bool is_special(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// A link stays a link: what it points to is replaced.
fs::path behind_links(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(fs::symlink_status(path, error))) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

void write_new_file(const fs::path& temporary, const fs::path& target, const void* data, std::size_t bytes) {
  FileDescriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL, "cannot create a file in this folder");
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) {
    // Keeps the permissions of the file that it replaces. On a file system without them nothing is lost.
    static_cast<void>(::fchmod(file.get(), old.st_mode & 07777));
  }
  file.write_all(data, bytes);
  file.sync();
  file.close();
}

// The user knows the name of the result, not the temporary one.
[[noreturn]] void rethrow_for(const fs::path& path, const Error& error) {
  throw Error(path.string(), error.problems().front().what,
              "check that the folder exists, may be written to, and that the disk has space");
}

void write_replacing(const fs::path& path, const void* data, std::size_t bytes) {
  std::error_code unreadable;  // found again, with its reason, when the file is created
  if (fs::is_directory(path, unreadable))
    throw Error(path.string(), "is a folder, cannot be written as a file");
  const fs::path target = behind_links(path);
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const fs::path temporary = temporary_name(folder);
  const OnInterrupt on_interrupt([&temporary] { ::unlink(temporary.c_str()); });
  try {
    write_new_file(temporary, target, data, bytes);
    if (std::rename(temporary.c_str(), target.c_str()) != 0) {
      throw Error(path.string(), "cannot put the file in its place: " + reason(errno));
    }
    sync_folder(folder);
  } catch (const Error& error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    rethrow_for(path, error);
  }
}

void write_bytes(const fs::path& path, const void* data, std::size_t bytes) {
  if (is_special(path)) {
    FileDescriptor file(path, O_WRONLY, "cannot open the file for writing");
    file.write_all(data, bytes);
    return;
  }
  write_replacing(path, data, bytes);
}

}  // namespace

Bytes read_file(const fs::path& path, std::uint64_t max_bytes) { return read_whole<Bytes>(path, max_bytes); }

std::string read_text(const fs::path& path, std::uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

void write_file(const fs::path& path, std::string_view text) { write_bytes(path, text.data(), text.size()); }

void write_file(const fs::path& path, const Bytes& bytes) { write_bytes(path, bytes.data(), bytes.size()); }

}  // namespace trireme

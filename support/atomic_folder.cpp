// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/files.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

// Absolute, so that a later change of the working folder does no harm; "runs/a/" names the same folder as
// "runs/a"; a link to a folder stays, what it points to is replaced.
fs::path resolve(const fs::path& target) {
  if (target.empty()) throw Error("", "the name of the output folder is empty");
  fs::path path = fs::absolute(target).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  if (path == path.root_path()) throw Error(path.string(), "the root folder cannot be an output folder");
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real;
}

void require_replaceable(const fs::path& target, const std::string& marker, bool force) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) {
    throw Error(target.string(), "is a file, the output needs a folder", "name another one");
  }
  if (force || fs::is_empty(target, error) || fs::exists(target / marker, error)) return;
  throw Error(target.string(),
              fmt::format("the folder holds files of its own and no '{}' of an earlier run", marker),
              "name another folder, empty this one, or use --force to replace it as a whole");
}

fs::path first_missing(const fs::path& folder) {
  fs::path missing;
  for (fs::path at = folder; !fs::exists(at); at = at.parent_path()) missing = at;
  return missing;
}

void rename_folder(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return;
  const int error = errno;
  throw Error(to.string(), "cannot put the folder in its place: " + reason(error));
}

void sync_tree(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink()) continue;
    if (entry.is_directory()) {
      sync_folder(entry.path());
    } else if (entry.is_regular_file()) {
      FileDescriptor(entry.path(), O_RDONLY, "cannot open the file").sync();
    }
  }
  sync_folder(folder);
}

// The old folder comes back if the new one cannot take its place.
void replace_folder(const fs::path& old_folder, const fs::path& new_folder) {
  const fs::path aside = temporary_name(old_folder.parent_path());
  rename_folder(old_folder, aside);
  try {
    rename_folder(new_folder, old_folder);
  } catch (const Error& error) {
    if (std::rename(aside.c_str(), old_folder.c_str()) == 0) throw;
    throw Error(old_folder.string(), error.problems().front().what,
                "the old folder is safe at " + aside.string());
  }
  std::error_code error;
  fs::remove_all(aside, error);
  if (error) {
    throw Error(aside.string(),
                "the new output is in place, but the old one cannot be removed: " + error.message(),
                "remove this folder by hand");
  }
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path target, std::string marker, bool force)
    : target_(resolve(target)), marker_(std::move(marker)), force_(force) {
  require_replaceable(target_, marker_, force_);
  const fs::path parent = target_.parent_path();
  try {
    first_created_parent_ = first_missing(parent);
    fs::create_directories(parent);
    temporary_ = temporary_name(parent);
    fs::create_directory(temporary_);
  } catch (const fs::filesystem_error& error) {
    remove_created_parents();
    throw Error(target_.string(), "cannot create the folder: " + error.code().message(),
                "check that its parent may be written to");
  }
}

AtomicFolder::~AtomicFolder() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  remove_created_parents();
}

void AtomicFolder::remove_created_parents() {
  if (first_created_parent_.empty()) return;
  std::error_code error;
  for (fs::path at = target_.parent_path(); !error; at = at.parent_path()) {
    fs::remove(at, error);  // fails, and ends the loop, where somebody else put something in
    if (at == first_created_parent_) break;
  }
}

void AtomicFolder::commit() {
  if (committed_) internal_error("an output folder committed twice");
  // Checked again: somebody may have filled the folder since the run began.
  require_replaceable(target_, marker_, force_);
  try {
    sync_tree(temporary_);
    const bool replaces = fs::exists(target_);
    if (!replaces) rename_folder(temporary_, target_);
    if (replaces) replace_folder(target_, temporary_);
    committed_ = true;
    sync_folder(target_.parent_path());
  } catch (const fs::filesystem_error& error) {
    throw Error(target_.string(), "cannot write the folder: " + error.code().message());
  }
}

}  // namespace trireme

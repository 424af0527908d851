// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/files.h"
#include "support/interrupt.h"
#include "support/text.h"

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

bool is_or_holds(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

// Replacing the target would remove it. A link counts where it lies and where it leads.
void require_outside(const fs::path& target, const fs::path& precious, const char* what) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(precious, error);
  const fs::path lies =
      fs::weakly_canonical(fs::absolute(precious).parent_path(), error) / precious.filename();
  if (!is_or_holds(target, real) && !is_or_holds(target, lies)) return;
  throw Error(target.string(),
              fmt::format("is or holds {}, which would be removed with the old folder", what),
              "name another folder; --force does not allow this");
}

void require_nothing_precious(const fs::path& target, const std::vector<fs::path>& inputs) {
  std::error_code error;
  if (!fs::exists(target, error)) return;
  const fs::path working = fs::current_path(error);
  if (!error) require_outside(target, working, "the working folder");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    require_outside(target, home, "the home folder");
  }
  for (const fs::path& input : inputs) {
    if (!input.empty()) require_outside(target, input, fmt::format("the input {}", input.string()).c_str());
  }
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
  // Not a name that remove_leftovers takes: killed between the renames, this is the only copy.
  const fs::path aside = temporary_name(old_folder.parent_path()).replace_extension(".old");
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

// A process number means something on one machine alone, a lock on all that share the folder: both must say
// that nobody is left.
bool is_left_over(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  const std::vector<std::string> parts = split(name, '-');  // ".trireme-PID-N.tmp"
  if (parts.size() != 3 || parts[0] != ".trireme" || entry.path().extension() != ".tmp") return false;
  const auto pid = to_int(parts[1]);
  if (!pid || *pid < 1 || *pid > std::numeric_limits<pid_t>::max()) return false;
  std::error_code error;
  if (entry.is_symlink(error) || !entry.is_directory(error)) return false;
  if (::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH) return false;
  try {
    const FileDescriptor folder(entry.path(), O_RDONLY | O_DIRECTORY, "cannot open the folder");
    return ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
  } catch (const Error&) {
    return false;
  }
}

void remove_leftovers(const fs::path& parent) {
  std::vector<fs::path> leftovers;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    if (is_left_over(*entry)) leftovers.push_back(entry->path());
  }
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover, error);
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path target, std::string marker, bool force, std::vector<fs::path> inputs)
    : target_(resolve(target)), marker_(std::move(marker)), force_(force), inputs_(std::move(inputs)) {
  require_nothing_precious(target_, inputs_);
  require_replaceable(target_, marker_, force_);
  const fs::path parent = target_.parent_path();
  const auto held = hold_interrupts();
  try {
    first_created_parent_ = first_missing(parent);
    fs::create_directories(parent);
    remove_leftovers(parent);
    temporary_ = temporary_name(parent);
    fs::create_directory(temporary_);
    in_use_ = std::make_unique<FileDescriptor>(temporary_, O_RDONLY | O_DIRECTORY, "cannot open the folder");
    // Some file systems have no locks: then the process number alone guards the folder.
    static_cast<void>(::flock(in_use_->get(), LOCK_EX | LOCK_NB));
    on_interrupt_ = std::make_unique<OnInterrupt>([this] { discard(); });
  } catch (const fs::filesystem_error& error) {
    remove_created_parents();
    throw Error(target_.string(), "cannot create the folder: " + error.code().message(),
                "check that its parent may be written to");
  }
}

AtomicFolder::~AtomicFolder() {
  on_interrupt_.reset();
  if (!committed_) discard();
}

void AtomicFolder::discard() noexcept {
  // Again while the program, not yet stopped by its interrupt, writes into the folder.
  std::error_code error;
  for (int attempt = 0; attempt < 10; ++attempt) {
    fs::remove_all(temporary_, error);
    if (!error) break;
  }
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
  require_nothing_precious(target_, inputs_);
  require_replaceable(target_, marker_, force_);
  try {
    sync_tree(temporary_);
    const auto held = hold_interrupts();
    const bool replaces = fs::exists(target_);
    if (!replaces) rename_folder(temporary_, target_);
    if (replaces) replace_folder(target_, temporary_);
    committed_ = true;
    on_interrupt_.reset();
    sync_folder(target_.parent_path());
  } catch (const fs::filesystem_error& error) {
    throw Error(target_.string(), "cannot write the folder: " + error.code().message());
  }
}

}  // namespace trireme

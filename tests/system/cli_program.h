// SPDX-License-Identifier: Apache-2.0
// The real program, run as a user runs it: exit code and both streams.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/files.h"
#include "support/text.h"
#include "tests/support/temp_folder.h"

namespace trireme {

struct Finished {
  int status = -1;  // exit code; 128 + number for a signal
  std::string out, err;
};

inline std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// Runs `trireme` with these words in `folder`.
inline Finished run_trireme(const std::filesystem::path& folder, const std::vector<std::string>& words) {
  const TempFolder streams;
  std::string command =
      "cd " + shell_quoted(folder.string()) + " && " + shell_quoted(TRIREME_BIN_DIR "/trireme");
  for (const std::string& word : words) command += " " + shell_quoted(word);
  command +=
      " >" + shell_quoted((streams / "out").string()) + " 2>" + shell_quoted((streams / "err").string());
  const int status = std::system(command.c_str());
  Finished finished;
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.out = read_text(streams / "out");
  finished.err = read_text(streams / "err");
  return finished;
}

// Every file below a folder with its content, and every folder.
inline std::map<std::string, Bytes> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, Bytes> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    files[name] = entry.is_regular_file() ? read_file(entry.path()) : Bytes();
  }
  return files;
}

}  // namespace trireme

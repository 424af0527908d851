// SPDX-License-Identifier: Apache-2.0
// Real models and inputs that are no part of the project: tests that want them skip, and say so, where they
// are not.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace trireme {

// The folder that TRIREME_SHARED names, else "shared" beside the repository; empty if there is none.
inline std::filesystem::path workloads_folder() {
  namespace fs = std::filesystem;
  const char* named = std::getenv("TRIREME_SHARED");
  const fs::path shared =
      named != nullptr ? fs::path(named) : fs::path(TRIREME_SOURCE_DIR).parent_path() / "shared";
  return fs::is_directory(shared / "workloads") ? shared / "workloads" : fs::path();
}

}  // namespace trireme

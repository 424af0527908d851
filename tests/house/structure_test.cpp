// SPDX-License-Identifier: Apache-2.0
// The folders are the architecture: includes flow one way, no folder cycle, SystemC in sim/ only, Qt in gui/
// only.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// docs/architecture.md: who may include whom, besides itself.
const std::map<std::string, Names> kAllowed = {
    {"support", {}},
    {"tensor", {"support"}},
    {"model", {"support", "tensor"}},
    {"traces", {"support", "tensor"}},
    {"isa", {"support", "tensor", "model"}},
    {"timing", {"support", "tensor", "model", "isa"}},
    {"compiler", {"support", "tensor", "model", "isa", "timing"}},
    {"sim", {"support", "tensor", "model", "isa", "timing", "traces"}},
    {"cli", {"support", "tensor", "model", "isa", "timing", "traces", "compiler", "sim", "validate", "zoo"}},
    {"gui", {"support", "tensor", "traces"}},
    {"zoo", {"support", "tensor", "model"}},
    {"validate", {"support"}},
};

struct Include {
  std::string file, target;  // both relative to the source tree; system headers as written
  bool system;
};

bool is_source(const fs::path& path) { return path.extension() == ".cpp" || path.extension() == ".h"; }

std::vector<fs::path> sources_of(const fs::path& root, const std::string& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(root / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.is_regular_file() && is_source(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Include> includes_of(const fs::path& root, const fs::path& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) {
      found.push_back({fs::relative(file, root).string(), match[2].str(), match[1].str() == "<"});
    }
  }
  return found;
}

std::vector<Include> all_includes() {
  const fs::path root = TRIREME_SOURCE_DIR;
  std::vector<Include> all;
  for (const auto& [folder, allowed] : kAllowed) {
    for (const fs::path& file : sources_of(root, folder)) {
      const std::vector<Include> some = includes_of(root, file);
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  return all;
}

std::string top_folder(const std::string& path) { return path.substr(0, path.find('/')); }
std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

// A cycle in a directed graph as "a -> b -> a", or empty.
std::string find_cycle(const std::map<std::string, Names>& edges) {
  std::map<std::string, int> state;  // 1: on the path, 2: done
  std::vector<std::string> path;
  struct Frame {
    std::string node;
    std::vector<std::string> next;
  };
  for (const auto& [start, unused] : edges) {
    if (state[start] != 0) continue;
    std::vector<Frame> stack;
    const auto enter = [&](const std::string& node) {
      state[node] = 1;
      path.push_back(node);
      const auto out = edges.find(node);
      stack.push_back({node, out == edges.end()
                                 ? std::vector<std::string>{}
                                 : std::vector<std::string>(out->second.begin(), out->second.end())});
    };
    enter(start);
    while (!stack.empty()) {
      if (stack.back().next.empty()) {
        state[stack.back().node] = 2;
        path.pop_back();
        stack.pop_back();
        continue;
      }
      const std::string next = stack.back().next.back();
      stack.back().next.pop_back();
      if (state[next] == 1) {
        std::string text;
        for (auto it = std::find(path.begin(), path.end(), next); it != path.end(); ++it)
          text += *it + " -> ";
        return text + next;
      }
      if (state[next] == 0) enter(next);
    }
  }
  return {};
}

TEST(Structure, CycleFinderFindsCycles) {
  EXPECT_EQ(find_cycle({{"a", {"b"}}, {"b", {"c"}}}), "");
  EXPECT_EQ(find_cycle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), "b -> c -> b");
}

TEST(Structure, IncludesFlowOneWay) {
  std::size_t checked = 0;
  for (const Include& include : all_includes()) {
    if (include.system) continue;
    const std::string from = top_folder(include.file), to = top_folder(include.target);
    if (from == to || kAllowed.count(to) == 0) continue;
    ++checked;
    EXPECT_TRUE(kAllowed.at(from).count(to) == 1) << include.file << " includes " << include.target;
  }
  EXPECT_GT(checked, 100U);
}

// A second opinion shares nothing with the first but the question.
TEST(Structure, TheClockedModelKnowsNeitherSimulatorNorTiming) {
  const fs::path root = TRIREME_SOURCE_DIR;
  std::size_t checked = 0;
  for (const fs::path& file : sources_of(root, "tests/clocked")) {
    if (file.filename() == "clocked_test.cpp") continue;  // compares both
    for (const Include& include : includes_of(root, file)) {
      const std::string to = top_folder(include.target);
      EXPECT_TRUE(to != "sim" && to != "timing") << include.file << " includes " << include.target;
      ++checked;
    }
  }
  EXPECT_GT(checked, 10U);
}

TEST(Structure, NoFolderCycle) {
  std::map<std::string, Names> edges;
  for (const Include& include : all_includes()) {
    const std::string from = folder_of(include.file), to = folder_of(include.target);
    if (!include.system && from != to && kAllowed.count(top_folder(include.target)) == 1)
      edges[from].insert(to);
  }
  EXPECT_EQ(find_cycle(edges), "");
}

TEST(Structure, SystemCAndQtStayWhereTheyBelong) {
  static const std::regex systemc("^(systemc|tlm|sysc/|tlm_utils/)"), qt("^(Q[A-Z]|qcustomplot|Qt)");
  for (const Include& include : all_includes()) {
    const std::string from = top_folder(include.file);
    if (std::regex_search(include.target, systemc)) {
      EXPECT_EQ(from, "sim") << include.file << " includes " << include.target;
    }
    if (std::regex_search(include.target, qt)) {
      EXPECT_EQ(from, "gui") << include.file << " includes " << include.target;
    }
  }
  // And nobody outside sim/ reaches into it past its one public header.
  for (const Include& include : all_includes()) {
    if (!include.system && top_folder(include.target) == "sim" && top_folder(include.file) != "sim") {
      EXPECT_EQ(include.target, "sim/simulate.h") << include.file;
    }
  }
}

TEST(Structure, EverySourceCarriesItsLicenceAndEveryFolderAReadme) {
  const fs::path root = TRIREME_SOURCE_DIR;
  for (const auto& [folder, allowed] : kAllowed) {
    if (!fs::exists(root / folder)) continue;
    EXPECT_TRUE(fs::exists(root / folder / "README.md")) << folder;
    for (const fs::path& file : sources_of(root, folder)) {
      std::ifstream stream(file);
      std::string line;
      std::getline(stream, line);
      EXPECT_EQ(line, "// SPDX-License-Identifier: Apache-2.0") << file;
    }
  }
}

}  // namespace

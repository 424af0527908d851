// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

#include "isa/chip_description.h"
#include "support/files.h"
#include "support/text.h"
#include "support/yaml_fields.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> chip_folders() {
  std::vector<fs::path> folders;
  std::error_code none;
  if (const char* own = std::getenv("TRIREME_CHIPS"); own != nullptr && *own != '\0') {
    if (!fs::is_directory(own, none)) {
      throw Error(own, "$TRIREME_CHIPS names this folder, which does not exist", "correct it or unset it");
    }
    folders.emplace_back(own);
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = program.parent_path().parent_path() / "share" / "trireme" / "chips";
  folders.push_back(fs::is_directory(installed, none) ? installed : fs::path(TRIREME_SOURCE_DIR) / "chips");
  return folders;
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().extension() == ".yaml") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The lines of `name:` and `aliases:`, which is a tenth of a file and of the time to read it; everything if
// it is laid out otherwise.
std::string head_of(const std::string& text) {
  std::string head;
  bool wanted = false;
  for (const std::string& line : split(text, '\n')) {
    const bool starts_entry = !line.empty() && line[0] != ' ' && line[0] != '#' && line[0] != '-';
    if (starts_entry) wanted = line.rfind("name:", 0) == 0 || line.rfind("aliases:", 0) == 0;
    if (wanted) head += line + "\n";
  }
  return ("\n" + head).find("\nname:") != std::string::npos ? head : text;
}

// Name and aliases only: whether the rest of the file is right matters to whoever asks for that chip.
std::vector<std::string> names_in(const fs::path& file) {
  std::vector<std::string> names;
  try {
    const YAML::Node node = parse_yaml(head_of(read_text(file, kMaxChipFileBytes)), file.string());
    if (!node.IsMap()) return names;
    const YAML::Node name = node["name"], aliases = node["aliases"];
    if (name.IsDefined() && name.IsScalar()) names.push_back(name.Scalar());
    if (!aliases.IsDefined() || !aliases.IsSequence()) return names;
    for (const YAML::Node& alias : aliases) {
      if (alias.IsScalar()) names.push_back(alias.Scalar());
    }
  } catch (const Error&) {
    return names;
  }
  return names;
}

// A user's folder goes first, with all its names; in a folder the name of a file goes before what files say,
// which spares reading them. `known` collects what there is.
fs::path find_by_name(const std::string& wanted, std::vector<std::string>& known) {
  for (const fs::path& folder : chip_folders()) {
    const std::vector<fs::path> files = yaml_files(folder);
    for (const fs::path& file : files) {
      if (normalized_chip_name(file.stem().string()) == wanted) return file;
    }
    for (const fs::path& file : files) {
      known.push_back(file.stem().string());
      for (const std::string& name : names_in(file)) {
        if (normalized_chip_name(name) == wanted) return file;
        if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
      }
    }
  }
  return {};
}

bool looks_like_path(const std::string& text) {
  return text.size() > 5 && text.compare(text.size() - 5, 5, ".yaml") == 0;
}

fs::path file_at(const std::string& text, const fs::path& beside) {
  const fs::path path = beside / text;  // an absolute path stays as it is
  std::error_code none;
  if (fs::exists(path, none)) return path;
  for (const fs::path& folder : chip_folders()) {  // "memory/lpddr4_3200_x32.yaml" for an own chip elsewhere
    if (fs::exists(folder / text, none)) return folder / text;
  }
  throw Error(path.string(), "there is no such chip file",
              "give the path of a .yaml file or the name of a chip");
}

}  // namespace

std::string normalized_chip_name(const std::string& name) {
  std::string normalized = to_lower(name);
  normalized.erase(
      std::remove_if(normalized.begin(), normalized.end(),
                     [](char c) { return std::string_view(" \t-_./").find(c) != std::string_view::npos; }),
      normalized.end());
  return normalized;
}

std::vector<fs::path> chip_files() {
  std::vector<fs::path> files;
  std::set<std::string> seen;  // a user's own chip hides one of the same name
  for (const fs::path& folder : chip_folders()) {
    for (const fs::path& file : yaml_files(folder)) {
      if (seen.insert(normalized_chip_name(file.stem().string())).second) files.push_back(file);
    }
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return a.stem() < b.stem(); });
  return files;
}

fs::path find_chip_file(const std::string& name_or_path, const fs::path& beside) {
  if (looks_like_path(name_or_path)) return file_at(name_or_path, beside);
  std::vector<std::string> known;
  const fs::path found = find_by_name(normalized_chip_name(name_or_path), known);
  if (!found.empty()) return found;
  const std::string near = nearest(name_or_path, known);
  throw Error("", fmt::format("there is no chip '{}'", name_or_path.substr(0, 80)),
              near.empty() ? "'trireme chips' lists those there are" : suggestion(name_or_path, {near}));
}

}  // namespace trireme

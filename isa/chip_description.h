// SPDX-License-Identifier: Apache-2.0
// Inside isa only: a chip description with its `inherits:` chain resolved, and where chip files are looked
// for.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "support/error.h"

namespace trireme {

struct ChipDescription {
  Chip chip;                         // chip.yaml is the resolved text
  std::vector<FieldOrigin> origins;  // in the order of chip_fields()
};

// `allow_inherits` is false for text out of a network binary, which must not make us open files.
ChipDescription resolve_chip(const std::string& yaml, const std::string& file, bool allow_inherits);

constexpr std::uint64_t kMaxChipFileBytes = std::uint64_t{1} << 20;

// Limits that concern several fields. `where` says for the dotted path of a field which line set it.
using FieldPlaces = std::map<std::string, std::string>;
void check_chip(const Chip& chip, const FieldPlaces& where, Problems& problems);

std::string normalized_chip_name(const std::string& name);  // lower case without blanks - _ . /
// The file a name, alias or path means. Error lists what there is, with the nearest match. `beside`: folder a
// relative path is looked up in; may be empty.
std::filesystem::path find_chip_file(const std::string& name_or_path, const std::filesystem::path& beside);
std::vector<std::filesystem::path> chip_files();  // of all chip folders, sorted by name, hidden ones left out

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "isa/chip.h"

#include <fmt/format.h>

#include "isa/chip_description.h"
#include "support/files.h"

namespace trireme {

const char* name_of(DramModel model) { return model == DramModel::in_order ? "in_order" : "scheduled"; }

bool is_v7(const Chip& chip) { return chip.generation == "v7"; }

Chip parse_chip(const std::string& yaml, const std::string& file) {
  return resolve_chip(yaml, file, true).chip;
}

std::vector<FieldOrigin> explain_chip(const std::string& yaml, const std::string& file) {
  return resolve_chip(yaml, file, true).origins;
}

Chip find_chip(const std::string& name_or_path) {
  const std::filesystem::path path = find_chip_file(name_or_path, {});
  return parse_chip(read_text(path, kMaxChipFileBytes), path.string());
}

std::vector<Chip> all_chips() {
  std::vector<Chip> chips;
  Problems problems;
  for (const std::filesystem::path& path : chip_files()) {
    try {
      chips.push_back(parse_chip(read_text(path, kMaxChipFileBytes), path.string()));
    } catch (const Error& error) {
      problems.add(error);
    }
  }
  problems.throw_if_any();
  return chips;
}

}  // namespace trireme

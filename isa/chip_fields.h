// SPDX-License-Identifier: Apache-2.0
// Inside isa only: the one table of chip fields. Reading, range checks, the resolved text and `explain_chip`
// all walk it, so that a field is described in a single place.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "isa/chip.h"

namespace trireme {

using ChipFieldTarget = std::variant<int*, std::int64_t*, std::uint32_t*, bool*, std::string*, RequantRule*,
                                     Ties*, CoefficientCoding*, DramModel*>;

struct ChipField {
  const char* section;  // "nne"; empty at the top
  const char* key;      // "cores"
  const char* unit;     // "bytes"; empty for plain counts, names and truth values
  std::int64_t min, max;
  std::vector<std::string> allowed;  // for names; empty: any text
  const char* meaning;
  ChipFieldTarget (*target)(Chip& chip);

  std::string path() const { return *section ? std::string(section) + "." + key : std::string(key); }
};

const std::vector<ChipField>& chip_fields();

}  // namespace trireme

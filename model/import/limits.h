// SPDX-License-Identifier: Apache-2.0
// What an import may allocate, for programs that run on hostile files all the time (tests/fuzz).
#pragma once

#include <cstdint>

#include "model/import/import.h"

namespace trireme {

struct ImportLimits {
  // Of all constants of a model together: a few bytes of a file (ConstantOfShape) can ask for any amount.
  std::uint64_t constant_bytes = std::uint64_t{1} << 31;
};

Graph import_onnx_within(const std::filesystem::path& path, const ImportOptions& options,
                         const ImportLimits& limits);
Graph import_tflite_within(const std::filesystem::path& path, const ImportOptions& options,
                           const ImportLimits& limits);

}  // namespace trireme

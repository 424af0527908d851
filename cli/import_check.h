// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cli/console.h"
#include "model/import/import.h"

namespace trireme {

// `trireme import onnx --check`: exit 0 if the model can be imported, 3 if not. Writes no file.
int check_onnx_model(const std::filesystem::path& model, const ImportOptions& options, bool json,
                     const Console& console);

}  // namespace trireme

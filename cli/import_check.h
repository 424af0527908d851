// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cli/console.h"
#include "model/import/import.h"

namespace trireme {

using ModelImporter = Graph (*)(const std::filesystem::path& path, const ImportOptions& options);

// `trireme import onnx --check`, or tflite: exit 0 if the model can be imported, 3 if not. Writes no file.
int check_model(const std::filesystem::path& model, ModelImporter importer, const ImportOptions& options,
                bool json, const Console& console);

}  // namespace trireme

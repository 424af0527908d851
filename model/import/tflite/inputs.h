// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/import/import.h"
#include "model/import/tflite/structure.h"

namespace trireme {

// Adds the model's inputs to the graph, those of ImportOptions::bind as constants.
void import_inputs(TfliteImport& import, const TfliteStructure& structure, const ImportOptions& options,
                   const std::string& where, Problems& problems);

}  // namespace trireme

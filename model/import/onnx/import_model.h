// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/import/import.h"

namespace onnx {
class ModelProto;
}

namespace trireme {

// As import_onnx(), of a model that is in memory; tensors in files of their own are looked for in the working
// folder.
Graph import_onnx_model(const onnx::ModelProto& model, const std::string& name);

}  // namespace trireme

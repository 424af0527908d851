// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/import/onnx/node_reader.h"
#include "model/import/onnx/structure.h"

namespace trireme {

// Adds the model's inputs to the graph: tensors of a fixed shape, or constants (options.bind).
// Floats of any width are computed in float32, as in most runtimes. A dynamic batch is taken as 1 and
// noted; other dynamic dimensions must be given in options.input_shapes.
void import_inputs(OnnxImport& import, const OnnxStructure& structure, const ImportOptions& options,
                   const std::string& where, Problems& problems);

// How a shape that the file declares contradicts the one that was inferred; empty: it does not.
std::string declared_difference(const onnx::TensorShapeProto& declared, const Shape& shape);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/import/onnx/quantization_parameters.h"

namespace trireme {

// The constant matrix of input `i` as the weight [out,in] of a fully connected layer on codes.
ValueId import_codes_matrix(OnnxNode& node, std::size_t i, Quantization parameters, bool is_out_by_in);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The constants of a model.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

#include "model/import/constants.h"

namespace trireme {

// Error without a place for strings, complex numbers and floats of 8 bits and less.
DataType onnx_data_type(std::int32_t data_type);

// Floats become float32 (which rounds only float64); integers and booleans stay. Errors, without a
// place: another type, data outside of the file, a shape that does not fit the data.
Tensor read_onnx_tensor(const onnx::TensorProto& proto, ConstantBudget& budget);

// "FLOAT16", as ONNX spells it.
std::string onnx_type_name(std::int32_t data_type);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The constants of a model.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/import/constants.h"

namespace trireme {

// Error without a place for strings, complex numbers and floats of 8 bits and less. 4-bit integers get a byte
// each.
DataType onnx_data_type(std::int32_t data_type);
bool is_four_bit(std::int32_t data_type);
bool is_four_bit(const onnx::TensorProto& proto);

// Floats become float32 (which rounds only float64); integers and booleans stay. Data may lie in another file
// (external data): inside of `folder`, where the model is; an empty folder allows none. Errors, without a
// place: another type, a shape that does not fit the data, a file or a part of a file that is not there.
Tensor read_onnx_tensor(const onnx::TensorProto& proto, ConstantBudget& budget,
                        const std::filesystem::path& folder = {});

// "FLOAT16", as ONNX spells it.
std::string onnx_type_name(std::int32_t data_type);

}  // namespace trireme

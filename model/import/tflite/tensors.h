// SPDX-License-Identifier: Apache-2.0
// The tensors of a model: their names, types, quantization and, of constants, their data.
#pragma once

#include <string>
#include <vector>

#include "model/graph/graph.h"
#include "model/import/constants.h"
#include "model/import/tflite/read_model.h"

namespace trireme {

// One a tensor, unique; tensors without a name get "tensor_INDEX", doubles a suffix.
std::vector<std::string> tflite_tensor_names(const tflite_file::SubGraph& graph);

// 32 and 64 bit integers with scales are codes as biases only; elsewhere they are shapes and indices.
enum class TfliteRole { data, bias };

// Type, shape and quantization as the file declares them. Error without a place: a type that is not
// supported, parameters that contradict each other.
Value declared_value(const tflite_file::Tensor& tensor, const std::string& name, TfliteRole role);

// Whether the file holds data for it.
bool has_data(const tflite_file::Model& model, const tflite_file::Tensor& tensor);

// Its data in addition: codes if it is quantized, float16 widened to float32. Error without a place.
Value read_tflite_constant(const tflite_file::Model& model, const tflite_file::Tensor& tensor,
                           const std::string& name, TfliteRole role, ConstantBudget& budget);

// "FLOAT16"; "number 77"
std::string tflite_type_name(tflite_file::TensorType type);
DataType data_type_of(tflite_file::TensorType type);  // Error without a place

}  // namespace trireme

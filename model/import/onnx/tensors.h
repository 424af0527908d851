// SPDX-License-Identifier: Apache-2.0
// The constants of a model: reading them, and the few operations on constants that an import needs at once.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>

#include "tensor/tensor.h"

namespace trireme {

// What all constants of one model may take. Asked before each allocation, since a few bytes of a file
// (ConstantOfShape) can ask for any amount.
class ConstantBudget {
 public:
  void spend(std::int64_t elements, DataType dtype);  // Error when it is used up

 private:
  std::uint64_t left_ = std::uint64_t{1} << 31;
};

// Error without a place for strings, complex numbers and floats of 8 bits and less. 4-bit integers get a byte
// each.
DataType onnx_data_type(std::int32_t data_type);
bool is_four_bit(const onnx::TensorProto& proto);

// Floats become float32 (which rounds only float64); integers and booleans stay. Data may lie in another file
// (external data): inside of `folder`, where the model is; an empty folder allows none. Errors, without a
// place: another type, a shape that does not fit the data, a file or a part of a file that is not there.
Tensor read_onnx_tensor(const onnx::TensorProto& proto, ConstantBudget& budget,
                        const std::filesystem::path& folder = {});

Tensor filled_tensor(const Shape& shape, const Tensor& single_element, ConstantBudget& budget);
Tensor reshaped(const Tensor& tensor, const Shape& shape, ConstantBudget& budget);
Tensor permuted(const Tensor& tensor, const std::vector<std::int64_t>& perm, ConstantBudget& budget);

// "FLOAT16", as ONNX spells it.
std::string onnx_type_name(std::int32_t data_type);

}  // namespace trireme

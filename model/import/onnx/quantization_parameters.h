// SPDX-License-Identifier: Apache-2.0
// Scales and zero points as the inputs of QuantizeLinear, DequantizeLinear and the QLinear operators have
// them.
#pragma once

#include "model/import/onnx/node_reader.h"

namespace trireme {

struct ParameterInputs {
  std::size_t scale = 1, zero_point = 2;
};

// Of a tensor of this shape; several scales go along `axis`. The zero point brings the storage type,
// `fallback` is that of an omitted one. Complains and leaves if they are computed, do not fit the shape, or
// are no scales.
Quantization read_parameters(OnnxNode& node, const ParameterInputs& at, DataType fallback, const Shape& shape,
                             std::int64_t axis);
// The same of an activation: one scale for the whole tensor.
Quantization read_tensor_parameters(OnnxNode& node, const ParameterInputs& at);

// A bias of int32: its scale is the product of the scales of data and weight, one a channel if the weight
// has.
Quantization bias_parameters(const Quantization& data, const Quantization& weight);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// How a value is stored, as JSON: of the tensors of NAME.json, and of the operands of a binary's host steps.
#pragma once

#include <string>

#include "model/import/acuity/layer.h"

namespace trireme {

// {"type": "float32", "stored": "int8", "scale": [0.5], "zero_point": [-3], "channel_axis": -1}, with "fl"
// instead of the last three for fixed point. Scales are float32 numbers that read back exactly.
Json quantization_json(const Value& value);
// Type and quantization of the value; complaints are collected by the reader.
void read_quantization(LayerParameters& parameters, Value& value);
// One scale and zero point, or one a channel of the value's shape.
void check_scales(const Value& value, const std::string& where, Problems& problems);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The data types of tensors, with every spelling the file formats use for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trireme {

enum class DataType : std::uint8_t {
  float32,
  float16,
  bfloat16,
  float64,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  boolean,
};

int bytes_of(DataType type);               // of one element
const char* name_of(DataType type);        // "uint8", "float16", … as numpy spells it
const char* short_name_of(DataType type);  // "u8", "f16", … as quantize tables spell it
bool is_float(DataType type);
bool is_integer(DataType type);
// Accepts numpy's and the short spellings ("uint8", "u8", "half", "float"); Error names what is allowed.
DataType parse_data_type(std::string_view text, const std::string& where);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.h"

#include <array>
#include <cstddef>
#include <vector>

#include "support/error.h"
#include "support/text.h"

namespace trireme {

namespace {

enum class Kind { floating, integer, truth };

struct TypeRow {
  const char* name;
  const char* short_name;
  int bytes;
  Kind kind;
};

// In the order of DataType.
constexpr std::array<TypeRow, 13> types = {{
    {"float32", "f32", 4, Kind::floating},
    {"float16", "f16", 2, Kind::floating},
    {"bfloat16", "bf16", 2, Kind::floating},
    {"float64", "f64", 8, Kind::floating},
    {"int8", "i8", 1, Kind::integer},
    {"uint8", "u8", 1, Kind::integer},
    {"int16", "i16", 2, Kind::integer},
    {"uint16", "u16", 2, Kind::integer},
    {"int32", "i32", 4, Kind::integer},
    {"uint32", "u32", 4, Kind::integer},
    {"int64", "i64", 8, Kind::integer},
    {"uint64", "u64", 8, Kind::integer},
    {"bool", "bool", 1, Kind::truth},
}};

const TypeRow& row_of(DataType type) {
  const auto index = static_cast<std::size_t>(type);
  if (index >= types.size()) internal_error("a data type without a row");
  return types[index];
}

}  // namespace

int bytes_of(DataType type) { return row_of(type).bytes; }
const char* name_of(DataType type) { return row_of(type).name; }
const char* short_name_of(DataType type) { return row_of(type).short_name; }
bool is_float(DataType type) { return row_of(type).kind == Kind::floating; }
bool is_integer(DataType type) { return row_of(type).kind == Kind::integer; }

DataType parse_data_type(std::string_view text, const std::string& where) {
  const std::string name = to_lower(text);
  if (name == "half") return DataType::float16;
  if (name == "float") return DataType::float32;
  if (name == "double") return DataType::float64;
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (name == types[i].name || name == types[i].short_name) return static_cast<DataType>(i);
    allowed.emplace_back(types[i].name);
  }
  throw Error(where, "'" + std::string(text.substr(0, 60)) + "' is not a data type",
              suggestion(text, allowed));
}

}  // namespace trireme

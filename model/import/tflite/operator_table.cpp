// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/operator_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/graph/operators.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;
using Table = std::map<BuiltinOperator, const TfliteOperator*>;

Table make_table() {
  Table table;
  for (const TfliteFamily* family :
       {&tflite_convolution_family(), &tflite_pooling_family(), &tflite_dense_family(),
        &tflite_activation_family(), &tflite_elementwise_family(), &tflite_reduce_family(),
        &tflite_batch_family(), &tflite_resize_family(), &tflite_shape_family(), &tflite_slice_family(),
        &tflite_indexing_family(), &tflite_types_family()}) {
    for (const TfliteOperator& row : *family) {
      if (!table.emplace(row.code, &row).second)
        internal_error(fmt::format("operator {} listed twice", static_cast<int>(row.code)));
    }
  }
  return table;
}

const Table& table() {
  static const Table instance = make_table();
  return instance;
}

}  // namespace

const TfliteOperator* find_tflite_operator(BuiltinOperator code) {
  const auto found = table().find(code);
  return found == table().end() ? nullptr : found->second;
}

std::vector<std::string> tflite_operator_names() {
  std::vector<std::string> names;
  for (const auto& [code, row] : table()) names.emplace_back(tflite_file::EnumNameBuiltinOperator(code));
  std::sort(names.begin(), names.end());
  return names;
}

// Codes up to 127 stand in the older, narrower field; newer writers fill both (the larger one counts).
BuiltinOperator builtin_code(const tflite_file::OperatorCode& code) {
  return std::max(static_cast<BuiltinOperator>(code.deprecated_builtin_code()), code.builtin_code());
}

std::string tflite_operator_name(const tflite_file::OperatorCode& code) {
  const BuiltinOperator number = builtin_code(code);
  if (number == BuiltinOperator::CUSTOM) {
    return "custom '" + printable(code.custom_code() == nullptr ? "" : code.custom_code()->str()) + "'";
  }
  const std::string name = tflite_file::EnumNameBuiltinOperator(number);
  return name.empty() ? fmt::format("number {}", static_cast<int>(number)) : name;
}

}  // namespace trireme

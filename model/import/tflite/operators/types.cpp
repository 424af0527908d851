// SPDX-License-Identifier: Apache-2.0
// Between codes and real numbers, and between types.
#include "model/import/tflite/operator_table.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

void import_quantize(TfliteNode& node) {
  if (!node.declared().quantization.quantized())
    node.leave("its output has no scale", "convert the model again");
  node.result("quantize", {}, {node.input(0)});
}

// On a constant (weights stored as float16 or codes) it is worked out at once: layers want constants.
void import_dequantize(TfliteNode& node) {
  if (!node.is_constant(0)) return node.result("dequantize", {}, {node.input(0)});
  const Value weight = node.constant(0, "the data");
  node.budget().spend(element_count(weight.shape), DataType::float32);
  node.result_constant(real_constant(weight));
}

void import_cast(TfliteNode& node) {
  node.options<tflite_file::CastOptionsT>();  // repeats the types of the tensors
  node.result("cast", CastAttributes{node.declared().dtype}, {node.input(0)});
}

}  // namespace

const TfliteFamily& tflite_types_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::QUANTIZE, 1, 1, import_quantize},
      {BuiltinOperator::DEQUANTIZE, 1, 1, import_dequantize},
      {BuiltinOperator::CAST, 1, 1, import_cast},
  };
  return rows;
}

}  // namespace trireme

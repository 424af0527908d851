// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite operators and the functions that import them: one file a family in operators/. A new
// operator is one row in its family's file; a new family is declared here and listed once in
// operator_table.cpp.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "model/import/tflite/node_reader.h"

namespace trireme {

struct TfliteOperator {
  tflite_file::BuiltinOperator code;
  int min_inputs = 1, max_inputs = 1;
  void (*import)(TfliteNode& node) = nullptr;
  const char* graph_op = "";  // what rows that share a function tell it
};
using TfliteFamily = std::vector<TfliteOperator>;
constexpr int kAnyNumberOfTensors = std::numeric_limits<int>::max();

const TfliteFamily& tflite_convolution_family();
const TfliteFamily& tflite_pooling_family();
const TfliteFamily& tflite_dense_family();
const TfliteFamily& tflite_activation_family();
const TfliteFamily& tflite_elementwise_family();
const TfliteFamily& tflite_reduce_family();
const TfliteFamily& tflite_batch_family();  // blocks of pixels against the batch
const TfliteFamily& tflite_resize_family();
const TfliteFamily& tflite_shape_family();
const TfliteFamily& tflite_slice_family();
const TfliteFamily& tflite_indexing_family();
const TfliteFamily& tflite_types_family();

const TfliteOperator* find_tflite_operator(tflite_file::BuiltinOperator code);  // null if it is not supported
std::vector<std::string> tflite_operator_names();                               // of the supported ones
std::string tflite_operator_name(const tflite_file::OperatorCode& code);        // "CONV_2D", "custom 'x'"
tflite_file::BuiltinOperator builtin_code(const tflite_file::OperatorCode& code);

}  // namespace trireme

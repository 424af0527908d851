// SPDX-License-Identifier: Apache-2.0
#include "model/reference/tflite/table.h"

namespace trireme {

namespace {

struct Row {
  const char* op;
  Kernel kernel;
  bool (*applies)(const Graph& graph, const Node& node) = nullptr;  // null: always
};

constexpr Row kRows[] = {
    {"add", tflite::add},
    {"subtract", tflite::subtract},
    {"multiply", tflite::multiply},
    {"squared_difference", tflite::squared_difference, tflite::squared_difference_applies},
    {"divide", tflite::divide},
    {"prelu", tflite::prelu},
    {"sigmoid", tflite::lookup},
    {"tanh", tflite::lookup},
    {"leakyrelu", tflite::leakyrelu},
    {"hard_swish", tflite::hard_swish},
    {"abs", tflite::abs},
    {"rsqrt", tflite::rsqrt},
    {"equal", tflite::comparison, tflite::comparison_applies},
    {"not_equal", tflite::comparison, tflite::comparison_applies},
    {"greater", tflite::comparison, tflite::comparison_applies},
    {"greater_equal", tflite::comparison, tflite::comparison_applies},
    {"less", tflite::comparison, tflite::comparison_applies},
    {"less_equal", tflite::comparison, tflite::comparison_applies},
    {"l2normalize", tflite::l2normalize, tflite::l2normalize_applies},
    {"softmax", tflite::softmax, tflite::softmax_applies},
    {"reduce", tflite::reduce, tflite::reduce_applies},
    {"image_resize", tflite::resize, tflite::resize_applies},
    {"concat", tflite::concat},
};

}  // namespace

Kernel find_tflite_kernel(const Graph& graph, const Node& node) {
  for (const Row& row : kRows) {
    if (node.op == row.op) return row.applies == nullptr || row.applies(graph, node) ? row.kernel : nullptr;
  }
  return nullptr;
}

}  // namespace trireme

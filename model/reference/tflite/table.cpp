// SPDX-License-Identifier: Apache-2.0
#include "model/reference/tflite/table.h"

namespace trireme {

namespace {

struct Row {
  const char* op;
  Kernel kernel;
};

constexpr Row kRows[] = {
    {"add", tflite::add},
    {"subtract", tflite::subtract},
    {"multiply", tflite::multiply},
    {"divide", tflite::divide},
    {"prelu", tflite::prelu},
    {"sigmoid", tflite::lookup},
    {"tanh", tflite::lookup},
    {"leakyrelu", tflite::leakyrelu},
    {"hard_swish", tflite::hard_swish},
    {"abs", tflite::abs},
    {"rsqrt", tflite::rsqrt},
    {"equal", tflite::comparison},
    {"not_equal", tflite::comparison},
    {"greater", tflite::comparison},
    {"greater_equal", tflite::comparison},
    {"less", tflite::comparison},
    {"less_equal", tflite::comparison},
    {"l2normalize", tflite::l2normalize},
    {"softmax", tflite::softmax},
    {"reduce", tflite::reduce},
    {"image_resize", tflite::resize},
    {"concat", tflite::concat},
};

}  // namespace

Kernel find_tflite_kernel(const std::string& op) {
  for (const Row& row : kRows) {
    if (op == row.op) return row.kernel;
  }
  return nullptr;
}

}  // namespace trireme

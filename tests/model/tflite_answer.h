// SPDX-License-Identifier: Apache-2.0
// One operator as a .tflite file, fed with numbers: what the reference computes by the rule tflite.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/import/tflite/tensors.h"
#include "model/reference/execute.h"
#include "tests/model/tflite_builder.h"

namespace trireme::test {

using Op = fb::BuiltinOperator;
using Type = fb::TensorType;
using Numbers = std::vector<double>;  // codes, integers, truth values or real numbers

struct Operand {
  std::vector<int> shape;
  fb::TensorType type;
  Codes codes;
  Numbers numbers;
  bool is_fed;
};
inline Operand fed(std::vector<int> shape, fb::TensorType type, Codes codes, Numbers numbers) {
  return {std::move(shape), type, std::move(codes), std::move(numbers), true};
}
inline Operand constant(std::vector<int> shape, fb::TensorType type, Codes codes, Numbers numbers) {
  return {std::move(shape), type, std::move(codes), std::move(numbers), false};
}

struct Result {
  fb::TensorType type;
  Codes codes;
};

struct NoOptions {};

template <typename Options, typename Fill>
Options make(Fill fill) {
  Options options;
  fill(options);
  return options;
}

inline Tensor stored(const Operand& operand) {
  const Shape shape(operand.shape.begin(), operand.shape.end());
  Tensor wide = Tensor::of<float>(shape, std::vector<float>(operand.numbers.begin(), operand.numbers.end()));
  const DataType type = data_type_of(operand.type);
  return type == DataType::float32 ? wide : convert(wide, type);
}

template <typename Options>
Numbers answer(fb::BuiltinOperator op, const std::vector<Operand>& operands, const Result& result,
               Options options, RequantRule rule = RequantRule::tflite) {
  TfliteBuilder builder;
  std::vector<int> inputs, inputs_fed;
  std::vector<Tensor> data;
  for (const Operand& operand : operands) {
    const std::string name = "in" + std::to_string(inputs.size());
    const Tensor tensor = stored(operand);
    const auto id = operand.is_fed
                        ? builder.tensor(name, operand.shape, operand.type, operand.codes)
                        : builder.constant(name, operand.shape, operand.type, tensor.bytes, operand.codes);
    inputs.push_back(id);
    if (!operand.is_fed) continue;
    inputs_fed.push_back(id);
    data.push_back(tensor);
  }
  const int out = builder.tensor("out", {}, result.type, result.codes);
  if constexpr (std::is_same_v<Options, NoOptions>) {
    builder.node(op, inputs, {out});
  } else {
    builder.node(op, inputs, {out}, std::move(options));
  }
  ExecuteOptions execution;
  execution.quantized = true;
  execution.rule = rule;
  const Tensor answered = execute(builder.import(inputs_fed, {out}), data, execution).at(0);
  Numbers numbers;
  for (std::int64_t i = 0; i < answered.size(); ++i) numbers.push_back(element(answered, i));
  return numbers;
}
inline Numbers answer(fb::BuiltinOperator op, const std::vector<Operand>& operands, const Result& result) {
  return answer(op, operands, result, NoOptions{});
}

}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// Writes small .tflite files with flatbuffers' own builder, from the schema's object form.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/import/import.h"
#include "model/import/tflite/read_model.h"
#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme::test {

namespace fb = tflite_file;

struct Codes {
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  int axis = 0;
};

class TfliteBuilder {
 public:
  TfliteBuilder() {
    model_.version = 3;
    model_.buffers.push_back(std::make_unique<fb::BufferT>());  // buffer 0 is empty in every file
    model_.subgraphs.push_back(std::make_unique<fb::SubGraphT>());
  }

  int tensor(const std::string& name, const std::vector<int>& shape,
             fb::TensorType type = fb::TensorType::FLOAT32, const Codes& codes = {}) {
    auto made = std::make_unique<fb::TensorT>();
    made->name = name;
    made->shape = shape;
    made->type = type;
    if (!codes.scale.empty()) {
      made->quantization = std::make_unique<fb::QuantizationParametersT>();
      made->quantization->scale = codes.scale;
      made->quantization->zero_point = codes.zero_point;
      made->quantization->quantized_dimension = codes.axis;
    }
    graph().tensors.push_back(std::move(made));
    return static_cast<int>(graph().tensors.size()) - 1;
  }

  template <typename T>
  int constant(const std::string& name, const std::vector<int>& shape, fb::TensorType type,
               const std::vector<T>& data, const Codes& codes = {}) {
    const int id = tensor(name, shape, type, codes);
    auto buffer = std::make_unique<fb::BufferT>();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(data.data());
    buffer->data.assign(bytes, bytes + data.size() * sizeof(T));
    graph().tensors.back()->buffer = static_cast<std::uint32_t>(model_.buffers.size());
    model_.buffers.push_back(std::move(buffer));
    return id;
  }

  template <typename Options>
  void node(fb::BuiltinOperator code, const std::vector<int>& inputs, const std::vector<int>& outputs,
            Options options) {
    node(code, inputs, outputs);
    graph().operators.back()->builtin_options.Set(std::move(options));
  }
  void node(fb::BuiltinOperator code, const std::vector<int>& inputs, const std::vector<int>& outputs) {
    auto kind = std::make_unique<fb::OperatorCodeT>();
    kind->builtin_code = code;
    kind->deprecated_builtin_code = static_cast<std::int8_t>(std::min(static_cast<int>(code), 127));
    auto made = std::make_unique<fb::OperatorT>();
    made->opcode_index = static_cast<std::uint32_t>(model_.operator_codes.size());
    made->inputs = inputs;
    made->outputs = outputs;
    model_.operator_codes.push_back(std::move(kind));
    graph().operators.push_back(std::move(made));
  }

  Bytes bytes(const std::vector<int>& inputs, const std::vector<int>& outputs) {
    graph().inputs = inputs;
    graph().outputs = outputs;
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(fb::Model::Pack(builder, &model_), fb::ModelIdentifier());
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }

  Graph import(const std::vector<int>& inputs, const std::vector<int>& outputs) {
    return import_bytes(bytes(inputs, outputs));
  }

  static Graph import_bytes(const Bytes& bytes, const ImportOptions& options = {}) {
    const TempFolder folder;
    write_file(folder.path() / "m.tflite", bytes);
    return load_model(folder.path() / "m.tflite", options);
  }

  fb::SubGraphT& graph() { return *model_.subgraphs[0]; }

 private:
  fb::ModelT model_;
};

}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/tensors.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <unordered_set>

#include "model/graph/operators.h"

namespace trireme {
namespace {

using tflite_file::TensorType;

// Whether parameters make codes of a type; of wider integers the role decides, floats have none.
bool holds_codes(DataType type, TfliteRole role) {
  if (type == DataType::int32 || type == DataType::int64) return role == TfliteRole::bias;
  return type == DataType::int8 || type == DataType::uint8 || type == DataType::int16;
}

std::int32_t checked_zero_point(std::int64_t zero_point, DataType type) {
  const int bits = 8 * bytes_of(type);
  const bool is_signed = type != DataType::uint8;
  const std::int64_t least = is_signed ? -(std::int64_t{1} << (std::min(bits, 32) - 1)) : 0;
  const std::int64_t most = least + (std::int64_t{1} << std::min(bits, 32)) - 1;
  if (zero_point < least || zero_point > most)
    throw Error({}, fmt::format("its zero point {} is no {}", zero_point, name_of(type)));
  return static_cast<std::int32_t>(zero_point);
}

void check_scale(float scale) {
  if (std::isfinite(scale) && scale > 0) return;
  throw Error({}, fmt::format("its scale is {}", scale), "scales are positive; convert the model again");
}

// The axis of the channels. Converters write 3, the axis of the weights, for biases, too (numerics.md §2).
int channel_axis(const tflite_file::QuantizationParameters& parameters, const Shape& shape,
                 std::size_t scales) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  const std::int64_t axis = rank == 1 ? 0 : parameters.quantized_dimension();
  if (axis < 0 || axis >= rank ||
      shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(scales)) {
    throw Error({},
                fmt::format("{} scales for axis {} of the shape {}", scales, parameters.quantized_dimension(),
                            to_string(shape)),
                "one scale a channel");
  }
  return static_cast<int>(axis);
}

Quantization read_quantization(const tflite_file::QuantizationParameters& parameters, DataType type,
                               const Shape& shape) {
  if (parameters.details_type() != tflite_file::QuantizationDetails::NONE)
    throw Error({}, "it has a custom quantization", "scales and zero points are supported");
  const std::size_t scales = count_of(parameters.scale());
  const std::size_t zero_points = count_of(parameters.zero_point());
  if (zero_points > 1 && zero_points != scales)
    throw Error({}, fmt::format("{} zero points for {} scales", zero_points, scales));
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = type;
  for (std::size_t i = 0; i < scales; ++i) {
    const auto at = static_cast<flatbuffers::uoffset_t>(i);
    check_scale(parameters.scale()->Get(at));
    q.scale.push_back(parameters.scale()->Get(at));
    const std::int64_t zero_point =
        zero_points == 0 ? 0 : parameters.zero_point()->Get(zero_points == 1 ? 0 : at);
    q.zero_point.push_back(checked_zero_point(zero_point, type));
  }
  if (scales > 1) q.channel_axis = channel_axis(parameters, shape, scales);
  if (count_of(parameters.min()) == 1 && count_of(parameters.max()) == 1) {
    q.min = static_cast<double>(parameters.min()->Get(0));
    q.max = static_cast<double>(parameters.max()->Get(0));
  }
  return q;
}

const tflite_file::Buffer* buffer_of(const tflite_file::Model& model, const tflite_file::Tensor& tensor) {
  if (tensor.buffer() >= count_of(model.buffers())) return nullptr;
  return model.buffers()->Get(tensor.buffer());
}

}  // namespace

std::string tflite_type_name(TensorType type) {
  const std::string name = tflite_file::EnumNameTensorType(type);
  return name.empty() ? fmt::format("number {}", static_cast<int>(type)) : name;
}

DataType data_type_of(TensorType type) {
  switch (type) {
    case TensorType::FLOAT32:
      return DataType::float32;
    case TensorType::FLOAT16:
      return DataType::float16;
    case TensorType::INT8:
      return DataType::int8;
    case TensorType::UINT8:
      return DataType::uint8;
    case TensorType::INT16:
      return DataType::int16;
    case TensorType::INT32:
      return DataType::int32;
    case TensorType::INT64:
      return DataType::int64;
    case TensorType::BOOL:
      return DataType::boolean;
    default:
      throw Error({}, "the data type " + tflite_type_name(type) + " is not supported",
                  "FLOAT32, FLOAT16, INT8, UINT8, INT16, INT32, INT64, BOOL");
  }
}

std::vector<std::string> tflite_tensor_names(const tflite_file::SubGraph& graph) {
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < count_of(graph.tensors()); ++i) {
    const flatbuffers::String* given = graph.tensors()->Get(static_cast<flatbuffers::uoffset_t>(i))->name();
    const std::string wish =
        given == nullptr || given->size() == 0 ? fmt::format("tensor_{}", i) : given->str();
    std::string name = wish;
    for (std::size_t suffix = i; !taken.insert(name).second; ++suffix)
      name = fmt::format("{}_{}", wish, suffix);
    names.push_back(name);
  }
  return names;
}

Value declared_value(const tflite_file::Tensor& tensor, const std::string& name, TfliteRole role) {
  if (tensor.sparsity() != nullptr)
    throw Error({}, "it is stored sparsely, which is not supported", "convert the model without sparsity");
  Value value;
  value.name = name;
  value.shape = integers_of(tensor.shape());
  element_count(value.shape);
  const DataType type = data_type_of(tensor.type());
  value.dtype = type;
  value.quantization.dtype = type;
  const tflite_file::QuantizationParameters* parameters = tensor.quantization();
  if (parameters != nullptr && count_of(parameters->scale()) > 0 && holds_codes(type, role)) {
    value.dtype = DataType::float32;
    value.quantization = read_quantization(*parameters, type, value.shape);
  }
  return value;
}

bool has_data(const tflite_file::Model& model, const tflite_file::Tensor& tensor) {
  const tflite_file::Buffer* buffer = buffer_of(model, tensor);
  return buffer != nullptr && (count_of(buffer->data()) > 0 || buffer->offset() > 1);
}

Value read_tflite_constant(const tflite_file::Model& model, const tflite_file::Tensor& tensor,
                           const std::string& name, TfliteRole role, ConstantBudget& budget) {
  const tflite_file::Buffer& buffer = *buffer_of(model, tensor);
  if (buffer.offset() > 1) throw Error({}, "its data lies behind the model (a file above 2 GB)");
  Value value = declared_value(tensor, name, role);
  const DataType stored = value.quantization.dtype;
  const auto wanted =
      static_cast<std::uint64_t>(element_count(value.shape)) * static_cast<std::uint64_t>(bytes_of(stored));
  if (wanted != buffer.data()->size()) {
    throw Error({},
                fmt::format("the shape {} needs {} bytes, the file holds {}", to_string(value.shape), wanted,
                            buffer.data()->size()),
                "the model is damaged; convert it again");
  }
  budget.spend(element_count(value.shape), stored == DataType::float16 ? DataType::float32 : stored);
  Tensor data(stored, value.shape);
  if (wanted > 0) std::memcpy(data.bytes.data(), buffer.data()->data(), wanted);
  if (stored == DataType::float16) {
    data = to_float32(data);
    value.dtype = value.quantization.dtype = DataType::float32;
  }
  require_finite_constant(data);
  value.constant = std::make_shared<const Tensor>(std::move(data));
  return value;
}

}  // namespace trireme

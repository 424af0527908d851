// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/tensors.h"

#include <fmt/format.h>

#include <cstring>
#include <map>

#include "model/graph/operators.h"
#include "model/import/onnx/external_data.h"
#include "support/error.h"

namespace trireme {
namespace {

using onnx::TensorProto;

// Newer than the message classes of some installed libraries.
constexpr std::int32_t kUint4 = 21, kInt4 = 22;

void require_size(std::uint64_t wanted, std::uint64_t found, const char* unit, const Shape& shape) {
  if (wanted == found) return;
  throw Error(
      {}, fmt::format("the shape {} needs {} {}, the file holds {}", to_string(shape), wanted, unit, found),
      "the model is damaged; export it again");
}

template <typename Element, typename Field>
void copy_field(const Field& field, Tensor& tensor) {
  require_size(static_cast<std::uint64_t>(tensor.size()), static_cast<std::uint64_t>(field.size()),
               "elements", tensor.shape);
  Element* to = reinterpret_cast<Element*>(tensor.bytes.data());
  for (const auto element : field) *to++ = static_cast<Element>(element);
}

// int32_data holds every type that fits into it; 16-bit floats as bit patterns (onnx.proto).
void copy_typed_data(const TensorProto& proto, Tensor& tensor) {
  switch (tensor.dtype) {
    case DataType::float32:
      return copy_field<float>(proto.float_data(), tensor);
    case DataType::float64:
      return copy_field<double>(proto.double_data(), tensor);
    case DataType::int64:
      return copy_field<std::int64_t>(proto.int64_data(), tensor);
    case DataType::uint64:
      return copy_field<std::uint64_t>(proto.uint64_data(), tensor);
    case DataType::uint32:
      return copy_field<std::uint32_t>(proto.uint64_data(), tensor);
    case DataType::int32:
      return copy_field<std::int32_t>(proto.int32_data(), tensor);
    case DataType::boolean:
    case DataType::uint8:
    case DataType::int8:
      return copy_field<std::uint8_t>(proto.int32_data(), tensor);
    default:
      return copy_field<std::uint16_t>(proto.int32_data(), tensor);
  }
}

int typed_elements(const TensorProto& proto, DataType dtype) {
  switch (dtype) {
    case DataType::float32:
      return proto.float_data_size();
    case DataType::float64:
      return proto.double_data_size();
    case DataType::int64:
      return proto.int64_data_size();
    case DataType::uint32:
    case DataType::uint64:
      return proto.uint64_data_size();
    default:
      return proto.int32_data_size();
  }
}

// Two elements a byte, the first in the low half.
void unpack_four_bits(const std::uint8_t* packed, Tensor& tensor) {
  for (std::size_t i = 0; i < tensor.bytes.size(); ++i) {
    const unsigned nibble = (packed[i / 2] >> (i % 2 * 4)) & 0xFU;
    const bool negative = tensor.dtype == DataType::int8 && nibble >= 8;
    tensor.bytes[i] = static_cast<std::uint8_t>(negative ? nibble | 0xF0U : nibble);
  }
}

std::uint64_t raw_bytes(const TensorProto& proto, DataType dtype, const Shape& shape) {
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  return is_four_bit(proto) ? (count + 1) / 2 : count * static_cast<std::uint64_t>(bytes_of(dtype));
}

void copy_raw_data(const TensorProto& proto, const std::uint8_t* raw, Tensor& tensor) {
  if (is_four_bit(proto)) return unpack_four_bits(raw, tensor);
  if (!tensor.bytes.empty()) std::memcpy(tensor.bytes.data(), raw, tensor.bytes.size());
}

// What the file must hold for the shape, looked at before anything is allocated.
void check_data_size(const TensorProto& proto, DataType dtype, const Shape& shape) {
  if (proto.has_raw_data())
    return require_size(raw_bytes(proto, dtype, shape), proto.raw_data().size(), "bytes", shape);
  auto count = static_cast<std::uint64_t>(element_count(shape));
  if (is_four_bit(proto)) count = (count + 1) / 2;
  require_size(count, static_cast<std::uint64_t>(typed_elements(proto, dtype)), "elements", shape);
}

}  // namespace

DataType onnx_data_type(std::int32_t data_type) {
  static const std::map<std::int32_t, DataType> types = {{kInt4, DataType::int8},
                                                         {kUint4, DataType::uint8},
                                                         {TensorProto::FLOAT, DataType::float32},
                                                         {TensorProto::FLOAT16, DataType::float16},
                                                         {TensorProto::DOUBLE, DataType::float64},
                                                         {TensorProto::BFLOAT16, DataType::bfloat16},
                                                         {TensorProto::INT8, DataType::int8},
                                                         {TensorProto::UINT8, DataType::uint8},
                                                         {TensorProto::INT16, DataType::int16},
                                                         {TensorProto::UINT16, DataType::uint16},
                                                         {TensorProto::INT32, DataType::int32},
                                                         {TensorProto::UINT32, DataType::uint32},
                                                         {TensorProto::INT64, DataType::int64},
                                                         {TensorProto::UINT64, DataType::uint64},
                                                         {TensorProto::BOOL, DataType::boolean}};
  const auto found = types.find(data_type);
  if (found != types.end()) return found->second;
  throw Error({}, "the data type " + onnx_type_name(data_type) + " is not supported",
              "floats of 16 bits and more, integers of 8 bits and more, BOOL");
}

bool is_four_bit(std::int32_t data_type) { return data_type == kUint4 || data_type == kInt4; }
bool is_four_bit(const TensorProto& proto) { return is_four_bit(proto.data_type()); }

Tensor read_onnx_tensor(const TensorProto& proto, ConstantBudget& budget,
                        const std::filesystem::path& folder) {
  const bool external = proto.data_location() == TensorProto::EXTERNAL;
  if (proto.has_segment()) throw Error({}, "it is one segment of a tensor, which is not supported");
  const DataType dtype = onnx_data_type(proto.data_type());
  const Shape shape(proto.dims().begin(), proto.dims().end());
  if (!external) check_data_size(proto, dtype, shape);
  budget.spend(element_count(shape), is_float(dtype) ? DataType::float32 : dtype);

  Tensor tensor(dtype, shape);
  if (external) {
    copy_raw_data(proto, read_external_data(proto, raw_bytes(proto, dtype, shape), folder).data(), tensor);
  } else if (proto.has_raw_data()) {
    copy_raw_data(proto, reinterpret_cast<const std::uint8_t*>(proto.raw_data().data()), tensor);
  } else if (is_four_bit(proto)) {
    const std::vector<std::uint8_t> packed(proto.int32_data().begin(), proto.int32_data().end());
    unpack_four_bits(packed.data(), tensor);
  } else {
    copy_typed_data(proto, tensor);
  }
  return is_float(dtype) && dtype != DataType::float32 ? to_float32(tensor) : tensor;
}

std::string onnx_type_name(std::int32_t data_type) {
  if (is_four_bit(data_type)) return data_type == kInt4 ? "INT4" : "UINT4";
  if (!TensorProto::DataType_IsValid(data_type)) return fmt::format("number {}", data_type);
  return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(data_type));
}

}  // namespace trireme

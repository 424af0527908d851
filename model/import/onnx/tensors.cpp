// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/tensors.h"

#include <fmt/format.h>

#include <cstring>

#include "model/graph/operators.h"
#include "model/import/onnx/external_data.h"
#include "support/error.h"

namespace trireme {
namespace {

using onnx::TensorProto;

// Newer than the message classes of some installed libraries.
constexpr std::int32_t kUint4 = 21, kInt4 = 22;

DataType stored_type(const TensorProto& proto) {
  switch (proto.data_type()) {
    case kUint4:
    case TensorProto::UINT8:
      return DataType::uint8;
    case kInt4:
    case TensorProto::INT8:
      return DataType::int8;
    case TensorProto::UINT16:
      return DataType::uint16;
    case TensorProto::INT16:
      return DataType::int16;
    case TensorProto::FLOAT:
      return DataType::float32;
    case TensorProto::FLOAT16:
      return DataType::float16;
    case TensorProto::BFLOAT16:
      return DataType::bfloat16;
    case TensorProto::INT32:
      return DataType::int32;
    case TensorProto::INT64:
      return DataType::int64;
    default:
      throw Error({}, "the data type " + onnx_type_name(proto.data_type()) + " is not supported",
                  "FLOAT, FLOAT16, BFLOAT16, integers of 4 to 64 bits");
  }
}

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

void copy_typed_data(const TensorProto& proto, Tensor& tensor) {
  switch (tensor.dtype) {
    case DataType::int8:
    case DataType::uint8:
      copy_field<std::uint8_t>(proto.int32_data(), tensor);
      break;
    case DataType::float32:
      copy_field<float>(proto.float_data(), tensor);
      break;
    case DataType::int64:
      copy_field<std::int64_t>(proto.int64_data(), tensor);
      break;
    case DataType::int32:
      copy_field<std::int32_t>(proto.int32_data(), tensor);
      break;
    default:
      copy_field<std::uint16_t>(proto.int32_data(), tensor);
      break;  // 16-bit integers, bit patterns of 16-bit floats
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
  const int found = dtype == DataType::float32 ? proto.float_data_size()
                    : dtype == DataType::int64 ? proto.int64_data_size()
                                               : proto.int32_data_size();
  require_size(count, static_cast<std::uint64_t>(found), "elements", shape);
}

}  // namespace

void ConstantBudget::spend(std::int64_t elements, DataType dtype) {
  const std::uint64_t bytes =
      static_cast<std::uint64_t>(elements) * static_cast<std::uint64_t>(bytes_of(dtype));
  if (bytes > left_) {
    throw Error({}, fmt::format("a constant of {} more bytes is too much", bytes),
                "all constants of a model together may take 2 GiB");
  }
  left_ -= bytes;
}

bool is_four_bit(const TensorProto& proto) {
  return proto.data_type() == kUint4 || proto.data_type() == kInt4;
}

Tensor read_onnx_tensor(const TensorProto& proto, ConstantBudget& budget,
                        const std::filesystem::path& folder) {
  const bool external = proto.data_location() == TensorProto::EXTERNAL;
  if (proto.has_segment()) throw Error({}, "it is one segment of a tensor, which is not supported");
  const DataType dtype = stored_type(proto);
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

Tensor filled_tensor(const Shape& shape, const Tensor& single_element, ConstantBudget& budget) {
  budget.spend(element_count(shape), single_element.dtype);
  Tensor tensor(single_element.dtype, shape);
  const std::size_t step = single_element.bytes.size();
  for (std::size_t at = 0; at < tensor.bytes.size(); at += step) {
    std::memcpy(tensor.bytes.data() + at, single_element.bytes.data(), step);
  }
  return tensor;
}

Tensor reshaped(const Tensor& tensor, const Shape& shape, ConstantBudget& budget) {
  if (element_count(shape) != tensor.size()) {
    throw Error({}, "cannot reshape " + to_string(tensor.shape) + " to " + to_string(shape),
                "the number of elements must stay the same");
  }
  budget.spend(tensor.size(), tensor.dtype);
  Tensor result = tensor;
  result.shape = shape;
  return result;
}

Tensor permuted(const Tensor& tensor, const std::vector<std::int64_t>& perm, ConstantBudget& budget) {
  budget.spend(tensor.size(), tensor.dtype);
  const Shape strides = row_major_strides(tensor.shape);
  Shape shape;
  for (const std::int64_t axis : perm) shape.push_back(tensor.shape[static_cast<std::size_t>(axis)]);

  Tensor result(tensor.dtype, shape);
  const auto width = static_cast<std::size_t>(bytes_of(tensor.dtype));
  Shape index(shape.size(), 0);
  std::int64_t source = 0;
  for (std::size_t at = 0; at < result.bytes.size(); at += width) {
    std::memcpy(result.bytes.data() + at, tensor.bytes.data() + static_cast<std::size_t>(source) * width,
                width);
    for (std::size_t axis = shape.size(); axis-- > 0;) {  // the next index, as an odometer counts
      const std::int64_t stride = strides[static_cast<std::size_t>(perm[axis])];
      source += stride;
      if (++index[axis] < shape[axis]) break;
      source -= stride * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

std::string onnx_type_name(std::int32_t data_type) {
  if (data_type == kUint4 || data_type == kInt4) return data_type == kInt4 ? "INT4" : "UINT4";
  if (!TensorProto::DataType_IsValid(data_type)) return fmt::format("number {}", data_type);
  return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(data_type));
}

}  // namespace trireme

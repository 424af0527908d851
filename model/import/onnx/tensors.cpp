// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/tensors.h"

#include <fmt/format.h>

#include <cstring>

#include "model/graph/operators.h"
#include "support/error.h"

namespace trireme {
namespace {

using onnx::TensorProto;

DataType stored_type(const TensorProto& proto) {
  switch (proto.data_type()) {
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
                  "FLOAT, FLOAT16, BFLOAT16; INT32 and INT64 for shapes");
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
      break;  // bit patterns of 16-bit floats
  }
}

// What the file must hold for the shape, looked at before anything is allocated.
void check_data_size(const TensorProto& proto, DataType dtype, const Shape& shape) {
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  if (proto.has_raw_data()) {
    require_size(count * static_cast<std::uint64_t>(bytes_of(dtype)), proto.raw_data().size(), "bytes",
                 shape);
    return;
  }
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

Tensor read_onnx_tensor(const TensorProto& proto, ConstantBudget& budget) {
  if (proto.data_location() == TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    throw Error({}, "its data lies in another file (external data), which is not supported",
                "save the model in one file: onnx.save(onnx.load(\"model.onnx\"), \"one_file.onnx\")");
  }
  if (proto.has_segment()) throw Error({}, "it is one segment of a tensor, which is not supported");
  const DataType dtype = stored_type(proto);
  const Shape shape(proto.dims().begin(), proto.dims().end());
  check_data_size(proto, dtype, shape);
  budget.spend(element_count(shape), is_float(dtype) ? DataType::float32 : dtype);

  Tensor tensor(dtype, shape);
  if (!proto.has_raw_data()) {
    copy_typed_data(proto, tensor);
  } else if (!tensor.bytes.empty()) {
    std::memcpy(tensor.bytes.data(), proto.raw_data().data(), tensor.bytes.size());
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
  if (!TensorProto::DataType_IsValid(data_type)) return fmt::format("number {}", data_type);
  return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(data_type));
}

}  // namespace trireme

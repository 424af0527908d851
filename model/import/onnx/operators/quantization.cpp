// SPDX-License-Identifier: Apache-2.0
// QuantizeLinear and DequantizeLinear, nodes of the same meaning in the graph. Of constants they are worked
// out at once: codes that are dequantized stay codes, with their parameters. group_codes.h makes quantized
// operators of what lies between.
#include "model/import/onnx/quantization_parameters.h"

#include <fmt/format.h>

#include <cmath>

#include "model/graph/operators.h"
#include "model/import/onnx/codes.h"
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/plain_quantization.h"
#include "support/text.h"

namespace trireme {
namespace {

std::vector<float> read_scales(OnnxNode& node, std::size_t input) {
  const Tensor& tensor = node.constant(input, "the scale");
  if (tensor.dtype != DataType::float32 || tensor.shape.size() > 1 || tensor.size() < 1) {
    node.unsupported(
        fmt::format("its scale is a {} tensor of shape {}", name_of(tensor.dtype), to_string(tensor.shape)),
        "one number, or one for each channel");
    throw NodeSkipped();
  }
  std::vector<float> scales(tensor.data<float>(), tensor.data<float>() + tensor.size());
  for (const float scale : scales) {
    if (std::isfinite(scale) && scale > 0) continue;
    node.unsupported("it has the scale " + shortest(scale), "scales are positive");
    throw NodeSkipped();
  }
  return scales;
}

std::vector<std::int32_t> read_zero_points(OnnxNode& node, std::size_t input, std::size_t count) {
  const Tensor& tensor = node.constant(input, "the zero point");
  if (!is_integer(tensor.dtype) || bytes_of(tensor.dtype) > 4 || tensor.dtype == DataType::uint32 ||
      static_cast<std::size_t>(tensor.size()) != count) {
    node.unsupported(fmt::format("its zero point is a {} tensor of shape {}", name_of(tensor.dtype),
                                 to_string(tensor.shape)),
                     fmt::format("as many as scales, {}, of at most 32 bits", count));
    throw NodeSkipped();
  }
  std::vector<std::int32_t> points;
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    points.push_back(static_cast<std::int32_t>(element(tensor, i)));
  return points;
}

// Attributes of newer operator sets that choose among what is not supported here.
void check_attributes(OnnxNode& node) {
  node.integer("saturate", 1);  // of float8 only
  const std::int64_t precision = node.integer("precision", 0);
  if (precision != 0 && precision != onnx::TensorProto::FLOAT)
    node.unsupported("attribute 'precision' is " + onnx_type_name(static_cast<std::int32_t>(precision)),
                     "FLOAT is supported");
}

// The integers that QuantizeLinear makes: the zero point's, or what the attribute says.
IntegerRange output_range(OnnxNode& node) {
  const auto wish = static_cast<std::int32_t>(node.integer("output_dtype", onnx::TensorProto::UNDEFINED));
  if (node.has_input(2)) {
    node.input(2);
    return integer_range(node.dtype(2), node.is_four_bit(2));
  }
  if (wish == onnx::TensorProto::UNDEFINED) return integer_range(DataType::uint8, false);
  const DataType type = onnx_data_type(wish);
  if (is_integer(type) && bytes_of(type) <= 2) return integer_range(type, is_four_bit(wish));
  node.unsupported("attribute 'output_dtype' is " + onnx_type_name(wish), "integers of at most 16 bits");
  throw NodeSkipped();
}

// Codes are of these types, with scales that are known. Everything else is plain arithmetic.
bool are_codes(DataType type) {
  return type == DataType::uint8 || type == DataType::int8 || type == DataType::int16;
}

void import_quantize(OnnxNode& node) {
  check_attributes(node);
  const std::int64_t axis = node.integer("axis", 1);
  const std::int64_t block = node.integer("block_size", 0);
  const IntegerRange range = output_range(node);
  const DataType type = node.value(0).dtype;
  if (type != DataType::float32 && type != DataType::int32)
    return node.unsupported(fmt::format("it quantizes {} numbers", name_of(type)), "float32 or int32");
  const bool known = node.is_constant(1) && (!node.has_input(2) || node.is_constant(2));
  if (block != 0 || !known || !are_codes(range.dtype) || range.four_bit || type != DataType::float32)
    return quantize_plainly(node, {axis, block}, range);
  const Quantization q = read_parameters(node, {}, range.dtype, node.shape(0), axis);
  if (node.is_constant(0)) {
    node.budget().spend(element_count(node.shape(0)), q.dtype);
    return node.result_constant(quantize(node.constant(0, "the data"), q));
  }
  node.result_codes("quantize", {}, {node.input(0)}, q);
}

void import_dequantize(OnnxNode& node) {
  check_attributes(node);
  node.integer("output_dtype", 0);
  const std::int64_t axis = node.integer("axis", 1);
  const std::int64_t block = node.integer("block_size", 0);
  const Value& data = node.value(0);
  const DataType stored = data.quantization.quantized() ? data.quantization.dtype : data.dtype;
  const bool known = node.is_constant(1) && (!node.has_input(2) || node.is_constant(2));
  const bool codes = are_codes(stored) || (node.is_constant(0) && stored == DataType::int32);
  // Integers that the network calculates are no codes.
  const Node* producer = node.producer(0);
  const bool calculated =
      producer != nullptr && !data.quantization.quantized() && moved_inputs(*producer).empty();
  if (block != 0 || !known || !codes || calculated) return dequantize_plainly(node, {axis, block});
  const Quantization q = read_parameters(node, {}, stored, node.shape(0), axis);
  if (node.is_constant(0)) {
    const Tensor& constant = node.constant(0, "the data");
    node.budget().spend(constant.size(), constant.dtype);
    return node.result_constant_codes(constant, q);
  }
  node.result("dequantize", {}, {node.codes_input(0, q, "_codes")});
}

}  // namespace

Quantization read_parameters(OnnxNode& node, const ParameterInputs& at, DataType fallback, const Shape& shape,
                             std::int64_t axis) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.scale = read_scales(node, at.scale);
  q.zero_point.assign(q.scale.size(), 0);
  q.dtype = fallback;
  if (node.has_input(at.zero_point)) {
    q.zero_point = read_zero_points(node, at.zero_point, q.scale.size());
    q.dtype = node.constant(at.zero_point, "the zero point").dtype;
  }
  if (q.scale.size() == 1) return q;
  const auto rank = static_cast<std::int64_t>(shape.size());
  const std::int64_t channels = axis < 0 ? axis + rank : axis;
  if (channels < 0 || channels >= rank ||
      shape[static_cast<std::size_t>(channels)] != static_cast<std::int64_t>(q.scale.size())) {
    node.unsupported(
        fmt::format("it has {} scales along axis {} of {}", q.scale.size(), axis, to_string(shape)),
        "one for each channel");
    throw NodeSkipped();
  }
  q.channel_axis = static_cast<int>(channels);
  return q;
}

Quantization read_tensor_parameters(OnnxNode& node, const ParameterInputs& at) {
  return read_parameters(node, at, DataType::uint8, {}, 0);
}

Quantization bias_parameters(const Quantization& data, const Quantization& weight) {
  Quantization q = weight;
  q.dtype = DataType::int32;
  for (float& scale : q.scale) scale *= data.scale.at(0);
  q.zero_point.assign(q.scale.size(), 0);
  return q;
}

const OnnxFamily& onnx_quantization_family() {
  static const std::vector<std::string> to_codes = {"axis", "block_size", "output_dtype", "precision",
                                                    "saturate"};
  static const std::vector<std::string> to_reals = {"axis", "block_size", "output_dtype"};
  static const OnnxFamily rows = {
      {"QuantizeLinear", 2, 3, to_codes, import_quantize},
      {"DequantizeLinear", 2, 3, to_reals, import_dequantize},
      {"com.microsoft.QuantizeLinear", 2, 3, to_codes, import_quantize},
      {"com.microsoft.DequantizeLinear", 2, 3, to_reals, import_dequantize},
  };
  return rows;
}

}  // namespace trireme

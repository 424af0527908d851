// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/operand.h"

#include <cmath>
#include <cstring>

#include "support/error.h"

namespace trireme {

namespace {

template <typename T>
Bytes bytes_of_all(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <typename T>
PpuOperand table_of(PpuBuilder& builder, Shape shape, const std::vector<T>& values) {
  PpuOperand operand;
  operand.kind = PpuOperandKind::table;
  operand.index = builder.add_table(bytes_of_all(values));
  operand.shape = std::move(shape);
  operand.type = data_type_of<T>();
  operand.quantization.dtype = operand.type;
  return operand;
}

PpuOperand operand_of(const Graph& graph, PpuOperandKind kind, std::size_t index, ValueId id) {
  const Value& value = graph.values.at(id);
  return {kind, index, value.shape, value.quantization.dtype, value.quantization};
}

struct CodeLimits {
  std::int64_t low, high;
};

CodeLimits limits_of(DataType type) {
  switch (type) {
    case DataType::uint8:
      return {0, 255};
    case DataType::int8:
      return {-128, 127};
    case DataType::uint16:
      return {0, 65535};
    case DataType::int16:
      return {-32768, 32767};
    default:
      internal_error("codes of a type that no kernel stores");
  }
}

}  // namespace

// Fixed point is a scale that is a power of two.
AffineCodes affine_codes(const Quantization& q) {
  const CodeLimits limits = limits_of(q.dtype);
  if (q.scheme == Quantization::Scheme::fixed_point)
    return {std::ldexp(1.0F, -q.fl), 0, limits.low, limits.high};
  return {q.scale.front(), q.zero_point.front(), limits.low, limits.high};
}

bool has_input(const Node& node, std::size_t index) {
  return index < node.inputs.size() && node.inputs[index] != kNone;
}

PpuOperand input_operand(const Graph& graph, const Node& node, std::size_t index) {
  return operand_of(graph, PpuOperandKind::input, index, node.inputs.at(index));
}

PpuOperand output_operand(const Graph& graph, const Node& node, std::size_t index) {
  return operand_of(graph, PpuOperandKind::output, index, node.outputs.at(index));
}

PpuOperand table_operand(PpuBuilder& builder, Shape shape, const std::vector<float>& values) {
  return table_of(builder, std::move(shape), values);
}

PpuOperand table_operand(PpuBuilder& builder, Shape shape, const std::vector<std::int32_t>& values) {
  return table_of(builder, std::move(shape), values);
}

bool is_supported(const PpuOperand& operand, bool per_channel) {
  const Quantization& q = operand.quantization;
  switch (operand.type) {
    case DataType::uint8:
    case DataType::int8:
    case DataType::uint16:
    case DataType::int16:
      return !q.per_channel() || per_channel;
    case DataType::float32:
    case DataType::float16:
    case DataType::int32:
    case DataType::int64:
    case DataType::boolean:
      return !q.quantized();
    default:
      return false;
  }
}

PpuType memory_type(DataType type) {
  switch (type) {
    case DataType::uint8:
    case DataType::boolean:
      return PpuType::u8;
    case DataType::int8:
      return PpuType::i8;
    case DataType::uint16:
      return PpuType::u16;
    case DataType::int16:
      return PpuType::i16;
    case DataType::int32:
      return PpuType::i32;
    case DataType::int64:
      return PpuType::i64;
    case DataType::float16:
      return PpuType::f16;
    case DataType::float32:
      return PpuType::f32;
    default:
      internal_error("an element type the PPU does not have");
  }
}

Reg load_raw(PpuBuilder& b, const PpuOperand& operand, const Reg& address, const Reg& step,
             std::int64_t offset) {
  return b.load(memory_type(operand.type), address, step, offset);
}

void store_raw(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address,
               const Reg& step, std::int64_t offset) {
  b.store(memory_type(operand.type), value, address, step, offset);
}

// (q - z) * s, or q * 2^-fl, which is exact.
Reg dequantized(PpuBuilder& b, const Quantization& q, const Reg& code) {
  const AffineCodes affine = affine_codes(q);
  const Reg difference =
      affine.zero_point == 0 ? code : b.op(PpuOpcode::isub, code, b.whole(affine.zero_point));
  return b.op(PpuOpcode::fmul, b.op(PpuOpcode::i2f, difference), b.real(affine.scale));
}

// clamp(rint(x / s) + z). NaN gives z.
Reg quantized(PpuBuilder& b, const Quantization& q, const Reg& x) {
  const AffineCodes codes = affine_codes(q);
  return code_of(b, codes, b.op(PpuOpcode::f2i, b.op(PpuOpcode::fdiv, x, b.real(codes.scale))));
}

Reg code_of(PpuBuilder& b, const AffineCodes& codes, const Reg& steps) {
  const std::int32_t zero_point = codes.zero_point;
  Reg inside = b.op(PpuOpcode::imax, steps, b.whole(codes.low - zero_point));
  inside = b.op(PpuOpcode::imin, inside, b.whole(codes.high - zero_point));
  return zero_point == 0 ? inside : b.op(PpuOpcode::iadd, inside, b.whole(zero_point));
}

Reg as_real(PpuBuilder& b, const PpuOperand& operand, const Reg& raw) {
  if (operand.quantization.quantized()) return dequantized(b, operand.quantization, raw);
  return is_float(operand.type) ? raw : b.op(PpuOpcode::i2f, raw);
}

Reg raw_zero(PpuBuilder& b, const PpuOperand& operand) {
  const Quantization& q = operand.quantization;
  return b.whole(q.quantized() ? affine_codes(q).zero_point : 0);
}

std::vector<Reg> load_constants(PpuBuilder& b, const PpuOperand& operand) {
  const Quantization& q = operand.quantization;
  if (!q.quantized()) return {};
  const AffineCodes affine = affine_codes(q);
  if (affine.zero_point == 0) return {b.real(affine.scale)};
  return {b.real(affine.scale), b.whole(affine.zero_point)};
}

Reg load_real(PpuBuilder& b, const PpuOperand& operand, const Reg& address, const Reg& step,
              std::int64_t offset) {
  return as_real(b, operand, load_raw(b, operand, address, step, offset));
}

void store_real(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address,
                const Reg& step, std::int64_t offset) {
  const Quantization& q = operand.quantization;
  store_raw(b, operand, q.quantized() ? quantized(b, q, value) : value, address, step, offset);
}

}  // namespace trireme

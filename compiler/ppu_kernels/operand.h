// SPDX-License-Identifier: Apache-2.0
// A tensor as a kernel sees it, and elements on their way between memory and float32: codes are dequantized
// when loaded and quantized when stored, as the reference does around a group (model/reference/kernels.h).
#pragma once

#include "compiler/ppu_kernels/builder.h"

namespace trireme {

struct PpuOperand {
  PpuOperandKind kind = PpuOperandKind::input;
  std::size_t index = 0;
  Shape shape;
  DataType type = DataType::float32;  // stored
  Quantization quantization;

  std::int64_t size() const { return element_count(shape); }
  bool is_real() const { return quantization.quantized() || is_float(type); }  // numbers, not integers
};

PpuOperand input_operand(const Graph& graph, const Node& node, std::size_t index);
PpuOperand output_operand(const Graph& graph, const Node& node, std::size_t index = 0);
// A constant of float32 or int32 that the kernel brings along.
PpuOperand table_operand(PpuBuilder& builder, Shape shape, const std::vector<float>& values);
PpuOperand table_operand(PpuBuilder& builder, Shape shape, const std::vector<std::int32_t>& values);

bool has_input(const Node& node, std::size_t index);
// Element types a program can load and store: not float64, bfloat16, or codes of 32 and 64 bits. Per-channel
// parameters are for the kernels that say so.
bool is_supported(const PpuOperand& operand, bool per_channel = false);
PpuType memory_type(DataType type);

// As float32: codes dequantized, integers converted.
Reg load_real(PpuBuilder& b, const PpuOperand& operand, const Reg& address, const Reg& step,
              std::int64_t offset = 0);
void store_real(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address,
                const Reg& step, std::int64_t offset = 0);
// A loaded element as float32.
Reg as_real(PpuBuilder& b, const PpuOperand& operand, const Reg& raw);
// What a lane that loads nothing holds so that its real number is 0.
Reg raw_zero(PpuBuilder& b, const PpuOperand& operand);
// The constants that loading uses, for a loop to find them.
std::vector<Reg> load_constants(PpuBuilder& b, const PpuOperand& operand);
// Codes of one scale and zero point, and their type's limits.
struct AffineCodes {
  float scale;
  std::int32_t zero_point;
  std::int64_t low, high;
};
AffineCodes affine_codes(const Quantization& q);
Reg dequantized(PpuBuilder& b, const Quantization& q, const Reg& code);
Reg quantized(PpuBuilder& b, const Quantization& q, const Reg& x);
// Whole steps from the zero point -> code; clamped before the zero point is added, so that nothing wraps.
Reg code_of(PpuBuilder& b, const AffineCodes& codes, const Reg& steps);
// As it is stored: codes and integers as int32, floats as float32.
Reg load_raw(PpuBuilder& b, const PpuOperand& operand, const Reg& address, const Reg& step,
             std::int64_t offset = 0);
void store_raw(PpuBuilder& b, const PpuOperand& operand, const Reg& value, const Reg& address,
               const Reg& step, std::int64_t offset = 0);

}  // namespace trireme

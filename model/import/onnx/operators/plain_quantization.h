// SPDX-License-Identifier: Apache-2.0
// QuantizeLinear and DequantizeLinear in plain arithmetic, for what codes of the graph are not: scales of
// blocks or scales that the network computes, uint16, 4-bit activations, sums of int32. The integers are
// values like any other.
#pragma once

#include "model/import/onnx/node_reader.h"

namespace trireme {

struct IntegerRange {
  DataType dtype = DataType::uint8;
  bool four_bit = false;
  double low = 0, high = 255;
};
IntegerRange integer_range(DataType dtype, bool four_bit);

// How scales and zero points lie on the data: several along `axis`, one for `block` elements (0: one each).
struct ScaleLayout {
  std::int64_t axis = 1, block = 0;
};

// saturate(round(x / scale) + zero point), ties to even, and (x - zero point) * scale: in float32.
void quantize_plainly(OnnxNode& node, const ScaleLayout& layout, const IntegerRange& range);
void dequantize_plainly(OnnxNode& node, const ScaleLayout& layout);

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/real_network.h"

namespace trireme {

void make_real(Graph& graph, DataType stored) {
  if (stored != DataType::float32 && stored != DataType::float16)
    internal_error(std::string(name_of(stored)) + " is no type of a real network");
  for (Value& value : graph.values) {
    if (value.constant != nullptr && value.quantization.quantized())
      value.constant = std::make_shared<const Tensor>(real_constant(value));
    value.quantization = {};
    value.quantization.dtype = value.dtype == DataType::float32 ? stored : value.dtype;
    const bool rounds =
        value.constant != nullptr && value.dtype == DataType::float32 && stored != value.dtype;
    if (rounds) value.constant = std::make_shared<const Tensor>(to_float32(convert(*value.constant, stored)));
  }
  for (Node& node : graph.nodes) {
    if (node.op == "quantize" || node.op == "dequantize") node.op = "noop";
  }
  graph.scales_from_model = false;
}

}  // namespace trireme

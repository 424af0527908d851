// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/clamp.h"

#include <algorithm>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"

namespace trireme {

namespace {

// TensorFlow Lite rounds a bound half away from zero, everyone else half to even.
std::int32_t code_of(float real, const Quantization& to, RequantRule rule) {
  const CodeRange codes = range_of_codes(to.dtype);
  const double steps = std::clamp(static_cast<double>(real / scale_of(to)), -1e9, 1e9);
  const Ties ties = is_tflite(rule) ? Ties::half_away : Ties::half_even;
  return std::clamp(round_to_int32(steps, ties) + zero_point_of(to), codes.low, codes.high);
}

}  // namespace

std::optional<CodeRange> clamp_of(const Node& node, const Quantization& to, RequantRule rule) {
  const bool codes = to.quantized() && !to.per_channel() && bytes_of(to.dtype) <= 2;
  if (!codes) return std::nullopt;
  if (node.op == "relu") return CodeRange{code_of(0, to, rule), range_of_codes(to.dtype).high};
  if (node.op != "relun") return std::nullopt;
  const auto& clip = attributes<ClipAttributes>(node);
  return CodeRange{code_of(clip.min, to, rule), code_of(clip.max, to, rule)};
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// How a tensor's integers mean real numbers, and the named rules by which accumulators become integers again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace trireme {

// real = (q - zero_point) * scale, or q * 2^-fl for dynamic fixed point. `scale` and `zero_point` have one
// element, or one a channel of axis `channel_axis`. (formats.md §4.3)
struct Quantization {
  enum class Scheme : std::uint8_t { none, affine, fixed_point };
  Scheme scheme = Scheme::none;
  DataType dtype = DataType::float32;  // storage type of the integers; the float type when scheme is none
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  int channel_axis = -1;    // -1: per tensor
  int fl = 0;               // fixed point: fractional length
  double min = 0, max = 0;  // the observed range the parameters came from

  bool quantized() const { return scheme != Scheme::none; }
  bool per_channel() const { return channel_axis >= 0; }
};

bool same_parameters(const Quantization& a, const Quantization& b);  // scheme, type, scales, zero points, fl
std::string to_string(const Quantization& q);                        // "u8 scale=0.0039 zp=0", as in IR dumps

// Requantization rules (numerics.md §3.2, hardware.md §2.5). vip7, vip8, vipf are the chips' own with a tie
// direction that no open source documents; the others follow a reference runtime exactly.
enum class RequantRule : std::uint8_t { vip7, vip8, vipf, onnx, tflite, tflm, tflm_single };
enum class Ties : std::uint8_t { half_up, half_even, half_away };

// TensorFlow Lite on CPUs or Micro, whose factors are 31-bit multipliers with shifts: tflite, tflm,
// tflm-single.
constexpr bool is_tflite(RequantRule rule) {
  return rule == RequantRule::tflite || rule == RequantRule::tflm || rule == RequantRule::tflm_single;
}
const char* name_of(RequantRule rule);  // "vipf", "tflm-single"
const char* name_of(Ties ties);         // "half_up"
// The tie direction as reports show it: the chips' own rules take `ties`, a runtime's rule brings its own.
std::string ties_text(RequantRule rule, Ties ties);
RequantRule parse_requant_rule(std::string_view text, const std::string& where);
Ties parse_ties(std::string_view text, const std::string& where);
std::vector<std::string> requant_rule_names();
// What a golden file may say of its certainty: "bit-exact against ONNX Runtime", "tie direction unverified on
// silicon", …
const char* confidence_of(RequantRule rule);

// Float tensor -> integers: clamp(round_half_even(x / scale) + zero_point). Division in float32, as
// formats.md §4.3.
Tensor quantize(const Tensor& real, const Quantization& q);
Tensor dequantize(const Tensor& integers, const Quantization& q);  // float32; (q - zp) * scale in float32

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/quant/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/quant/rounding.h"
#include "support/text.h"

namespace trireme {

namespace {

struct RuleRow {
  RequantRule rule;
  const char* name;
  const char* confidence;
};

// Who follows which rule, and over how many outputs that was measured: numerics.md §3.2.
constexpr std::array<RuleRow, 7> kRules = {{
    {RequantRule::vip7, "vip7",
     "15-bit multiplier as public drivers program it; tie direction unverified on silicon"},
    {RequantRule::vip8, "vip8",
     "23-bit multiplier as public drivers program it; tie direction unverified on silicon"},
    {RequantRule::vipf, "vipf",
     "float32 multiplier; product rounding and tie direction unverified on silicon"},
    {RequantRule::onnx, "onnx", "bit-exact against ONNX Runtime QLinearConv"},
    {RequantRule::tflite, "tflite", "bit-exact against TensorFlow Lite 2.9 builtin kernels on x86"},
    {RequantRule::tflm, "tflm", "bit-exact against TensorFlow Lite Micro, double rounding"},
    {RequantRule::tflm_single, "tflm-single", "bit-exact against TensorFlow Lite Micro, single rounding"},
}};

struct TiesRow {
  Ties ties;
  const char* name;
};

constexpr std::array<TiesRow, 3> kTies = {{
    {Ties::half_up, "half_up"},
    {Ties::half_even, "half_even"},
    {Ties::half_away, "half_away"},
}};

const RuleRow& row_of(RequantRule rule) {
  for (const RuleRow& row : kRules) {
    if (row.rule == rule) return row;
  }
  internal_error("a requantization rule without a name");
}

template <typename Value>
std::string list_or_scalar(const std::vector<Value>& values) {
  constexpr std::size_t shown = 4;
  if (values.size() == 1) return fmt::format("{}", values[0]);
  const auto head = std::min(values.size(), shown);
  const std::vector<Value> first(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(head));
  return fmt::format("[{}{}]", fmt::join(first, ","), values.size() > shown ? ",…" : "");
}

// Which element of scale and zero_point belongs to element i of a tensor.
class ChannelOf {
 public:
  ChannelOf(const Quantization& q, const Shape& shape) {
    if (!q.per_channel()) return;
    if (q.channel_axis >= static_cast<int>(shape.size())) internal_error("channel axis beyond the shape");
    const auto axis = static_cast<std::size_t>(q.channel_axis);
    channels_ = shape[axis];
    inner_ = row_major_strides(shape)[axis];
    const auto given = static_cast<std::int64_t>(q.scale.size());
    if (q.scheme == Quantization::Scheme::affine && given != channels_)
      internal_error("one scale a channel is needed");
  }
  std::size_t operator()(std::int64_t i) const { return static_cast<std::size_t>(i / inner_ % channels_); }

 private:
  std::int64_t inner_ = 1, channels_ = 1;
};

// 2^exponent, exact; the exponents of fixed point stay far inside the range of a double.
double power_of_two(int exponent) {
  double result = 1;
  for (int i = 0; i < exponent; ++i) result *= 2;
  for (int i = 0; i > exponent; --i) result /= 2;
  return result;
}

template <typename Integer>
Integer saturate(double value) {
  // Compared as doubles: 2^63 - 1 is none, and round_to_int64 saturates by itself.
  if (value <= static_cast<double>(std::numeric_limits<Integer>::min()))
    return std::numeric_limits<Integer>::min();
  if (value >= static_cast<double>(std::numeric_limits<Integer>::max()))
    return std::numeric_limits<Integer>::max();
  return static_cast<Integer>(round_to_int64(value, Ties::half_even));
}

template <typename Integer>
Integer quantize_element(float x, float scale, std::int32_t zero_point) {
  // A bias has 32 bits, more than float32 can divide exactly: its rule divides in double (formats.md §4.3).
  const double steps = sizeof(Integer) >= 4 ? static_cast<double>(x) / static_cast<double>(scale)
                                            : static_cast<double>(x / scale);
  if (steps != steps) return static_cast<Integer>(zero_point);  // NaN means no value
  const std::int32_t rounded = round_to_int32(steps, Ties::half_even);
  return saturate<Integer>(static_cast<double>(rounded) + static_cast<double>(zero_point));
}

template <typename Integer>
void quantize_all(const Tensor& real, const Quantization& q, Tensor& integers) {
  const float* from = real.data<float>();
  Integer* to = integers.data<Integer>();
  const std::int64_t count = real.size();
  if (q.scheme == Quantization::Scheme::fixed_point) {
    const double factor = power_of_two(q.fl);
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = from[i] != from[i] ? Integer{0} : saturate<Integer>(static_cast<double>(from[i]) * factor);
    }
    return;
  }
  const ChannelOf channel(q, real.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = quantize_element<Integer>(from[i], q.scale[channel(i)], q.zero_point[channel(i)]);
  }
}

template <typename Integer>
void dequantize_all(const Tensor& integers, const Quantization& q, Tensor& real) {
  const Integer* from = integers.data<Integer>();
  float* to = real.data<float>();
  const std::int64_t count = real.size();
  if (q.scheme == Quantization::Scheme::fixed_point) {
    const double step = power_of_two(-q.fl);
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(static_cast<double>(from[i]) * step);
    return;
  }
  const ChannelOf channel(q, integers.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t difference = static_cast<std::int64_t>(from[i]) - q.zero_point[channel(i)];
    to[i] = static_cast<float>(difference) * q.scale[channel(i)];
  }
}

// Calls visit with a value of the storage type.
template <typename Visit>
void with_storage(DataType type, Visit visit) {
  switch (type) {
    case DataType::uint8:
      return visit(std::uint8_t{});
    case DataType::int8:
      return visit(std::int8_t{});
    case DataType::int16:
      return visit(std::int16_t{});
    case DataType::uint16:
      return visit(std::uint16_t{});
    case DataType::int32:
      return visit(std::int32_t{});
    case DataType::int64:
      return visit(std::int64_t{});
    default:
      internal_error(fmt::format("{} cannot store quantized values", name_of(type)));
  }
}

}  // namespace

bool same_parameters(const Quantization& a, const Quantization& b) {
  return a.scheme == b.scheme && a.dtype == b.dtype && a.scale == b.scale && a.zero_point == b.zero_point &&
         a.channel_axis == b.channel_axis && a.fl == b.fl;
}

std::string to_string(const Quantization& q) {
  const std::string type = short_name_of(q.dtype);
  if (q.scheme == Quantization::Scheme::none) return type;
  if (q.scheme == Quantization::Scheme::fixed_point) return fmt::format("{} fl={}", type, q.fl);
  const std::string axis = q.per_channel() ? fmt::format(" axis={}", q.channel_axis) : "";
  return fmt::format("{}{} scale={} zp={}", type, axis, list_or_scalar(q.scale),
                     list_or_scalar(q.zero_point));
}

const char* name_of(RequantRule rule) { return row_of(rule).name; }

const char* confidence_of(RequantRule rule) { return row_of(rule).confidence; }

const char* name_of(Ties ties) {
  for (const TiesRow& row : kTies) {
    if (row.ties == ties) return row.name;
  }
  internal_error("a tie direction without a name");
}

std::vector<std::string> requant_rule_names() {
  std::vector<std::string> names;
  for (const RuleRow& row : kRules) names.emplace_back(row.name);
  return names;
}

std::string ties_text(RequantRule rule, Ties ties) {
  const bool of_a_chip = rule == RequantRule::vip7 || rule == RequantRule::vip8 || rule == RequantRule::vipf;
  return of_a_chip ? name_of(ties) : rule == RequantRule::onnx ? "half_even" : "by_rule";
}

RequantRule parse_requant_rule(std::string_view text, const std::string& where) {
  for (const RuleRow& row : kRules) {
    if (text == row.name) return row.rule;
  }
  throw Error(where, fmt::format("'{}' is not a requantization rule", text),
              suggestion(text, requant_rule_names()));
}

Ties parse_ties(std::string_view text, const std::string& where) {
  std::vector<std::string> names;
  for (const TiesRow& row : kTies) {
    if (text == row.name) return row.ties;
    names.emplace_back(row.name);
  }
  throw Error(where, fmt::format("'{}' is not a tie direction", text), suggestion(text, names));
}

Tensor quantize(const Tensor& real, const Quantization& q) {
  if (!q.quantized()) internal_error("quantize without parameters");
  const Tensor floats = to_float32(real);
  Tensor integers(q.dtype, real.shape);
  with_storage(q.dtype, [&](auto sample) { quantize_all<decltype(sample)>(floats, q, integers); });
  return integers;
}

Tensor dequantize(const Tensor& integers, const Quantization& q) {
  if (!q.quantized()) return to_float32(integers);
  if (integers.dtype != q.dtype)
    internal_error("dequantize: the tensor has another type than its parameters");
  Tensor real(DataType::float32, integers.shape);
  with_storage(q.dtype, [&](auto sample) { dequantize_all<decltype(sample)>(integers, q, real); });
  return real;
}

}  // namespace trireme

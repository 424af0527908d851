// SPDX-License-Identifier: Apache-2.0
#include "model/reference/codes.h"

#include <fmt/format.h>

#include <limits>

namespace trireme {

CodeRange range_of(DataType type) {
  CodeRange range{};
  with_code_type(type, [&](auto sample) {
    range = {std::numeric_limits<decltype(sample)>::min(), std::numeric_limits<decltype(sample)>::max()};
  });
  return range;
}

bool is_affine(const Quantization& q) {
  const bool stored = q.dtype == DataType::uint8 || q.dtype == DataType::int8 || q.dtype == DataType::int16 ||
                      q.dtype == DataType::uint16 || q.dtype == DataType::int32;
  if (!stored || q.per_channel()) return false;
  if (q.scheme == Quantization::Scheme::fixed_point) return q.fl > -64 && q.fl < 64;
  return q.scheme == Quantization::Scheme::affine && q.scale.size() == 1 && q.zero_point.size() == 1;
}

Affine affine_parameters(const KernelCall& call, const Value& value) {
  const Quantization& q = value.quantization;
  if (!is_affine(q)) {
    throw Error(place_of(call.node), fmt::format("'{}' is {}", value.name, to_string(q)),
                "this operator computes on tensors of 8 or 16 bits with one scale each");
  }
  if (q.scheme == Quantization::Scheme::affine) return {q.scale[0], q.zero_point[0], q.dtype};
  float step = 1;
  for (int i = 0; i < q.fl; ++i) step /= 2;  // exact
  for (int i = 0; i > q.fl; --i) step *= 2;
  return {step, 0, q.dtype};
}

Affine input_parameters(const KernelCall& call, std::size_t index) {
  return affine_parameters(call, input_value(call, index));
}

Affine output_parameters(const KernelCall& call) { return affine_parameters(call, output_value(call)); }

std::vector<std::int32_t> codes_of(const Tensor& tensor) {
  std::vector<std::int32_t> codes(static_cast<std::size_t>(tensor.size()));
  with_code_type(tensor.dtype, [&](auto sample) {
    const auto* data = tensor.data<decltype(sample)>();
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = data[i];
  });
  return codes;
}

Tensor tensor_of_codes(const Affine& parameters, Shape shape, const std::vector<std::int32_t>& codes) {
  Tensor tensor(parameters.dtype, std::move(shape));
  if (tensor.size() != static_cast<std::int64_t>(codes.size())) internal_error("codes do not fill the shape");
  with_code_type(parameters.dtype, [&](auto sample) {
    using Code = decltype(sample);
    auto* data = tensor.data<Code>();
    for (std::size_t i = 0; i < codes.size(); ++i) data[i] = static_cast<Code>(codes[i]);
  });
  return tensor;
}

}  // namespace trireme

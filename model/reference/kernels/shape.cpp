// SPDX-License-Identifier: Apache-2.0
// Operators that only move elements: any type, bit for bit.
#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/strided.h"
#include "model/reference/requantize.h"

namespace trireme::kernels {

namespace {

// Moved codes, then requantized if the output has other parameters than the input; by ONNX Runtime as a
// group.
std::vector<Tensor> with_output_parameters(const KernelCall& call, Kernel move) {
  const Quantization &in = input_value(call, 0).quantization, &out = output_value(call).quantization;
  if (same_parameters(in, out)) return move(call);
  const Affine from = input_parameters(call, 0), to = output_parameters(call);
  const ReferenceRequantizer requantize(call.options.rule, call.options.ties, RequantKernel::other,
                                        from.scale, to.scale, place_of(call.node));
  const Tensor moved = move(call).at(0);
  std::vector<std::int32_t> codes = codes_of(moved);
  for (std::int32_t& code : codes)
    code = clamped(std::int64_t{requantize(code - from.zero_point)} + to.zero_point, to.range());
  return {tensor_of_codes(to, moved.shape, codes)};
}

}  // namespace

std::vector<Tensor> noop(const KernelCall& call) { return {input(call, 0)}; }

std::vector<Tensor> reshape(const KernelCall& call) {
  Tensor result = input(call, 0);
  result.shape = attributes<ReshapeAttributes>(call.node).shape;
  if (element_count(result.shape) != input(call, 0).size()) {
    internal_error(place_of(call.node) + " changes the number of elements");
  }
  return {std::move(result)};
}

std::vector<Tensor> permute(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const std::vector<std::int64_t>& perm = attributes<PermuteAttributes>(call.node).perm;
  if (perm.size() != in.shape.size())
    internal_error(place_of(call.node) + " has another rank than its input");
  const Shape in_strides = row_major_strides(in.shape);
  Shape out_shape;
  Shape strides;  // of the input, in the order of the output's axes
  for (const std::int64_t axis : perm) {
    out_shape.push_back(in.shape.at(static_cast<std::size_t>(axis)));
    strides.push_back(in_strides.at(static_cast<std::size_t>(axis)));
  }
  return {strided_copy(in, out_shape, strides, 0)};
}

std::vector<Tensor> concat(const KernelCall& call) {
  const std::int64_t axis = attributes<ConcatAttributes>(call.node).axis;
  const Shape& out = output_value(call).shape;
  if (axis < 0 || axis >= static_cast<std::int64_t>(out.size()))
    internal_error(place_of(call.node) + " has no such axis");
  const std::int64_t outer = element_count(Shape(out.begin(), out.begin() + axis));
  Tensor result(input(call, 0).dtype, out);
  std::size_t to = 0;
  for (std::int64_t block = 0; block < outer; ++block) {
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      const Tensor& part = input(call, i);
      if (part.dtype != result.dtype) internal_error(place_of(call.node) + " joins different types");
      const std::size_t bytes = part.bytes.size() / static_cast<std::size_t>(outer);
      if (bytes == 0) continue;
      if (to + bytes > result.bytes.size())
        internal_error(place_of(call.node) + " has parts that do not fit");
      std::memcpy(&result.bytes[to], &part.bytes[static_cast<std::size_t>(block) * bytes], bytes);
      to += bytes;
    }
  }
  return {std::move(result)};
}

std::vector<Tensor> noop_quantized(const KernelCall& call) { return with_output_parameters(call, noop); }

std::vector<Tensor> reshape_quantized(const KernelCall& call) {
  return with_output_parameters(call, reshape);
}

std::vector<Tensor> permute_quantized(const KernelCall& call) {
  return with_output_parameters(call, permute);
}

}  // namespace trireme::kernels

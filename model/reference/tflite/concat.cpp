// SPDX-License-Identifier: Apache-2.0
// Parts whose parameters differ from the output's are rescaled in float32.
#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

std::vector<Tensor> concat(const KernelCall& call) {
  const Affine out = output_parameters(call);
  const float inverse = 1.0F / out.scale;
  std::vector<Tensor> parts(call.inputs.size());
  KernelCall inner{call.graph, call.node, call.inputs, call.options};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Affine in = input_parameters(call, i);
    if (in == out) continue;
    const float scale = in.scale * inverse;
    const float bias = static_cast<float>(-in.zero_point) * scale;
    std::vector<std::int32_t> codes = codes_of(input(call, i));
    for (std::int32_t& code : codes) {
      const float real = static_cast<float>(code) * scale + bias;
      code =
          clamped(round_to_int64(static_cast<double>(real), Ties::half_away) + out.zero_point, out.range());
    }
    parts[i] = tensor_of_codes(out, input(call, i).shape, codes);
    inner.inputs[i] = &parts[i];
  }
  return kernels::concat(inner);
}

}  // namespace trireme::tflite

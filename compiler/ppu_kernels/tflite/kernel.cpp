// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/tflite/kernel.h"

#include <algorithm>

#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/tflite/families.h"

namespace trireme {

namespace {

using namespace tflite_ppu;

struct Row {
  const char* op;
  tflite_ppu::Kernel kernel;
};

constexpr Row kRows[] = {{"add", sum_of_codes},
                         {"subtract", difference_of_codes},
                         {"multiply", product_of_codes},
                         {"divide", quotient_of_codes},
                         {"prelu", prelu},
                         {"squared_difference", squared_difference},
                         {"equal", comparison},
                         {"not_equal", comparison},
                         {"greater", comparison},
                         {"greater_equal", comparison},
                         {"less", comparison},
                         {"less_equal", comparison},
                         {"softmax", softmax},
                         {"l2normalize", l2_normalize},
                         {"reduce", reduce},
                         {"image_resize", resize},
                         {"concat", concat}};

bool are_codes(const PpuOperand& operand) {
  return operand.quantization.quantized() && operand.type != DataType::uint16 && is_supported(operand);
}

}  // namespace

Reg tflite_ppu::nearest_away(PpuBuilder& b, const Reg& x) {
  using namespace ppu;
  const Reg magnitude = abs(b, x), whole = b.op(PpuOpcode::ffloor, magnitude);
  const Reg fraction = sub(b, magnitude, whole);
  const Reg up = choose(b, PpuOpcode::fle, b.real(0.5F), fraction, add(b, whole, b.real(1)), whole);
  return b.op(PpuOpcode::f2i, with_sign_of(b, up, x));
}

std::optional<PpuKernel> tflite_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                           RequantRule rule) {
  const auto row =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return node.op == r.op; });
  const Call call{graph, node, chip, rule};
  if (node.op == "quantize" && call.in(0).type == DataType::float32 && are_codes(call.out()))
    return quantize(call);
  bool codes = row != std::end(kRows) && node.outputs.size() == 1 &&
               (are_codes(call.out()) || call.out().type == DataType::boolean);
  for (std::size_t i = 0; codes && i < node.inputs.size(); ++i)
    codes = has_input(node, i) && are_codes(call.in(i));
  return codes ? row->kernel(call) : std::nullopt;
}

}  // namespace trireme

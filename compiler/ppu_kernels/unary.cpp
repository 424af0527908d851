// SPDX-License-Identifier: Apache-2.0
// One input, element by element: one row a function.
#include <algorithm>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/map.h"
#include "compiler/ppu_kernels/math.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;
using B = PpuBuilder;
using In = std::vector<Reg>;

constexpr float kLn2 = 0x1.62e43p-1F;

template <Reg (*F)(B&, const Reg&)>
Reg plain(B& b, const Node&, const In& in) {
  return F(b, in[0]);
}

template <PpuOpcode Opcode>
Reg instruction(B& b, const Node&, const In& in) {
  return b.op(Opcode, in[0]);
}

Reg half_of(B& b, const Reg& x) { return mul(b, x, b.real(0.5F)); }

Reg clamp(B& b, const Reg& x, float low, float high) {
  return smaller(b, b.real(high), larger(b, b.real(low), x));
}

Reg positive_or(B& b, const Reg& x, const Reg& otherwise) {
  return choose(b, PpuOpcode::flt, b.real(0), x, x, otherwise);
}

Reg relu(B& b, const Node&, const In& in) { return larger(b, b.real(0), in[0]); }

Reg relun(B& b, const Node& node, const In& in) {
  const auto& attr = attributes<ClipAttributes>(node);
  return clamp(b, in[0], attr.min, attr.max);
}

Reg leakyrelu(B& b, const Node& node, const In& in) {
  const Reg scaled = mul(b, in[0], b.real(attributes<LeakyReluAttributes>(node).leaky_ratio));
  return choose(b, PpuOpcode::flt, in[0], b.real(0), scaled, in[0]);
}

Reg thresholdedrelu(B& b, const Node& node, const In& in) {
  const Reg limit = b.real(attributes<ThresholdAttributes>(node).alpha);
  return choose(b, PpuOpcode::flt, limit, in[0], in[0], b.real(0));
}

Reg elu(B& b, const Node& node, const In& in) {
  return positive_or(b, in[0], mul(b, b.real(attributes<EluAttributes>(node).alpha), expm1(b, in[0])));
}

Reg celu(B& b, const Node& node, const In& in) {
  const Reg alpha = b.real(attributes<EluAttributes>(node).alpha);
  const Reg curve = mul(b, alpha, expm1(b, div(b, in[0], alpha)));
  return add(b, larger(b, b.real(0), in[0]), smaller(b, b.real(0), curve));
}

Reg selu(B& b, const Node& node, const In& in) {
  const auto& attr = attributes<SeluAttributes>(node);
  const Reg inner = positive_or(b, in[0], mul(b, b.real(attr.alpha), expm1(b, in[0])));
  return mul(b, b.real(attr.gamma), inner);
}

Reg hard_sigmoid(B& b, const Node& node, const In& in) {
  const auto& attr = attributes<HardSigmoidAttributes>(node);
  return clamp(b, add(b, mul(b, b.real(attr.alpha), in[0]), b.real(attr.beta)), 0, 1);
}

// x * clamp(x + 3, 0, 6) / 6
Reg hard_swish(B& b, const Node&, const In& in) {
  const Reg gate = div(b, clamp(b, add(b, in[0], b.real(3)), 0, 6), b.real(6));
  return mul(b, in[0], gate);
}

// x / (1 + e^-(beta x))
Reg swish(B& b, const Node& node, const In& in) {
  const float beta = attributes<SwishAttributes>(node).beta;
  const Reg scaled = beta == 1 ? in[0] : mul(b, in[0], b.real(beta));
  return div(b, in[0], add(b, b.real(1), exp(b, negate(b, scaled))));
}

// x/2 (1 + erf(x / sqrt 2)), or with tanh: x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)).
Reg gelu(B& b, const Node& node, const In& in) {
  const Reg& x = in[0];
  if (!attributes<GeluAttributes>(node).tanh_approximation) {
    return mul(b, half_of(b, x), add(b, b.real(1), erf(b, mul(b, x, b.real(0x1.6a09e6p-1F)))));
  }
  const Reg cubic = add(b, b.real(1), mul(b, b.real(0.044715F), mul(b, x, x)));
  const Reg argument = mul(b, mul(b, x, b.real(-0x1.988454p+0F)), cubic);
  return div(b, x, add(b, b.real(1), exp(b, argument)));
}

// x tanh(log(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); above 20 it is x.
Reg mish(B& b, const Node&, const In& in) {
  const Reg e = exp(b, smaller(b, b.real(20), in[0]));
  const Reg n = mul(b, e, add(b, e, b.real(2)));
  return mul(b, in[0], div(b, n, add(b, n, b.real(2))));
}

Reg softsign(B& b, const Node&, const In& in) { return div(b, in[0], add(b, b.real(1), abs(b, in[0]))); }

Reg rsqrt(B& b, const Node&, const In& in) { return b.op(PpuOpcode::frcp, b.op(PpuOpcode::fsqrt, in[0])); }

Reg square(B& b, const Node&, const In& in) { return mul(b, in[0], in[0]); }

Reg ceil(B& b, const Node&, const In& in) { return negate(b, b.op(PpuOpcode::ffloor, negate(b, in[0]))); }

Reg sign(B& b, const Node&, const In& in) {
  const Reg one = with_sign_of(b, b.real(1), in[0]);
  return choose(b, PpuOpcode::flt, b.real(0), abs(b, in[0]), one, in[0]);  // 0 and NaN stay
}

Reg tan(B& b, const Node&, const In& in) { return div(b, sin(b, in[0]), cos(b, in[0])); }

Reg asin(B& b, const Node&, const In& in) {
  const Reg one = b.real(1);
  const Reg cosine = b.op(PpuOpcode::fsqrt, mul(b, sub(b, one, in[0]), add(b, one, in[0])));
  return atan(b, div(b, in[0], cosine));
}

Reg acos(B& b, const Node&, const In& in) {
  const Reg one = b.real(1);
  const Reg half = atan(b, b.op(PpuOpcode::fsqrt, div(b, sub(b, one, in[0]), add(b, one, in[0]))));
  return add(b, half, half);
}

// With t = e^|x| - 1: (t + t / (t + 1)) / 2; large: e^(|x|/2) twice, which stays finite as long as the
// result.
Reg sinh(B& b, const Node&, const In& in) {
  const Reg magnitude = abs(b, in[0]);
  const Reg t = expm1(b, magnitude);
  const Reg small = half_of(b, add(b, t, div(b, t, add(b, t, b.real(1)))));
  const Reg root = exp(b, half_of(b, magnitude));
  const Reg large = mul(b, half_of(b, root), root);
  return with_sign_of(b, choose(b, PpuOpcode::flt, magnitude, b.real(20), small, large), in[0]);
}

Reg cosh(B& b, const Node&, const In& in) {
  const Reg root = exp(b, half_of(b, abs(b, in[0])));
  const Reg large = mul(b, half_of(b, root), root);
  const Reg small = exp(b, negate(b, abs(b, in[0])));
  return add(b, large, half_of(b, small));
}

// log(|x| + sqrt(x^2 + 1)) as log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))); large: log |x| + log 2.
Reg asinh(B& b, const Node&, const In& in) {
  const auto small = [&] {
    const Reg x = smaller(b, b.real(10000), abs(b, in[0])), squared = mul(b, x, x);
    const Reg root = b.op(PpuOpcode::fsqrt, add(b, squared, b.real(1)));
    return add(b, x, div(b, squared, add(b, b.real(1), root)));
  };
  const Reg below = log1p(b, small());
  const Reg large = add(b, log(b, abs(b, in[0])), b.real(kLn2));
  const Reg value = choose(b, PpuOpcode::flt, abs(b, in[0]), b.real(10000), below, large);
  return with_sign_of(b, value, in[0]);
}

// With t = x - 1: log1p(t + sqrt(t (t + 2))); large: log x + log 2.
Reg acosh(B& b, const Node&, const In& in) {
  const Reg t = sub(b, smaller(b, b.real(10000), in[0]), b.real(1));
  const Reg small = log1p(b, add(b, t, b.op(PpuOpcode::fsqrt, mul(b, t, add(b, t, b.real(2))))));
  const Reg large = add(b, log(b, in[0]), b.real(kLn2));
  return choose(b, PpuOpcode::flt, b.real(10000), in[0], large, small);
}

Reg atanh(B& b, const Node&, const In& in) {
  const Reg x = abs(b, in[0]);
  const Reg value = half_of(b, log1p(b, div(b, add(b, x, x), sub(b, b.real(1), x))));
  return with_sign_of(b, value, in[0]);
}

// ---- integers and truth values

Reg whole_negative(B& b, const Node&, const In& in) { return b.op(PpuOpcode::isub, b.whole(0), in[0]); }

Reg whole_abs(B& b, const Node& node, const In& in) {
  return b.op(PpuOpcode::imax, in[0], whole_negative(b, node, in));
}

Reg whole_sign(B& b, const Node&, const In& in) {
  return b.op(PpuOpcode::imin, b.op(PpuOpcode::imax, in[0], b.whole(-1)), b.whole(1));
}

// Limits beyond 32 bits let everything pass.
Reg whole_relun(B& b, const Node& node, const In& in) {
  const auto& attr = attributes<ClipAttributes>(node);
  const auto limit = [](float x) {
    return static_cast<std::int64_t>(std::clamp(static_cast<double>(x), -2147483648.0, 2147483647.0));
  };
  return b.op(PpuOpcode::imin, b.op(PpuOpcode::imax, in[0], b.whole(limit(attr.min))),
              b.whole(limit(attr.max)));
}

Reg whole_square(B& b, const Node&, const In& in) { return imul(b, in[0], in[0]); }

Reg logical_not(B& b, const Node&, const In& in) {
  return choose(b, PpuOpcode::ieq, in[0], b.whole(0), b.whole(1), b.whole(0));
}

Reg is_nan(B& b, const Node&, const In& in) {
  return choose(b, PpuOpcode::feq, in[0], in[0], b.whole(0), b.whole(1));
}

Reg is_inf(B& b, const Node&, const In& in) {
  return choose(b, PpuOpcode::ieq, abs(b, in[0]), b.bits(0x7F800000), b.whole(1), b.whole(0));
}

const std::vector<PpuMap>& rows() {
  static const std::vector<PpuMap> table = {
      {"relu", relu},
      {"relun", relun, whole_relun},
      {"leakyrelu", leakyrelu},
      {"thresholdedrelu", thresholdedrelu},
      {"elu", elu},
      {"celu", celu},
      {"selu", selu},
      {"hard_sigmoid", hard_sigmoid},
      {"hard_swish", hard_swish},
      {"swish", swish},
      {"gelu", gelu},
      {"mish", mish},
      {"softsign", softsign},
      {"softrelu", plain<softplus>},
      {"sigmoid", plain<sigmoid>},
      {"tanh", plain<tanh>},
      {"erf", plain<erf>},
      {"exp", plain<exp>},
      {"log", plain<log>},
      {"sqrt", instruction<PpuOpcode::fsqrt>},
      {"rsqrt", rsqrt},
      {"reciprocal", instruction<PpuOpcode::frcp>},
      {"floor", instruction<PpuOpcode::ffloor>},
      {"ceil", ceil},
      {"round", instruction<PpuOpcode::frne>},
      {"abs", plain<abs>, whole_abs},
      {"neg", plain<negate>, whole_negative},
      {"sign", sign, whole_sign},
      {"square", square, whole_square},
      {"sin", plain<sin>},
      {"cos", plain<cos>},
      {"tan", tan},
      {"asin", asin},
      {"acos", acos},
      {"atan", plain<atan>},
      {"sinh", sinh},
      {"cosh", cosh},
      {"asinh", asinh},
      {"acosh", acosh},
      {"atanh", atanh},
      {"logical_not", nullptr, logical_not, true},
      {"is_nan", is_nan, nullptr, true},
      {"is_inf", is_inf, nullptr, true},
  };
  return table;
}

std::optional<PpuKernel> generate(const Graph& graph, const Node& node, const Chip& chip) {
  const auto row =
      std::find_if(rows().begin(), rows().end(), [&](const PpuMap& map) { return map.op == node.op; });
  return map_kernel(graph, node, chip, *row);
}

}  // namespace

std::vector<PpuKernelRow> unary_ppu_kernels() {
  std::vector<PpuKernelRow> result;
  for (const PpuMap& map : rows()) result.push_back({map.op, generate});
  return result;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/reference/unary_function.h"

#include <cmath>
#include <map>

#include "model/graph/attributes.h"
#include "model/reference/exact_math.h"

namespace trireme {

namespace {

using Function = double (*)(double, double, double);
using Unary = double (*)(double);

template <Unary F>
double plain(double x, double, double) {
  return F(x);
}

double gelu(double x) { return x * 0.5 * exact_erfc(-x * std::sqrt(0.5)); }
double gelu_by_tanh(double x) {
  return x * exact_sigmoid(2 * 0x1.9884533d43651p-1 * (x + 0.044715 * x * x * x));  // 2 sqrt(2/pi)
}
double hard_swish(double x) { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; }
double mish(double x) { return x * exact_tanh(exact_softplus(x)); }
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double round_to_even(double x) { return std::nearbyint(x); }  // nobody changes the rounding mode

struct Row {
  Function function;
  void (*parameters)(const Node& node, UnaryFunction& function) = nullptr;
};

void elu_parameters(const Node& node, UnaryFunction& f) {
  f.alpha = static_cast<double>(attributes<EluAttributes>(node).alpha);
}

const std::map<std::string, Row>& table() {
  static const std::map<std::string, Row> rows = {
      {"relu", {[](double x, double, double) { return x < 0 ? 0 : x; }}},
      {"relun",
       {[](double x, double low, double high) { return x < low    ? low
                                                       : x > high ? high
                                                                  : x; },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<ClipAttributes>(node).min);
          f.beta = static_cast<double>(attributes<ClipAttributes>(node).max);
        }}},
      {"leakyrelu",
       {[](double x, double ratio, double) { return x < 0 ? x * ratio : x; },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<LeakyReluAttributes>(node).leaky_ratio);
        }}},
      {"elu",
       {[](double x, double alpha, double) { return x > 0 ? x : alpha * exact_expm1(x); }, elu_parameters}},
      {"celu",
       {[](double x, double alpha, double) {
          return (x > 0 ? x : 0) + std::fmin(0, alpha * exact_expm1(x / alpha));
        },
        elu_parameters}},
      {"selu",
       {[](double x, double alpha, double gamma) { return gamma * (x > 0 ? x : alpha * exact_expm1(x)); },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<SeluAttributes>(node).alpha);
          f.beta = static_cast<double>(attributes<SeluAttributes>(node).gamma);
        }}},
      {"hard_sigmoid",
       {[](double x, double alpha, double beta) {
          const double y = alpha * x + beta;
          return y < 0 ? 0 : y > 1 ? 1 : y;
        },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<HardSigmoidAttributes>(node).alpha);
          f.beta = static_cast<double>(attributes<HardSigmoidAttributes>(node).beta);
        }}},
      {"swish",
       {[](double x, double beta, double) { return x * exact_sigmoid(beta * x); },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<SwishAttributes>(node).beta);
        }}},
      {"gelu",
       {[](double x, double by_tanh, double) { return by_tanh != 0 ? gelu_by_tanh(x) : gelu(x); },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = attributes<GeluAttributes>(node).tanh_approximation ? 1 : 0;
        }}},
      {"thresholdedrelu",
       {[](double x, double alpha, double) { return x > alpha ? x : 0; },
        [](const Node& node, UnaryFunction& f) {
          f.alpha = static_cast<double>(attributes<ThresholdAttributes>(node).alpha);
        }}},
      {"sigmoid", {plain<exact_sigmoid>}},
      {"tanh", {plain<exact_tanh>}},
      {"hard_swish", {plain<hard_swish>}},
      {"mish", {plain<mish>}},
      {"softrelu", {plain<exact_softplus>}},
      {"softsign", {[](double x, double, double) { return x / (1 + std::fabs(x)); }}},
      {"erf", {plain<exact_erf>}},
      {"exp", {plain<exact_exp>}},
      {"log", {plain<exact_log>}},
      {"sqrt", {[](double x, double, double) { return std::sqrt(x); }}},  // exact by IEEE 754
      {"rsqrt", {[](double x, double, double) { return 1 / std::sqrt(x); }}},
      {"abs", {[](double x, double, double) { return std::fabs(x); }}},
      {"neg", {[](double x, double, double) { return -x; }}},
      {"sign", {plain<sign>}},
      {"square", {[](double x, double, double) { return x * x; }}},
      {"reciprocal", {[](double x, double, double) { return 1 / x; }}},
      {"floor", {[](double x, double, double) { return std::floor(x); }}},
      {"ceil", {[](double x, double, double) { return std::ceil(x); }}},
      {"round", {plain<round_to_even>}},
      {"sin", {plain<exact_sin>}},
      {"cos", {plain<exact_cos>}},
      {"tan", {plain<exact_tan>}},
      {"asin", {plain<exact_asin>}},
      {"acos", {plain<exact_acos>}},
      {"atan", {plain<exact_atan>}},
      {"sinh", {plain<exact_sinh>}},
      {"cosh", {plain<exact_cosh>}},
      {"asinh", {plain<exact_asinh>}},
      {"acosh", {plain<exact_acosh>}},
      {"atanh", {plain<exact_atanh>}},
  };
  return rows;
}

}  // namespace

UnaryFunction unary_function_of(const Node& node) {
  UnaryFunction function;
  const auto found = table().find(node.op);
  if (found == table().end()) return function;
  function.apply = found->second.function;
  if (found->second.parameters != nullptr) found->second.parameters(node, function);
  return function;
}

}  // namespace trireme

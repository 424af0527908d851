// SPDX-License-Identifier: Apache-2.0
// The builder's layers.
#include <fmt/format.h>

#include "support/error.h"
#include "zoo/builder.h"

namespace trireme::zoo {
namespace {

std::int64_t steps(std::int64_t size, std::int64_t pads, std::int64_t kernel, const Window& window) {
  const std::int64_t room = size + pads - kernel;
  if (room < 0) internal_error(fmt::format("a window of {} on {} + {}", kernel, size, pads));
  return (room + (window.ceil ? window.stride - 1 : 0)) / window.stride + 1;
}

Map windowed(const Map& x, std::int64_t channels, const Window& w) {
  return {"", channels, steps(x.height, w.top + w.bottom, w.kernel_h, w),
          steps(x.width, w.left + w.right, w.kernel_w, w)};
}

}  // namespace

Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
  return {kernel, kernel, stride, pad, pad, pad, pad};
}
Window same(std::int64_t kernel, std::int64_t stride) { return square(kernel, stride, kernel / 2); }

Window tensorflow_same(std::int64_t kernel, std::int64_t stride) {
  if (stride == 1) return same(kernel);
  const std::int64_t pads = kernel - stride, before = pads / 2, after = pads - before;
  return {kernel, kernel, stride, before, before, after, after};
}

// sqrt(2) keeps the variance through a rectifier (He et al. 2015); biases are small beside what they shift.
constexpr float kGain = 1.41421356F, kBias = 0.05F;

Map Builder::conv(const Map& x, std::int64_t outputs, const Window& window, std::int64_t groups, bool bias) {
  Map y = windowed(x, outputs, window);
  const std::int64_t inputs = x.channels / groups;
  std::vector<std::string> operands = {x.name, weights({outputs, inputs, window.kernel_h, window.kernel_w},
                                                       inputs * window.kernel_h * window.kernel_w, kGain)};
  if (bias) operands.push_back(vector(outputs, kBias, RandomWeights::Distribution::laplace));
  y.name = node("Conv", operands);
  set_window(window);
  set("group", groups);
  return y;
}

Map Builder::conv_transpose(const Map& x, std::int64_t outputs, std::int64_t kernel, std::int64_t stride) {
  const std::string weight =
      weights({x.channels, outputs, kernel, kernel}, x.channels * kernel * kernel / (stride * stride), 1);
  const std::string bias = vector(outputs, kBias, RandomWeights::Distribution::laplace);
  Map y = {node("ConvTranspose", {x.name, weight, bias}), outputs, (x.height - 1) * stride + kernel,
           (x.width - 1) * stride + kernel};
  set_window(square(kernel, stride, 0));
  return y;
}

Map Builder::batch_norm(const Map& x) {
  using Distribution = RandomWeights::Distribution;
  const std::string gamma = vector(x.channels, 1, Distribution::positive);
  const std::string beta = vector(x.channels, kBias, Distribution::laplace);
  const std::string mean = vector(x.channels, kBias, Distribution::laplace);
  const std::string variance = vector(x.channels, 1, Distribution::positive);
  Map y = x;
  y.name = node("BatchNormalization", {x.name, gamma, beta, mean, variance});
  set("epsilon", 1e-5F);
  return y;
}

Map Builder::activate(const Map& x, Activation activation) {
  Map y = x;
  if (activation == Activation::relu) y.name = node("Relu", {x.name});
  if (activation == Activation::relu6) {
    const std::string low = reals({0}, true), high = reals({6}, true);
    y.name = node("Clip", {x.name, low, high});
  }
  if (activation == Activation::leaky_relu) {
    y.name = node("LeakyRelu", {x.name});
    set("alpha", 0.1F);
  }
  if (activation == Activation::silu) {
    const std::string sigmoid = node("Sigmoid", {x.name});
    y.name = node("Mul", {x.name, sigmoid});
  }
  return y;
}

Map Builder::pool(const std::string& op, const Map& x, const Window& window) {
  Map y = windowed(x, x.channels, window);
  y.name = node(op, {x.name});
  set_window(window);
  set("ceil_mode", std::int64_t{window.ceil});
  return y;
}
Map Builder::max_pool(const Map& x, const Window& window) { return pool("MaxPool", x, window); }
Map Builder::average_pool(const Map& x, const Window& window, bool count_include_pad) {
  Map y = pool("AveragePool", x, window);
  set("count_include_pad", std::int64_t{count_include_pad});
  return y;
}
Map Builder::global_average(const Map& x) { return {node("GlobalAveragePool", {x.name}), x.channels, 1, 1}; }

Map Builder::local_response_norm(const Map& x, std::int64_t size, float alpha, float beta) {
  Map y = x;
  y.name = node("LRN", {x.name});
  set("size", size);
  set("alpha", alpha);
  set("beta", beta);
  return y;
}

Map Builder::add(const Map& a, const Map& b) {
  if (a.channels != b.channels || a.height != b.height || a.width != b.width)
    internal_error("a sum of maps of different sizes: " + a.name + ", " + b.name);
  Map y = a;
  y.name = node("Add", {a.name, b.name});
  return y;
}

Map Builder::concat(const std::vector<Map>& maps) {
  Map y = maps.at(0);
  y.channels = 0;
  std::vector<std::string> names;
  for (const Map& map : maps) {
    if (map.height != y.height || map.width != y.width)
      internal_error("maps of different sizes: " + map.name);
    y.channels += map.channels;
    names.push_back(map.name);
  }
  y.name = node("Concat", names);
  set("axis", std::int64_t{1});
  return y;
}

Map Builder::upsample(const Map& x) {
  const std::string scales = reals({1, 1, 2, 2});
  Map y = {node("Resize", {x.name, "", scales}), x.channels, 2 * x.height, 2 * x.width};
  set("mode", std::string("nearest"));
  set("coordinate_transformation_mode", std::string("asymmetric"));
  set("nearest_mode", std::string("floor"));
  return y;
}

std::vector<Map> Builder::split(const Map& x, int parts) {
  if (x.channels % parts != 0) internal_error("an uneven split of " + x.name);
  const std::string name = node("Split", {x.name});
  set("axis", std::int64_t{1});
  std::vector<Map> maps;
  for (int i = 0; i < parts; ++i) {
    if (i > 0) last().add_output(fmt::format("{}_{}", name, i));
    maps.push_back({last().output(i), x.channels / parts, x.height, x.width});
  }
  return maps;
}

Map Builder::flatten(const Map& x) {
  Map y = {node("Flatten", {x.name}), x.channels * x.height * x.width, 0, 0};
  set("axis", std::int64_t{1});
  return y;
}

Map Builder::dense(const Map& x, std::int64_t outputs) {
  const std::string weight = weights({outputs, x.channels}, x.channels, kGain);
  const std::string bias = vector(outputs, kBias, RandomWeights::Distribution::laplace);
  Map y = {node("Gemm", {x.name, weight, bias}), outputs, 0, 0};
  set("transB", std::int64_t{1});
  return y;
}

Map Builder::softmax(const Map& x) {
  Map y = x;
  y.name = node("Softmax", {x.name});
  set("axis", std::int64_t{1});
  return y;
}

Map conv_act(Builder& b, const Map& x, std::int64_t outputs, const Window& window, Activation activation,
             std::int64_t groups) {
  return b.activate(b.conv(x, outputs, window, groups), activation);
}

}  // namespace trireme::zoo

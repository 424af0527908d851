// SPDX-License-Identifier: Apache-2.0
#include "zoo/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "support/error.h"

namespace trireme::zoo {
namespace {

constexpr std::int64_t kOpset = 13;

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

Builder::Builder(std::string name, bool full) : full_(full) {
  model_.set_ir_version(8);
  model_.set_producer_name("trireme zoo");
  model_.add_opset_import()->set_version(kOpset);
  if (!full) {
    auto* ours = model_.add_opset_import();
    ours->set_domain("trireme");
    ours->set_version(1);
  }
  model_.mutable_graph()->set_name(std::move(name));
}

void Builder::describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape) {
  info.set_name(name);
  auto* type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : shape) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

Map Builder::input(std::int64_t channels, std::int64_t height, std::int64_t width) {
  describe(*model_.mutable_graph()->add_input(), "input", {1, channels, height, width});
  return {"input", channels, height, width};
}

void Builder::output(const Map& map) {
  const bool flat = map.height == 0;
  output(map.name, flat ? Shape{1, map.channels} : Shape{1, map.channels, map.height, map.width});
}

void Builder::output(const std::string& value, const Shape& shape) {
  describe(*model_.mutable_graph()->add_output(), value, shape);
}

std::string Builder::fresh(const std::string& op) {
  std::string kind = op;
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return fmt::format("{}_{}", kind, counts_[kind]++);
}

std::string Builder::node(const std::string& op, const std::vector<std::string>& inputs) {
  onnx::NodeProto& proto = *model_.mutable_graph()->add_node();
  const std::string name = fresh(op);
  proto.set_op_type(op);
  proto.set_name(name);
  for (const std::string& input : inputs) proto.add_input(input);
  proto.add_output(name);
  return name;
}

onnx::NodeProto& Builder::last() {
  return *model_.mutable_graph()->mutable_node(model_.graph().node_size() - 1);
}

onnx::AttributeProto& Builder::attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *last().add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}
void Builder::set(const std::string& name, std::int64_t value) {
  attribute(name, onnx::AttributeProto::INT).set_i(value);
}
void Builder::set(const std::string& name, float value) {
  attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
}
void Builder::set(const std::string& name, const std::string& value) {
  attribute(name, onnx::AttributeProto::STRING).set_s(value);
}
void Builder::set(const std::string& name, const std::vector<std::int64_t>& values) {
  auto& list = attribute(name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) list.add_ints(value);
}

std::string Builder::integers(const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(fresh("integers"));
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return tensor.name();
}

std::string Builder::reals(const std::vector<float>& values, bool scalar) {
  onnx::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(fresh("reals"));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  if (!scalar) tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const float value : values) tensor.add_float_data(value);
  return tensor.name();
}

std::string Builder::draw(RandomWeights drawn) {
  drawn.seed = drawn_++;
  if (full_) {
    onnx::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
    tensor.set_name(fresh("weights"));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : drawn.shape) tensor.add_dims(dim);
    const Tensor values = trireme::draw(drawn);
    tensor.set_raw_data(values.bytes.data(), values.bytes.size());
    return tensor.name();
  }
  const std::string name = node("RandomWeights", {});
  last().set_domain("trireme");
  set("shape", drawn.shape);
  set("seed", static_cast<std::int64_t>(drawn.seed));
  set("scale", drawn.scale);
  set("distribution", std::string(name_of(drawn.distribution)));
  return name;
}

// A weight of scale 1 has the standard deviation 1.2325 (formats.md §11).
std::string Builder::weights(const Shape& shape, std::int64_t fan_in, float gain) {
  const double scale = double{gain} / (1.2325 * std::sqrt(static_cast<double>(fan_in)));
  return draw({shape, 0, static_cast<float>(scale), RandomWeights::Distribution::laplace});
}

std::string Builder::vector(std::int64_t channels, float scale, RandomWeights::Distribution distribution) {
  return draw({{channels}, 0, scale, distribution});
}

void Builder::set_window(const Window& w) {
  set("kernel_shape", Shape{w.kernel_h, w.kernel_w});
  set("strides", Shape{w.stride, w.stride});
  set("pads", Shape{w.top, w.left, w.bottom, w.right});
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

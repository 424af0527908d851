// SPDX-License-Identifier: Apache-2.0
#include "zoo/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace trireme::zoo {
namespace {

constexpr std::int64_t kOpset = 13;

}  // namespace

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

}  // namespace trireme::zoo

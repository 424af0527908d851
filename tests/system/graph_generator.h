// SPDX-License-Identifier: Apache-2.0
// Random graphs of a few nodes, of one data type, with scales that fit what the nodes compute.
#pragma once

#include <cmath>
#include <random>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/quantize/real_network.h"

namespace trireme {

class GraphGenerator {
 public:
  explicit GraphGenerator(std::uint64_t seed) : random_(seed) {
    constexpr DataType kTypes[] = {DataType::uint8,  DataType::int8,    DataType::uint8,
                                   DataType::int8,   DataType::int16,   DataType::int16,
                                   DataType::uint16, DataType::float32, DataType::float16};
    graph_.scales_from_model = true;
    type_ = kTypes[below(std::size(kTypes))];
    fixed_point_ = bytes_of(type_) <= 2 && !is_float(type_) && type_ != DataType::uint8 &&
                   type_ != DataType::uint16 && below(3) == 0;
  }

  Graph make() {
    ValueId x = add_value("data", {1, 1 + below(8), 3 + below(9), 3 + below(9)});
    graph_.inputs = {x};
    const int nodes = 2 + static_cast<int>(below(6));
    for (int i = 0; i < nodes; ++i) {
      x = next(x);
      if (is_float(type_)) x = add_node("tanh", {}, {x});  // else products leave float16's range
    }
    graph_.outputs = {x};
    if (is_float(type_)) make_real(graph_, type_);
    return std::move(graph_);
  }

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }

  // Of real numbers, what float16 holds exactly.
  Tensor codes(DataType type, const Shape& shape) {
    Tensor tensor(type, shape);
    if (is_float(type)) {
      Tensor real(DataType::float32, shape);
      for (std::int64_t i = 0; i < real.size(); ++i)
        real.data<float>()[i] = static_cast<float>(below(2001) - 1000) / 512;
      return convert(real, type);
    }
    for (std::uint8_t& byte : tensor.bytes) byte = static_cast<std::uint8_t>(random_());
    return tensor;
  }

 private:
  float scale() {
    return std::ldexp(1.0F + static_cast<float>(below(1 << 20)) / (1 << 20), -3 - static_cast<int>(below(5)));
  }

  std::int32_t zero_point(DataType type) {
    switch (type) {
      case DataType::uint8:
        return static_cast<std::int32_t>(below(256));
      case DataType::int8:
        return static_cast<std::int32_t>(below(256)) - 128;
      case DataType::uint16:
        return static_cast<std::int32_t>(below(65536));
      default:
        return below(2) == 0 ? 0 : static_cast<std::int32_t>(below(65536)) - 32768;
    }
  }

  Quantization parameters(DataType type) {
    Quantization q;
    q.dtype = type;
    if (is_float(type)) {
      q.dtype = DataType::float32;  // until make_real
      return q;
    }
    q.scheme = fixed_point_ ? Quantization::Scheme::fixed_point : Quantization::Scheme::affine;
    if (fixed_point_) {
      q.fl = 3 + static_cast<int>(below(5)) + (type == DataType::int16 ? 6 : 0);
      return q;
    }
    q.scale = {bytes_of(type) == 1 ? scale() : scale() / 128};
    q.zero_point = {zero_point(type)};
    return q;
  }

  ValueId add_value(const std::string& name, Shape shape) {
    Value value;
    value.name = graph_.unique_name(name);
    value.shape = std::move(shape);
    value.quantization = parameters(type_);
    return graph_.add_value(std::move(value));
  }

  ValueId add_node(const std::string& op, std::any attributes, std::vector<ValueId> inputs,
                   bool keeps = false) {
    Node node;
    node.name = graph_.unique_name(op);
    node.op = op;
    node.attributes = std::move(attributes);
    node.inputs = std::move(inputs);
    node.outputs = {add_value(op + "_out", {})};
    if (keeps) graph_.values[node.outputs[0]].quantization = graph_.values[node.inputs[0]].quantization;
    infer_node(graph_, node);
    const ValueId out = node.outputs[0];
    graph_.add_node(std::move(node));
    return out;
  }

  ValueId constant(const std::string& name, Tensor tensor, Quantization q) {
    Value value;
    value.name = graph_.unique_name(name);
    value.shape = tensor.shape;
    value.quantization = std::move(q);
    value.constant = std::make_shared<const Tensor>(std::move(tensor));
    return graph_.add_value(std::move(value));
  }

  // int8 weights with a scale along `axis`, or weights of the activations' type (of int8 for uint16) with
  // one.
  ValueId weight(const Shape& shape, int axis = 0) {
    const bool real = is_float(type_), per_channel = !real && !fixed_point_ && below(2) == 0;
    const bool int8 = per_channel || type_ == DataType::uint16 || (type_ == DataType::int16 && below(2) == 0);
    Quantization q = parameters(int8 ? DataType::int8 : type_);
    if (per_channel) {
      q.channel_axis = axis;
      q.scale.clear();
      for (std::int64_t i = 0; i < shape[static_cast<std::size_t>(axis)]; ++i) q.scale.push_back(scale());
      q.zero_point.assign(q.scale.size(), 0);
    }
    return constant("weight", codes(real ? DataType::float32 : q.dtype, shape), q);
  }

  ValueId bias(ValueId data, ValueId weight_id, std::int64_t channels) {
    if (is_float(type_)) return constant("bias", codes(DataType::float32, {channels}), {});
    Quantization q = graph_.values[weight_id].quantization;
    const Quantization& of_data = graph_.values[data].quantization;
    const bool wide = bytes_of(type_) > 1 || q.dtype == DataType::int16;
    q.dtype = wide ? DataType::int64 : DataType::int32;
    if (q.per_channel()) q.channel_axis = 0;
    q.fl += of_data.fl;
    for (float& s : q.scale) s *= of_data.scale[0];
    q.zero_point.assign(q.scale.size(), 0);
    Tensor tensor(q.dtype, {channels});
    for (std::int64_t i = 0; i < channels; ++i) {
      const std::int64_t code = below(4001) - 2000;
      if (wide) {
        tensor.data<std::int64_t>()[i] = code * 1024;
      } else {
        tensor.data<std::int32_t>()[i] = static_cast<std::int32_t>(code);
      }
    }
    return constant("bias", std::move(tensor), std::move(q));
  }

  ValueId convolution(ValueId x) {
    const Shape shape = graph_.values[x].shape;
    const std::int64_t kind = below(3);  // dense, depthwise, two groups
    const std::int64_t groups = kind == 1 ? shape[1] : kind == 2 && shape[1] % 2 == 0 ? 2 : 1;
    const std::int64_t out = kind == 1 ? shape[1] * (1 + below(2)) : groups * (1 + below(5));
    Window w;
    w.kernel_h = 1 + below(3), w.kernel_w = 1 + below(3);
    w.stride_h = w.stride_w = 1 + below(2);
    w.dilation_h = w.dilation_w = 1 + below(2);
    w.pad_top = below(2), w.pad_left = below(2), w.pad_bottom = below(2), w.pad_right = below(2);
    if ((w.kernel_h - 1) * w.dilation_h >= shape[2] || (w.kernel_w - 1) * w.dilation_w >= shape[3]) return x;
    const ValueId kernel = weight({out, shape[1] / groups, w.kernel_h, w.kernel_w});
    return add_node("convolution", ConvolutionAttributes{w, groups, kind == 1},
                    {x, kernel, bias(x, kernel, out)});
  }

  ValueId pooling(ValueId x) {
    const Shape& shape = graph_.values[x].shape;
    if (shape[2] < 2 || shape[3] < 2) return x;
    PoolingAttributes a;
    a.type = below(2) == 0 ? PoolingAttributes::Type::max : PoolingAttributes::Type::avg;
    a.window.kernel_h = a.window.kernel_w = 2;
    a.window.stride_h = a.window.stride_w = 1 + below(2);
    a.window.pad_top = below(2), a.window.pad_left = below(2);
    a.window.pad_bottom = below(2), a.window.pad_right = below(2);
    a.ceil_mode = below(2) == 0;
    a.count_include_pad = below(2) == 0;
    return add_node("pooling", a, {x}, true);
  }

  ValueId deconvolution(ValueId x) {
    const Shape shape = graph_.values[x].shape;
    if (shape[2] > 12 || shape[3] > 12) return x;
    DeconvolutionAttributes a;
    a.groups = shape[1] % 2 == 0 && below(3) == 0 ? 2 : 1;
    Window& w = a.window;
    w.kernel_h = 1 + below(4), w.kernel_w = 1 + below(4);
    w.stride_h = 1 + below(3), w.stride_w = 1 + below(3);
    w.dilation_h = 1 + below(2);
    w.pad_top = below(2), w.pad_left = below(2), w.pad_bottom = below(2), w.pad_right = below(2);
    a.output_pad_h = below(w.stride_h);
    const std::int64_t full_h = (shape[2] - 1) * w.stride_h + (w.kernel_h - 1) * w.dilation_h + 1;
    const std::int64_t full_w = (shape[3] - 1) * w.stride_w + w.kernel_w;
    if (full_h < 3 || full_w < 3) return x;
    const std::int64_t out = 1 + below(4);
    // A scale a channel belongs to one group only: axis 1 counts the channels of a group.
    const ValueId kernel = a.groups == 1 ? weight({shape[1], out, w.kernel_h, w.kernel_w}, 1)
                                         : constant_weight({shape[1], out, w.kernel_h, w.kernel_w});
    return add_node("deconvolution", a, {x, kernel, bias(x, kernel, out * a.groups)});
  }

  ValueId constant_weight(const Shape& shape) {
    const Quantization q = parameters(type_);
    return constant("weight", codes(is_float(type_) ? DataType::float32 : q.dtype, shape), q);
  }

  // The rest of the graph goes on with an image of one row a neuron.
  ValueId fullconnect(ValueId x) {
    const Shape shape = graph_.values[x].shape;
    const std::int64_t in = shape[1] * shape[2] * shape[3], out = 4 * (1 + below(4));
    const ValueId kernel = weight({out, in});
    const ValueId dense =
        add_node("fullconnect", FullconnectAttributes{1}, {x, kernel, bias(x, kernel, out)});
    return add_node("reshape", ReshapeAttributes{{1, out / 4, 2, 2}}, {dense}, true);
  }

  // x times its own transpose, whose parameters are others.
  ValueId matmul(ValueId x) {
    const ValueId turned = add_node("permute", PermuteAttributes{{0, 1, 3, 2}}, {x}, true);
    return add_node("matmul", {}, {x, turned});
  }

  ValueId reduce(ValueId x) {
    ReduceAttributes a;
    a.type = below(2) == 0 ? ReduceAttributes::Type::mean : ReduceAttributes::Type::max;
    a.axes = {1};
    return add_node("reduce", a, {x});
  }

  ValueId slice(ValueId x) {
    const Shape& shape = graph_.values[x].shape;
    if (shape[2] < 4) return x;
    return add_node("slice",
                    SliceAttributes{{0, 0, 1, 0}, {shape[0], shape[1], shape[2] - 1, shape[3]}, {1, 1, 1, 1}},
                    {x}, true);
  }

  // Rows of length 1: TensorFlow Lite has them in codes of 1/128.
  ValueId l2_normalize(ValueId x) {
    NormAttributes a;
    a.axis = 3;
    const ValueId out = add_node("l2normalize", a, {x});
    Quantization& q = graph_.values[out].quantization;
    if (q.quantized() && !fixed_point_ && below(4) != 0) {
      q.scale = {0x1p-7F};
      q.zero_point = {type_ == DataType::uint8 ? 128 : 0};
    }
    return out;
  }

  // By constants that are not zero, which TensorFlow Lite refuses.
  ValueId divide(ValueId x) {
    const Quantization q = parameters(type_);
    Tensor divisor = codes(is_float(type_) ? DataType::float32 : type_, graph_.values[x].shape);
    const std::int32_t zero = q.zero_point.empty() ? 0 : q.zero_point[0];
    for (std::int64_t i = 0; i < divisor.size(); ++i) {
      if (is_float(type_)) {
        float& real = divisor.data<float>()[i];
        if (std::fabs(real) < 0.25F) real = 0.25F;
      } else {  // another code in its low byte is another code
        std::uint8_t& low = divisor.bytes[static_cast<std::size_t>(i) * bytes_of(type_)];
        if (low == static_cast<std::uint8_t>(zero)) low ^= 1;
      }
    }
    return add_node("divide", {}, {x, constant("divisor", std::move(divisor), q)});
  }

  ValueId unary(ValueId x) {
    switch (below(8)) {
      case 0:
        return add_node("relu", {}, {x}, below(2) == 0);
      case 1:
        return add_node("relun", ClipAttributes{-1, 6}, {x}, below(2) == 0);
      case 2:
        return add_node("sigmoid", {}, {x});
      case 3:
        return add_node("tanh", {}, {x});
      case 4:
        return add_node("softmax", SoftmaxAttributes{3}, {x});
      case 5:
        return l2_normalize(x);
      case 6:
        return divide(x);
      default:
        return add_node("leakyrelu", LeakyReluAttributes{0.1F}, {x});
    }
  }

  // x and itself with other parameters; real numbers have none.
  ValueId pair(ValueId x) {
    constexpr const char* kOps[] = {"add", "subtract", "multiply", "maximum"};
    const ValueId other = is_float(type_) ? add_node("tanh", {}, {x}) : add_node("quantize", {}, {x});
    const std::int64_t which = below(5);
    if (which == 4) return add_node("concat", ConcatAttributes{1}, {x, other});
    return add_node(kOps[which], {}, {x, other});
  }

  ValueId next(ValueId x) {
    switch (below(14)) {
      case 0:
      case 1:
      case 2:
        return convolution(x);
      case 3:
        return deconvolution(x);
      case 4:
        return fullconnect(x);
      case 5:
        return matmul(x);
      case 6:
        return pooling(x);
      case 7:
      case 8:
        return unary(x);
      case 9:
      case 10:
        return pair(x);
      case 11:
        return below(2) == 0 ? reduce(x) : slice(x);
      case 12:
        return add_node("permute", PermuteAttributes{{0, 1, 3, 2}}, {x}, true);
      default:
        return add_node("pad", PadAttributes{PadAttributes::Mode::constant, {0, 0, 1, 0}, {0, 0, 0, 1}, 0},
                        {x}, true);
    }
  }

  std::mt19937_64 random_;
  DataType type_;
  bool fixed_point_ = false;
  Graph graph_;
};

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

void require(bool holds, const std::string& what, const std::string& hint) {
  if (!holds) throw Error("", what, hint);
}

void require_u8(const Value& value) {
  const Quantization& q = value.quantization;
  require(q.quantized(), "value '" + value.name + "' has no quantization parameters",
          "run `trireme quantize` first");
  const bool supported = q.scheme == Quantization::Scheme::affine && q.dtype == DataType::uint8 &&
                         !q.per_channel() && q.scale.size() == 1 && q.zero_point.size() == 1;
  require(supported, "value '" + value.name + "' is quantized as " + to_string(q),
          "this version compiles asymmetric_affine uint8 with one scale a tensor");
}

const Tensor& require_constant(const Graph& graph, const Node& node, std::size_t input, const char* role) {
  const ValueId id = input < node.inputs.size() ? node.inputs[input] : kNone;
  require(id != kNone && graph.values[id].constant != nullptr,
          std::string("its ") + role + " is not a constant", "weights must be known when compiling");
  return *graph.values[id].constant;
}

void require_image(const Value& value) {
  const Shape& shape = value.shape;
  const std::string text = "value '" + value.name + "' has shape " + to_string(shape);
  require(shape.size() == 4, text, "the engines work on images of shape [1,C,H,W]");
  require(shape[0] == 1, text, kBatchHint);
  require(shape[1] <= kMaxChannels && shape[2] <= kMaxImageSize && shape[3] <= kMaxImageSize, text,
          fmt::format("at most {} channels and {} rows and columns", kMaxChannels, kMaxImageSize));
}

void require_scale_of_bias(const Graph& graph, const Node& node) {
  const Value& bias = graph.values[node.inputs[2]];
  const Quantization& q = bias.quantization;
  require(q.quantized() && q.dtype == DataType::int32 && q.scale.size() == 1,
          "its bias '" + bias.name + "' is not int32 with one scale", "quantize the network again");
  const double expected = double{graph.values[node.inputs[0]].quantization.scale[0]} *
                          double{graph.values[node.inputs[1]].quantization.scale[0]};
  require(std::abs(double{q.scale[0]} - expected) <= 1e-5 * expected,
          fmt::format("its bias scale {} is not input scale times weight scale, {}", q.scale[0], expected),
          "quantize the network again");
}

PostProcessing saturating_post() {
  PostProcessing post{};
  post.clamp_low = 0;
  post.clamp_high = 255;
  return post;
}

JobHeader header_for(Engine engine, std::uint8_t operation) {
  JobHeader header{};
  header.engine = static_cast<std::uint8_t>(engine);
  header.operation = operation;
  header.signal_event = kNoEvent;
  std::fill(std::begin(header.wait_events), std::end(header.wait_events), kNoEvent);
  return header;
}

}  // namespace trireme

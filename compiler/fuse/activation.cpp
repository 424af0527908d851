// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "compiler/fuse/rules.h"
#include "model/graph/attributes.h"
#include "model/quant/quantization.h"

namespace trireme {

namespace {

struct Clamp {
  std::int32_t low, high;
};

// The codes an activation lets pass; empty for one that is no clamp.
std::optional<Clamp> clamp_of(const Node& node, const Quantization& quantization) {
  const auto code = [&](float real) {
    const Tensor one = quantize(Tensor::of<float>({1}, {real}), quantization);
    return one.dtype == DataType::int8 ? std::int32_t{*one.data<std::int8_t>()}
                                       : std::int32_t{*one.data<std::uint8_t>()};
  };
  const bool codes8 = quantization.quantized() && !quantization.per_channel() &&
                      (quantization.dtype == DataType::uint8 || quantization.dtype == DataType::int8);
  if (!codes8) return std::nullopt;
  if (node.op == "relu") return Clamp{code(0), quantization.dtype == DataType::int8 ? 127 : 255};
  if (node.op != "relun") return std::nullopt;
  const auto& clip = attributes<ClipAttributes>(node);
  return Clamp{code(clip.min), code(clip.max)};
}

// The post-processing of jobs whose results pass a clamp anyway; null for the others.
PostProcessing* clamping_post(Job& job) {
  if (auto* nne = std::get_if<NneJob>(&job)) return &nne->post;
  auto* tp = std::get_if<TpJob>(&job);
  if (tp == nullptr) return nullptr;
  const auto operation = static_cast<TpOperation>(tp->header.operation);
  const bool clamps = operation == TpOperation::fully_connected || operation == TpOperation::max_pool ||
                      operation == TpOperation::avg_pool;
  return clamps ? &tp->post : nullptr;
}

}  // namespace

bool fuse_activation(const Graph& graph, const Node& follower, Job& job) {
  PostProcessing* post = clamping_post(job);
  const Quantization& quantization = graph.values[follower.inputs[0]].quantization;
  if (post == nullptr || !same_parameters(quantization, graph.values[follower.outputs[0]].quantization))
    return false;
  const std::optional<Clamp> clamp = clamp_of(follower, quantization);
  if (!clamp || clamp->low > clamp->high) return false;
  post->clamp_low = std::clamp(post->clamp_low, clamp->low, clamp->high);
  post->clamp_high = std::clamp(post->clamp_high, clamp->low, clamp->high);
  return true;
}

}  // namespace trireme

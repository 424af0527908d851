// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "compiler/fuse/rules.h"
#include "compiler/place/clamp.h"

namespace trireme {

namespace {

// The post-processing of jobs whose results pass a clamp anyway; null for the others.
PostProcessing* clamping_post(Job& job) {
  if (auto* nne = std::get_if<NneJob>(&job)) return nne->activation == 0 ? &nne->post : nullptr;
  auto* tp = std::get_if<TpJob>(&job);
  if (tp == nullptr) return nullptr;
  const auto operation = static_cast<TpOperation>(tp->header.operation);
  const bool clamps = operation == TpOperation::fully_connected || operation == TpOperation::max_pool ||
                      operation == TpOperation::avg_pool;
  return clamps ? &tp->post : nullptr;
}

}  // namespace

bool fuse_activation(const Graph& graph, RequantRule rule, const Node& follower, Job& job) {
  PostProcessing* post = clamping_post(job);
  const Quantization& quantization = graph.values[follower.inputs[0]].quantization;
  if (post == nullptr || !same_parameters(quantization, graph.values[follower.outputs[0]].quantization))
    return false;
  const std::optional<CodeRange> clamp = clamp_of(follower, quantization, rule);
  if (!clamp || clamp->low > clamp->high) return false;
  post->clamp_low = std::clamp(post->clamp_low, clamp->low, clamp->high);
  post->clamp_high = std::clamp(post->clamp_high, clamp->low, clamp->high);
  return true;
}

bool fuse_table(const Graph& graph, const Chip& chip, const Node& follower, Job& job) {
  auto* nne = std::get_if<NneJob>(&job);
  const bool plain =
      nne != nullptr && !is(*nne, NneOperation::add) && nne->pool_type == 0 && nne->activation == 0;
  if (!plain) return false;
  const Quantization& from = graph.values[data_input(graph, follower)].quantization;
  const Quantization& to = graph.values[follower.outputs[0]].quantization;
  if (from.dtype != to.dtype || bytes_of(from.dtype) != 1) return false;
  const bool slopes = follower.op == "leakyrelu" || follower.op == "relu";
  if (slopes && chip.nne.leaky_relu) {
    nne->activation = static_cast<std::uint8_t>(NneActivation::slopes);
  } else if (chip.nne.lut_lanes > 0) {
    nne->activation = static_cast<std::uint8_t>(NneActivation::table);
  } else {
    return false;
  }
  return true;
}

}  // namespace trireme

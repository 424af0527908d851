// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "compiler/plan/plan.h"
#include "support/text.h"

namespace trireme {

namespace {

std::string view_text(const TensorView& view) {
  return fmt::format("{}x{}x{} {} zp {}{}", view.channels, view.height, view.width,
                     short_name_of(static_cast<DataType>(view.dtype)), view.zero_point,
                     view.address == 0 ? "" : fmt::format(" at {:#010x}", view.address));
}

template <typename AnyJob>
std::string views_text(const AnyJob& job) {
  return fmt::format("    in  {}\n    out {}\n", view_text(job.input), view_text(job.output));
}

std::string post_text(const PostProcessing& post) {
  const auto rule = static_cast<RequantRule>(post.rule);
  return fmt::format("    clamp {}..{}{}\n", post.clamp_low, post.clamp_high,
                     post.requantizer.multiplier == 0
                         ? ""
                         : fmt::format(" rule {} multiplier {:#010x} shift {}", name_of(rule),
                                       post.requantizer.multiplier, post.requantizer.shift));
}

std::string text_of_add(const NneJob& job) {
  return fmt::format("    in  {}\n    {}   {}\n    out {}\n", view_text(job.input),
                     job.subtract != 0 ? "-" : "+", view_text(job.input2), view_text(job.output)) +
         post_text(job.post);
}

std::string text(const NneJob& job) {
  if (is(job, NneOperation::add)) return text_of_add(job);
  static const char* const kKinds[] = {"dense", "depthwise", "", "product"};
  std::string out = views_text(job);
  out += fmt::format("    {} {}x{} stride {}x{} pad {},{} result {}x{}", kKinds[job.header.operation],
                     job.kernel_h, job.kernel_w, job.stride_h, job.stride_w, job.pad_top, job.pad_left,
                     job.conv_height, job.conv_width);
  if (job.activation != 0)
    out += job.activation == static_cast<std::uint8_t>(NneActivation::slopes) ? " slopes" : " table";
  if (job.pool_type != 0) out += fmt::format(" max pool {}/{}", job.pool_kernel, job.pool_stride);
  out += "\n" + post_text(job.post);
  if (job.tile_w != 0) {
    out += fmt::format("    tile {}x{} interleave {} kernels {} superblocks {}\n", job.tile_h, job.tile_w,
                       job.interleave, job.kernels_per_core, job.superblocks);
  }
  if (job.coefficients != 0) {
    out += fmt::format("    coefficients {:#010x} {} B bias {:#010x}\n", job.coefficients,
                       job.coefficient_bytes, job.bias);
  }
  if (job.kernel_cache_bytes != 0) {
    out += fmt::format("    kernel cache {:#010x} {} B\n", job.kernel_cache, job.kernel_cache_bytes);
  }
  if (job.image_cache_bytes != 0) {
    out += fmt::format("    image cache {:#010x} {} B\n", job.image_cache, job.image_cache_bytes);
  }
  return out;
}

const char* name_of_operation(std::uint8_t operation) {
  switch (static_cast<TpOperation>(operation)) {
    case TpOperation::max_pool:
      return "max_pool";
    case TpOperation::avg_pool:
      return "avg_pool";
    case TpOperation::transpose:
      return "transpose";
    case TpOperation::lut:
      return "lut";
    case TpOperation::fully_connected:
      return "fully_connected";
    case TpOperation::copy:
      return "copy";
    case TpOperation::reshuffle:
      return "reshuffle";
    case TpOperation::lrn:
      return "lrn";
  }
  internal_error("unknown TP operation");
}

std::string text_of_reshuffle(const TpJob& job) {
  std::string out =
      fmt::format("    {} elements of {} B", job.fills != 0 ? "fill" : "reshuffle", job.element_bytes);
  for (const CopyDimension& d : job.dimensions) {
    if (d.count != 1) out += fmt::format(" {}:{}:{}", d.count, d.input_stride, d.output_stride);
  }
  return out + "\n";
}

std::string text(const TpJob& job) {
  const auto operation = static_cast<TpOperation>(job.header.operation);
  if (operation == TpOperation::reshuffle) return text_of_reshuffle(job);
  std::string out = views_text(job) + "    " + name_of_operation(job.header.operation);
  if (operation == TpOperation::max_pool || operation == TpOperation::avg_pool) {
    out +=
        fmt::format(" {}x{} stride {}x{} pad {},{}{}", job.kernel_h, job.kernel_w, job.stride_h, job.stride_w,
                    job.pad_top, job.pad_left, job.count_include_pad != 0 ? " counting pads" : "");
  }
  if (operation == TpOperation::transpose) {
    out += fmt::format(" {},{},{}", job.perm[0], job.perm[1], job.perm[2]);
  }
  if (operation == TpOperation::lrn) {
    out += fmt::format(" size {} alpha {} beta {} bias {}", job.lrn.size, job.lrn.alpha, job.lrn.beta,
                       job.lrn.bias);
  }
  out += "\n" + post_text(job.post);
  if (job.table != 0) out += fmt::format("    table {:#010x} {} B\n", job.table, job.table_bytes);
  if (job.bias != 0) out += fmt::format("    bias {:#010x}\n", job.bias);
  return out;
}

std::string text(const PpuJob& job) {
  std::string out = fmt::format("    threads {}\n", job.threads);
  if (job.program != 0) out += fmt::format("    program {:#010x} {} B\n", job.program, job.program_bytes);
  return out;
}

std::string text(const HostJob& job) { return fmt::format("    step of {} B\n", job.step_bytes); }

std::string head(const Plan& plan, const PlannedLayer& layer) {
  const Node& node = plan.graph.nodes[layer.node];
  std::string out = fmt::format(
      "{:<2} {} {} : {} -> {}", layer.jobs.empty() ? "--" : name_of(engine_of(layer.jobs[0].job)), node.op,
      node.name, plan.graph.values[layer.input].name, plan.graph.values[layer.output].name);
  for (const NodeId merged : layer.merged) out += " + " + plan.graph.nodes[merged].name;
  return out + "\n    " + layer.reason + "\n";
}

std::string buffers_text(const Plan& plan) {
  std::string out;
  for (const Buffer& buffer : plan.buffers) {
    out += fmt::format("{:#010x} {:>8} {:<12} jobs {}..{} {}\n", buffer.address, buffer.bytes, buffer.kind,
                       buffer.first_job, buffer.last_job, buffer.name);
  }
  return out;
}

}  // namespace

std::string dump(const Plan& plan) {
  std::string out;
  for (const PlannedLayer& layer : plan.layers) {
    out += head(plan, layer);
    for (const PlannedJob& planned : layer.jobs) {
      out += std::visit([](const auto& job) { return text(job); }, planned.job);
      std::vector<std::string> waits;
      for (const std::uint32_t job : planned.waits) waits.push_back(std::to_string(job));
      if (!waits.empty()) out += "    after jobs " + join(waits, ", ") + "\n";
    }
  }
  return out + buffers_text(plan);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "isa/job.h"

namespace trireme {

namespace {

template <std::size_t count>
std::string named(const std::array<const char*, count>& names, unsigned value) {
  return value < count ? names[value] : fmt::format("?{}", value);
}

constexpr std::array<const char*, 4> kNneNames = {"convolution", "depthwise", "add", "matmul"};
constexpr std::array<const char*, 8> kTpNames = {"max_pool",        "avg_pool", "transpose", "lut",
                                                 "fully_connected", "copy",     "reshuffle", "lrn"};

std::string header_text(const JobHeader& header, const char* engine, const std::string& operation) {
  std::string waits;
  for (const std::uint16_t event : header.wait_events) {
    if (event != kNoEvent) waits += fmt::format("{}{}", waits.empty() ? "" : ",", event);
  }
  std::string text = fmt::format("job {} {} {} layer {}", header.job, engine, operation, header.layer);
  if (!waits.empty()) text += " wait " + waits;
  if (header.signal_event != kNoEvent) text += fmt::format(" signal {}", header.signal_event);
  return text;
}

std::string view_text(const TensorView& view) {
  const bool known = view.dtype <= static_cast<std::uint8_t>(DataType::boolean);
  return fmt::format(
      "{}[{}x{}x{}]@0x{:08x}/{}/{} zp {}",
      known ? short_name_of(static_cast<DataType>(view.dtype)) : fmt::format("?{}", view.dtype), view.width,
      view.height, view.channels, view.address, view.row_stride, view.plane_stride, view.zero_point);
}

std::string post_text(const PostProcessing& post) {
  const bool known = post.rule <= static_cast<std::uint8_t>(RequantRule::tflm_single) &&
                     post.ties <= static_cast<std::uint8_t>(Ties::half_away);
  const std::string rule = known ? fmt::format("{}/{}", name_of(static_cast<RequantRule>(post.rule)),
                                               name_of(static_cast<Ties>(post.ties)))
                                 : fmt::format("?{}/?{}", post.rule, post.ties);
  const std::string multiplier =
      post.per_channel != 0
          ? fmt::format("table@0x{:08x}", post.requantizer_address)
          : fmt::format("0x{:08x}>>{}", post.requantizer.multiplier, post.requantizer.shift);
  return fmt::format("requantize {} {} clamp {}..{}", rule, multiplier, post.clamp_low, post.clamp_high);
}

std::string cache_text(const char* name, Address address, std::uint32_t bytes) {
  return bytes == 0 ? std::string() : fmt::format(" {} 0x{:08x}+{}", name, address, bytes);
}

std::string text_of_add(const NneJob& job) {
  return fmt::format("{} in {} {} {} out {} scales 0x{:08x} {}",
                     header_text(job.header, "NN", named(kNneNames, job.header.operation)),
                     view_text(job.input), job.subtract != 0 ? "-" : "+", view_text(job.input2),
                     view_text(job.output), job.post.requantizer_address, post_text(job.post));
}

std::string text_of(const NneJob& job) {
  if (is(job, NneOperation::add)) return text_of_add(job);
  std::string text =
      fmt::format("{} in {} out {} conv {}x{} kernel {}x{} stride {}x{} dilation {}x{} pad {},{}",
                  header_text(job.header, "NN", named(kNneNames, job.header.operation)), view_text(job.input),
                  view_text(job.output), job.conv_width, job.conv_height, job.kernel_w, job.kernel_h,
                  job.stride_w, job.stride_h, job.dilation_w, job.dilation_h, job.pad_left, job.pad_top);
  if (job.activation != 0) {
    const bool slopes = job.activation == static_cast<std::uint8_t>(NneActivation::slopes);
    text += fmt::format(" {} 0x{:08x}", slopes ? "slopes" : "table", job.table);
  }
  if (job.pool_type != 0) text += fmt::format(" pool max {}/{}", job.pool_kernel, job.pool_stride);
  text += fmt::format(" tile {}x{} m {} kernels {} x {} groups {} weights 0x{:08x}+{} zp {} bias 0x{:08x} {}",
                      job.tile_w, job.tile_h, job.interleave, job.kernels_per_core, job.superblocks,
                      job.groups, job.coefficients, job.coefficient_bytes, job.weight_zero_point, job.bias,
                      post_text(job.post));
  return text + cache_text("kernel cache", job.kernel_cache, job.kernel_cache_bytes) +
         cache_text("image cache", job.image_cache, job.image_cache_bytes);
}

std::string text_of_reshuffle(const TpJob& job) {
  std::string text = header_text(job.header, "TP", "reshuffle");
  text += job.fills != 0 ? fmt::format(" fill 0x{:x},0x{:x}", job.fill[0], job.fill[1])
                         : fmt::format(" in 0x{:08x}", job.input.address);
  text += fmt::format(" out 0x{:08x} elements of {} B", job.output.address, job.element_bytes);
  for (const CopyDimension& d : job.dimensions) {
    if (d.count != 1) text += fmt::format(" {}:{}:{}", d.count, d.input_stride, d.output_stride);
  }
  return text;
}

std::string text_of(const TpJob& job) {
  const auto operation = static_cast<TpOperation>(job.header.operation);
  if (operation == TpOperation::reshuffle) return text_of_reshuffle(job);
  std::string text =
      fmt::format("{} in {} out {}", header_text(job.header, "TP", named(kTpNames, job.header.operation)),
                  view_text(job.input), view_text(job.output));
  if (operation == TpOperation::max_pool || operation == TpOperation::avg_pool) {
    text += fmt::format(" kernel {}x{} stride {}x{} pad {},{}", job.kernel_w, job.kernel_h, job.stride_w,
                        job.stride_h, job.pad_left, job.pad_top);
  }
  if (operation == TpOperation::avg_pool) {
    text += fmt::format(" scales {} {}{}", job.input_scale, job.output_scale,
                        job.count_include_pad != 0
                            ? fmt::format(" counting pads to {},{}", job.pad_right, job.pad_bottom)
                            : "");
  }
  if (operation == TpOperation::lrn) {
    text += fmt::format(" scales {} {} size {} alpha {} beta {} bias {}", job.input_scale, job.output_scale,
                        job.lrn.size, job.lrn.alpha, job.lrn.beta, job.lrn.bias);
  }
  if (operation == TpOperation::transpose) {
    text += fmt::format(" perm {},{},{}", job.perm[0], job.perm[1], job.perm[2]);
  }
  if (operation == TpOperation::lut || operation == TpOperation::fully_connected) {
    text += fmt::format(" table 0x{:08x}+{}", job.table, job.table_bytes);
  }
  if (operation == TpOperation::fully_connected) {
    text += fmt::format(" zp {} bias 0x{:08x}", job.weight_zero_point, job.bias);
  }
  return text + " " + post_text(job.post);
}

std::string operands_text(const OperandRange (&operands)[kOperandRanges]) {
  std::string text;
  for (const OperandRange& operand : operands) {
    if (operand.access == OperandRange::unused) continue;
    text += fmt::format(" {} 0x{:08x}+{}", operand.access == OperandRange::write ? "out" : "in",
                        operand.address, operand.bytes);
  }
  return text;
}

std::string text_of(const PpuJob& job) {
  std::string text =
      fmt::format("{}{} program 0x{:08x}+{} threads {} uniforms", header_text(job.header, "SH", "program"),
                  operands_text(job.operands), job.program, job.program_bytes, job.threads);
  int used = kPpuUniforms;
  while (used > 0 && job.uniforms[used - 1] == 0) --used;
  for (int i = 0; i < used; ++i) text += fmt::format(" 0x{:x}", job.uniforms[i]);
  return text;
}

std::string text_of(const HostJob& job) {
  return fmt::format("{}{} step 0x{:08x}+{}", header_text(job.header, "CPU", "step"),
                     operands_text(job.operands), job.step, job.step_bytes);
}

}  // namespace

std::string print(const Job& job) {
  return std::visit([](const auto& descriptor) { return text_of(descriptor); }, job);
}

}  // namespace trireme

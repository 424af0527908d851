// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isa/network_check.h"
#include "isa/network_ranges.h"
#include "isa/ppu.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxInstructions = std::int64_t{1} << 40;  // of one job; hours of simulation

class JobCheck {
 public:
  JobCheck(const NetworkBinary& binary, const Chip& chip, std::string where, Problems& problems)
      : binary_(binary), chip_(chip), where_(std::move(where)), problems_(problems) {}

  void operator()(const NneJob& job);
  void operator()(const TpJob& job);
  void operator()(const PpuJob& job);
  void operator()(const HostJob& job);

 private:
  void problem(const std::string& what, const std::string& hint) { problems_.add(where_, what, hint); }

  void in_range(const char* field, std::int64_t value, std::int64_t min, std::int64_t max) {
    if (value < min || value > max)
      problem(fmt::format("{} is {}", field, value), fmt::format("{} to {}", min, max));
  }

  void in_memory(const char* what, const ByteRange& range) {
    const std::string outside = range.empty() ? "it is empty" : outside_memory(range, chip_);
    if (!outside.empty())
      problem(fmt::format("{}: {}", what, outside), "sizes and addresses do not fit the chip");
  }

  // Data that no job writes must be there from the beginning. The segment that has it, or null.
  const Segment* constant(const char* what, const ByteRange& range) {
    const auto found = std::find_if(
        binary_.segments.begin(), binary_.segments.end(),
        [&](const Segment& segment) { return !range.empty() && range_of(segment).holds(range); });
    if (found != binary_.segments.end()) return &*found;
    problem(fmt::format("{}: 0x{:x} to 0x{:x} is in no segment", what, range.begin, range.end),
            "it has no content when the network starts");
    return nullptr;
  }

  void written(const ByteRange& range) {
    in_memory("output", range);
    for (const Segment& segment : binary_.segments) {
      if (range.meets(range_of(segment))) {
        problem(fmt::format("writes over segment '{}'", segment.name), "constants must survive a run");
      }
    }
  }

  void views(const TensorView& input, const TensorView& output) {
    in_memory("input", range_of(input));
    written(range_of(output));
  }

  void operands(const OperandRange (&list)[kOperandRanges]) {
    for (const OperandRange& operand : list) {
      const ByteRange range = range_of(operand.address, operand.bytes);
      if (operand.access == OperandRange::read) in_memory("operand", range);
      if (operand.access == OperandRange::write) written(range);
    }
  }

  void reshuffle(const TpJob& job);
  void scales(const TpJob& job);
  void lrn(const TpJob& job);
  void add(const NneJob& job);
  void activation(const NneJob& job);
  void coefficients(const NneJob& job);
  void groups(const NneJob& job);

  void requantizers(const PostProcessing& post, std::uint64_t channels) {
    if (post.per_channel != 0) {
      constant("requantizers", range_of(post.requantizer_address, channels * sizeof(Requantizer)));
    }
    if (post.clamp_low > post.clamp_high) {
      problem(fmt::format("clamps to {}..{}", post.clamp_low, post.clamp_high), "low is at most high");
    }
  }

  void codes(const char* what, std::uint8_t dtype) {
    const auto type = static_cast<DataType>(dtype);
    if (type == DataType::int8 || type == DataType::uint8 || type == DataType::int16) return;
    problem(fmt::format("{} of type {}", what, name_of(type)), "int8, uint8 or int16");
  }

  void cache(const char* what, Address address, std::uint32_t bytes) {
    if (bytes == 0) return;
    in_memory(what, range_of(address, bytes));
    if (memory_of(address) != Memory::vip_sram) {
      problem(fmt::format("{} is in {}", what, name_of(memory_of(address))), "caches are in the VIP-SRAM");
    }
  }

  void prefetch(const NneJob& job);
  void program(const PpuJob& job, const Segment& segment);

  const NetworkBinary& binary_;
  const Chip& chip_;
  std::string where_;
  Problems& problems_;
};

bool is_code8(std::uint8_t dtype) {
  return dtype == static_cast<std::uint8_t>(DataType::int8) ||
         dtype == static_cast<std::uint8_t>(DataType::uint8);
}

bool is_scale(float scale) { return std::isfinite(scale) && scale > 0; }

template <typename Weighted>
std::uint64_t bias_size(const Weighted& job) {
  return std::uint64_t{job.output.channels} *
         static_cast<std::uint64_t>(bias_bytes(job.input, job.weight_dtype));
}

void JobCheck::add(const NneJob& job) {
  views(job.input, job.output);
  in_memory("second input", range_of(job.input2));
  const auto size = [](const TensorView& v) { return std::uint64_t{v.width} * v.height * v.channels; };
  if (size(job.input) != size(job.output) || size(job.input2) != size(job.output)) {
    problem("adds tensors of different sizes", "both inputs have the shape of the output");
  }
  constant("scales", range_of(job.post.requantizer_address, kAddScales * sizeof(Requantizer)));
}

void JobCheck::activation(const NneJob& job) {
  const auto kind = static_cast<NneActivation>(job.activation);
  if (kind == NneActivation::none) return;
  constant("table", range_of(job.table, kTableCodes));
  if (bytes_of(static_cast<DataType>(job.output.dtype)) != 1)
    problem("looks up codes of more than 8 bits", "a table has 256 codes");
  const bool able = kind == NneActivation::slopes ? chip_.nne.leaky_relu : chip_.nne.lut_lanes > 0;
  if (!able) problem("looks up its results", "the chip has no such activation behind the array");
}

void JobCheck::groups(const NneJob& job) {
  in_range("groups", job.groups, 1, 65535);
  const bool dense = is(job, NneOperation::convolution);
  if (!dense || job.groups == 0) return;
  if (job.input.channels % job.groups != 0 || job.output.channels % job.groups != 0) {
    problem(fmt::format("{} groups of {} input and {} output channels", job.groups, job.input.channels,
                        job.output.channels),
            "groups are of one size");
  }
}

void JobCheck::coefficients(const NneJob& job) {
  const ByteRange range = range_of(job.coefficients, job.coefficient_bytes);
  if (!is(job, NneOperation::matmul)) {
    constant("coefficients", range);
    return;
  }
  in_memory("kernels", range);
  if (!chip_.nne.matmul) problem("multiplies two maps", "this chip's array takes constant kernels only");
  const bool pixel = job.kernel_w == 1 && job.kernel_h == 1 && job.stride_w == 1 && job.stride_h == 1;
  const std::uint64_t bytes = std::uint64_t{job.output.channels} * job.input.channels;
  const bool narrow = bytes_of(static_cast<DataType>(job.weight_dtype)) == 1;
  if (!pixel || !narrow || job.coefficient_bytes != bytes)
    problem("multiplies maps that do not fit", "a 1x1 kernel of 8-bit codes for each output channel");
}

void JobCheck::prefetch(const NneJob& job) {
  if (job.prefetch == 0) return;
  if (!chip_.nne.kernel_streaming)
    problem("has its coefficients fetched ahead", "this chip has no kernel streaming");
  if (job.kernel_cache_bytes < job.coefficient_bytes)
    problem("has its coefficients fetched ahead", "its kernel cache must hold all of them");
  const bool constants = !is(job, NneOperation::matmul);
  if (!constants) problem("has a map fetched ahead", "it may not have been computed yet");
}

void JobCheck::operator()(const NneJob& job) {
  if (is(job, NneOperation::add)) return add(job);
  views(job.input, job.output);
  requantizers(job.post, job.output.channels);
  coefficients(job);
  constant("bias", range_of(job.bias, bias_size(job)));
  cache("kernel cache", job.kernel_cache, job.kernel_cache_bytes);
  prefetch(job);
  cache("image cache", job.image_cache, job.image_cache_bytes);
  in_range("kernel width", job.kernel_w, 1, chip_.nne.max_kernel);
  in_range("kernel height", job.kernel_h, 1, chip_.nne.max_kernel);
  in_range("horizontal stride", job.stride_w, 1, 255);
  in_range("vertical stride", job.stride_h, 1, 255);
  in_range("horizontal dilation", job.dilation_w, 1, 255);
  in_range("vertical dilation", job.dilation_h, 1, 255);
  in_range("width of the convolution", job.conv_width, 1, 8191);
  in_range("height of the convolution", job.conv_height, 1, 8191);
  in_range("tile width", job.tile_w, 1, chip_.nne.max_tile_width);
  in_range("tile height", job.tile_h, 1, job.conv_height);
  in_range("row groups", job.interleave, 1, chip_.nne.mads_per_core);
  in_range("kernels at once", job.kernels_per_core, 1, 127);  // 7-bit field, hardware.md §2.1 [F]
  in_range("superblocks", job.superblocks, 1, 65535);
  groups(job);
  codes("weights", job.weight_dtype);
  activation(job);
  if (job.pool_type == 0) return;
  in_range("pooling kernel", job.pool_kernel, 1, 255);
  in_range("pooling stride", job.pool_stride, 1, 255);
}

void JobCheck::reshuffle(const TpJob& job) {
  const bool size =
      job.element_bytes == 1 || job.element_bytes == 2 || job.element_bytes == 4 || job.element_bytes == 8;
  if (!size) return problem(fmt::format("moves elements of {} bytes", job.element_bytes), "1, 2, 4 or 8");
  for (const CopyDimension& d : job.dimensions) in_range("count of a dimension", d.count, 1, 0xFFFFFFFF);
  const ReshuffleRanges ranges = ranges_of_reshuffle(job);
  if (job.fills == 0) in_memory("input", range_of(ranges.input));
  written(range_of(ranges.output));
}

void JobCheck::scales(const TpJob& job) {
  if (is_scale(job.input_scale) && is_scale(job.output_scale)) return;
  problem(fmt::format("scales {} and {}", job.input_scale, job.output_scale), "finite and above zero");
}

void JobCheck::lrn(const TpJob& job) {
  scales(job);
  const TensorView &in = job.input, &out = job.output;
  if (in.width != out.width || in.height != out.height || in.channels != out.channels)
    problem("normalizes a map into one of another size", "the output has the shape of the input");
  for (const TensorView* view : {&in, &out}) {
    if (!is_code8(view->dtype))
      problem(fmt::format("normalizes codes of type {}", name_of(static_cast<DataType>(view->dtype))),
              "int8 or uint8");
  }
  in_range("channels of the window", job.lrn.size, 1, kMaxLrnSize);
  const auto usable = [](float value) { return std::isfinite(value) && value >= 0; };
  // With these the power is of a number above zero.
  if (!usable(job.lrn.alpha) || !usable(job.lrn.beta) || !is_scale(job.lrn.bias)) {
    problem(fmt::format("alpha {}, beta {}, bias {}", job.lrn.alpha, job.lrn.beta, job.lrn.bias),
            "finite, none below zero, and the bias above");
  }
}

void JobCheck::operator()(const TpJob& job) {
  const auto operation = static_cast<TpOperation>(job.header.operation);
  if (operation == TpOperation::reshuffle) return reshuffle(job);
  views(job.input, job.output);
  const bool fully_connected = operation == TpOperation::fully_connected;
  requantizers(job.post, fully_connected ? job.output.channels : job.input.channels);
  if (fully_connected) {
    constant("coefficients", range_of(job.table, job.table_bytes));
    codes("weights", job.weight_dtype);
    constant("bias", range_of(job.bias, bias_size(job)));
  }
  if (operation == TpOperation::lut) {
    constant("table", range_of(job.table, job.table_bytes));
    in_range("bytes of the table", job.table_bytes, 256, 256);
  }
  if (operation == TpOperation::lrn) return lrn(job);
  if (operation == TpOperation::transpose) {
    bool seen[3] = {};
    for (const std::uint8_t axis : job.perm) seen[axis % 3] = true;
    if (!(seen[0] && seen[1] && seen[2])) {
      problem(fmt::format("axes {},{},{} are no permutation", job.perm[0], job.perm[1], job.perm[2]),
              "each once");
    }
  }
  if (operation != TpOperation::max_pool && operation != TpOperation::avg_pool) return;
  in_range("kernel width", job.kernel_w, 1, 255);
  in_range("kernel height", job.kernel_h, 1, 255);
  in_range("horizontal stride", job.stride_w, 1, 255);
  in_range("vertical stride", job.stride_h, 1, 255);
  if (operation == TpOperation::avg_pool) scales(job);
}

void JobCheck::operator()(const HostJob& job) {
  operands(job.operands);
  constant("step", range_of(job.step, job.step_bytes));
}

void JobCheck::operator()(const PpuJob& job) {
  operands(job.operands);
  in_range("threads", job.threads, 1, 0xFFFFFFFF);
  const Segment* segment = constant("program", range_of(job.program, job.program_bytes));
  if (segment != nullptr) program(job, *segment);
}

void JobCheck::program(const PpuJob& job, const Segment& segment) {
  try {
    const auto begin = segment.bytes.begin() + (job.program - segment.address);
    const PpuProgram program = decode_ppu_program(Bytes(begin, begin + job.program_bytes), where_);
    check_program(program, chip_.ppu.temp_registers, chip_.ppu.instruction_slots, where_);
    const std::int64_t each = count_instructions(program, job.uniforms).total();
    if (job.threads != 0 && each > kMaxInstructions / job.threads) {
      problem(fmt::format("{} threads of {} instructions", job.threads, each),
              fmt::format("at most {} instructions in all", kMaxInstructions));
    }
  } catch (const Error& error) {
    problems_.add(error);
  }
}

}  // namespace

void check_job(const Job& job, const NetworkBinary& binary, const Chip& chip, const std::string& where,
               Problems& problems) {
  std::visit(JobCheck(binary, chip, where, problems), job);
}

}  // namespace trireme

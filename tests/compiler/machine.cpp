// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/machine.h"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "isa/coefficients.h"
#include "tests/compiler/decoder.h"
#include "tests/compiler/ppu_machine.h"

namespace trireme::test {

namespace {

float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Rule vipf, ties half up: float32 product, floor(p + 0.5), zero point, clamp.
int requantized(std::int32_t acc, float factor, const PostProcessing& post, int zero_point) {
  const double p = static_cast<double>(static_cast<float>(acc) * factor);
  const double code = std::floor(p + 0.5) + zero_point;
  return static_cast<int>(std::min<double>(std::max<double>(code, post.clamp_low), post.clamp_high));
}

}  // namespace

Machine::Machine(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs)
    : binary_(binary),
      dram_(static_cast<std::size_t>(binary.dram_bytes) + 0x00100000),
      axi_sram_(static_cast<std::size_t>(chip.axi_sram.bytes)),
      sram_(static_cast<std::size_t>(chip.vip_sram.bytes)) {
  for (const Segment& segment : binary.segments) {
    for (std::size_t i = 0; i < segment.bytes.size(); ++i) byte(segment.address + i) = segment.bytes[i];
  }
  for (std::size_t t = 0; t < inputs.size(); ++t) {
    for (std::size_t i = 0; i < inputs[t].bytes.size(); ++i)
      byte(binary.inputs[t].address + i) = inputs[t].bytes[i];
  }
}

std::uint8_t& Machine::byte(std::uint64_t address) {
  if (address >= kVipSramBase) return sram_.at(address - kVipSramBase);
  return address >= kAxiSramBase ? axi_sram_.at(address - kAxiSramBase) : dram_.at(address);
}

Bytes Machine::bytes(std::uint64_t address, std::size_t count) {
  Bytes result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = byte(address + i);
  return result;
}

int Machine::code(const TensorView& view, int c, int y, int x) {
  return byte(std::uint64_t{view.address} + static_cast<unsigned>(c) * std::uint64_t{view.plane_stride} +
              static_cast<unsigned>(y) * std::uint64_t{view.row_stride} + static_cast<unsigned>(x));
}

void Machine::set_code(const TensorView& view, int c, int y, int x, int value) {
  byte(std::uint64_t{view.address} + static_cast<unsigned>(c) * std::uint64_t{view.plane_stride} +
       static_cast<unsigned>(y) * std::uint64_t{view.row_stride} + static_cast<unsigned>(x)) =
      static_cast<std::uint8_t>(value);
}

std::int32_t Machine::word(Address address, int index) {
  const Bytes four = bytes(address + 4U * static_cast<unsigned>(index), 4);
  std::int32_t value;
  std::memcpy(&value, four.data(), 4);
  return value;
}

Tensor Machine::output(std::size_t index) const {
  const IoTensor& io = binary_.outputs.at(index);
  Tensor tensor(io.dtype, io.shape);
  for (std::size_t i = 0; i < tensor.bytes.size(); ++i) tensor.bytes[i] = dram_.at(io.address + i);
  return tensor;
}

void Machine::run(std::size_t job) {
  std::visit([&](const auto& one) { run(one); }, binary_.jobs.at(job));
}

void Machine::run(const NneJob& job) {
  const bool depthwise = is(job, NneOperation::depthwise);
  const int depth = depthwise ? 1 : static_cast<int>(job.input.channels);
  const int kernels = static_cast<int>(job.output.channels), per_kernel = depth * job.kernel_h * job.kernel_w;
  const Words weights = decode_nne(bytes(job.coefficients, job.coefficient_bytes),
                                   {kernels, depth, job.kernel_h, job.kernel_w, job.kernels_per_core,
                                    job.superblocks, job.weight_zero_point});
  std::vector<int> codes;  // every byte of the input once, [c][y][x]
  for (int c = 0; c < static_cast<int>(job.input.channels); ++c) {
    for (int i = 0; i < job.input.height * job.input.width; ++i) {
      codes.push_back(code(job.input, c, i / job.input.width, i % job.input.width));
    }
  }
  const auto result = [&](int o, int y, int x) {
    std::int32_t acc = word(job.bias, o);
    for (int i = 0; i < per_kernel; ++i) {
      const int c = depthwise ? o : i / (job.kernel_h * job.kernel_w);
      const int in_y = y * job.stride_h - job.pad_top + i / job.kernel_w % job.kernel_h;
      const int in_x = x * job.stride_w - job.pad_left + i % job.kernel_w;
      if (in_y < 0 || in_x < 0 || in_y >= job.input.height || in_x >= job.input.width) continue;
      const int at = (c * job.input.height + in_y) * job.input.width + in_x;
      acc += (codes[static_cast<std::size_t>(at)] - job.input.zero_point) *
             (weights[static_cast<std::size_t>(o * per_kernel + i)] - job.weight_zero_point);
    }
    const int code =
        requantized(acc, float_of(job.post.requantizer.multiplier), job.post, job.output.zero_point);
    return job.activation == 0 ? code : bytes(job.table + static_cast<unsigned>(code), 1)[0];
  };
  const int window = job.pool_type == 0 ? 1 : job.pool_kernel,
            step = job.pool_type == 0 ? 1 : job.pool_stride;
  for (int o = 0; o < kernels; ++o) {
    for (int y = 0; y < job.output.height; ++y) {
      for (int x = 0; x < job.output.width; ++x) {
        int best = 0;
        for (int i = 0; i < window * window; ++i)
          best = std::max(best, result(o, y * step + i / window, x * step + i % window));
        set_code(job.output, o, y, x, best);
      }
    }
  }
}

void Machine::pool(const TpJob& job) {
  const bool max = static_cast<TpOperation>(job.header.operation) == TpOperation::max_pool;
  for (int c = 0; c < static_cast<int>(job.output.channels); ++c) {
    for (int y = 0; y < job.output.height; ++y) {
      for (int x = 0; x < job.output.width; ++x) {
        int best = 0, sum = 0, count = 0;
        for (int i = 0; i < job.kernel_h * job.kernel_w; ++i) {
          const int in_y = y * job.stride_h - job.pad_top + i / job.kernel_w;
          const int in_x = x * job.stride_w - job.pad_left + i % job.kernel_w;
          if (in_y < 0 || in_x < 0 || in_y >= job.input.height || in_x >= job.input.width) continue;
          const int value = code(job.input, c, in_y, in_x);
          best = std::max(best, value);
          sum += value - job.input.zero_point;
          ++count;
        }
        if (job.count_include_pad != 0) {
          const int bottom = job.input.height + job.pad_bottom, right = job.input.width + job.pad_right;
          count = 0;
          for (int i = 0; i < job.kernel_h * job.kernel_w; ++i) {
            const int in_y = y * job.stride_h - job.pad_top + i / job.kernel_w;
            const int in_x = x * job.stride_w - job.pad_left + i % job.kernel_w;
            count += in_y < bottom && in_x < right ? 1 : 0;
          }
        }
        const float factor = max ? float_of(job.post.requantizer.multiplier)
                                 : job.input_scale / (job.output_scale * static_cast<float>(count));
        set_code(
            job.output, c, y, x,
            requantized(max ? best - job.input.zero_point : sum, factor, job.post, job.output.zero_point));
      }
    }
  }
}

void Machine::fully_connected(const TpJob& job) {
  const Words weights = decode_tp(bytes(job.table, job.table_bytes), job.weight_zero_point);
  const int inputs = job.input.width * job.input.height * static_cast<int>(job.input.channels);
  const int outputs = static_cast<int>(weights.size()) / inputs;
  for (int o = 0; o < outputs; ++o) {
    std::int32_t acc = word(job.bias, o);
    for (int i = 0; i < inputs; ++i) {
      acc += (byte(job.input.address + static_cast<unsigned>(i)) - job.input.zero_point) *
             (weights[static_cast<std::size_t>(o * inputs + i)] - job.weight_zero_point);
    }
    byte(job.output.address + static_cast<unsigned>(o)) = static_cast<std::uint8_t>(
        requantized(acc, float_of(job.post.requantizer.multiplier), job.post, job.output.zero_point));
  }
}

// The loops one after the other, an element at a time.
void Machine::reshuffle(const TpJob& job) {
  const auto& d = job.dimensions;
  std::vector<std::int64_t> at(kCopyDimensions, 0);
  for (bool more = true; more;) {
    std::int64_t from = job.input.address, to = job.output.address;
    for (int i = 0; i < kCopyDimensions; ++i) {
      from += at[static_cast<std::size_t>(i)] * d[i].input_stride;
      to += at[static_cast<std::size_t>(i)] * d[i].output_stride;
    }
    for (int i = 0; i < job.element_bytes; ++i) {
      byte(static_cast<std::uint64_t>(to + i)) = job.fills != 0
                                                     ? reinterpret_cast<const std::uint8_t*>(job.fill)[i]
                                                     : byte(static_cast<std::uint64_t>(from + i));
    }
    more = false;
    for (int i = kCopyDimensions - 1; i >= 0 && !more; --i) {
      auto& count = at[static_cast<std::size_t>(i)];
      more = ++count < d[i].count;
      if (!more) count = 0;
    }
  }
}

void Machine::run(const TpJob& job) {
  if (static_cast<TpOperation>(job.header.operation) == TpOperation::reshuffle) return reshuffle(job);
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
      return pool(job);
    case TpOperation::fully_connected:
      return fully_connected(job);
    default:
      break;
  }
  const auto operation = static_cast<TpOperation>(job.header.operation);
  for (int c = 0; c < static_cast<int>(job.output.channels); ++c) {
    for (int y = 0; y < job.output.height; ++y) {
      for (int x = 0; x < job.output.width; ++x) {
        int from[3] = {c, y, x};
        const int to[3] = {c, y, x};
        if (operation == TpOperation::transpose) {
          for (int i = 0; i < 3; ++i) from[job.perm[i]] = to[i];
        }
        int value = code(job.input, from[0], from[1], from[2]);
        if (operation == TpOperation::lut) value = byte(job.table + static_cast<unsigned>(value));
        set_code(job.output, c, y, x, value);
      }
    }
  }
}

void Machine::run(const HostJob&) {
  throw std::logic_error("a host step in a network that has engines for all");
}

void Machine::run(const PpuJob& job) {
  run_ppu(decode_ppu_program(bytes(job.program, job.program_bytes), "program"), job.uniforms, job.threads,
          [&](std::uint64_t address) -> std::uint8_t& { return byte(address); });
}

}  // namespace trireme::test

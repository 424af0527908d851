// SPDX-License-Identifier: Apache-2.0
// A network of two jobs that passes check(): a 3x3 convolution of a 6x6 map to two channels, then a PPU
// program.
#pragma once

#include "isa/network_binary.h"
#include "isa/ppu.h"

namespace trireme {

inline Quantization u8_affine(float scale, int zero_point) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::uint8;
  q.scale = {scale};
  q.zero_point = {zero_point};
  q.min = -1;
  q.max = 2;
  return q;
}

inline Quantization unquantized(DataType type) {
  Quantization q;
  q.dtype = type;
  return q;
}

inline JobHeader header_for(Engine engine, std::uint16_t job, std::uint16_t signal, std::uint16_t wait) {
  JobHeader header{};
  header.engine = static_cast<std::uint8_t>(engine);
  header.job = header.layer = job;
  header.signal_event = signal;
  for (std::uint16_t& event : header.wait_events) event = kNoEvent;
  header.wait_events[0] = wait;
  return header;
}

inline NneJob small_convolution() {
  NneJob job{};
  const auto u8 = static_cast<std::uint8_t>(DataType::uint8);
  job.header = header_for(Engine::nne, 0, 0, kNoEvent);
  job.input = {0x0, 6, 6, 1, 6, 36, u8, 0, 0};
  job.output = {0x100, 4, 4, 2, 4, 16, u8, 0, 3};
  job.post = {static_cast<std::uint8_t>(RequantRule::vipf), 0, 0, 0, 0, {0x3B000000, 0}, 3, 255};
  job.coefficients = 0x1000;
  job.coefficient_bytes = 128;
  job.bias = 0x1100;
  job.conv_width = job.conv_height = 4;
  job.kernel_w = job.kernel_h = 3;
  job.stride_w = job.stride_h = job.dilation_w = job.dilation_h = 1;
  job.interleave = 4;
  job.tile_w = job.tile_h = 4;
  job.kernels_per_core = job.superblocks = job.groups = 1;
  job.weight_zero_point = 128;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  job.kernel_cache = kVipSramBase + 0x800;
  job.kernel_cache_bytes = 128;
  return job;
}

inline PpuJob small_program(std::size_t program_bytes) {
  PpuJob job{};
  job.header = header_for(Engine::ppu, 1, kNoEvent, 0);
  job.operands[0] = {0x100, 32, OperandRange::read};
  job.operands[1] = {0x200, 64, OperandRange::write};
  job.program = 0x2000;
  job.program_bytes = static_cast<std::uint32_t>(program_bytes);
  job.threads = 8;
  job.uniforms[0] = 0x100;
  job.uniforms[1] = 0x200;
  return job;
}

inline NetworkBinary small_network() {
  const Chip chip = find_chip(kDefaultChip);
  const Bytes program = encode(assemble("loop 8\n load.u8 r1, [r0 + r0]\nendloop\nend\n", "small"));
  NetworkBinary binary;
  binary.name = "small";
  binary.producer = "trireme test";
  binary.model_hash = std::string(64, 'a');
  binary.chip_name = chip.name;
  binary.chip_pid = chip.pid;
  binary.chip_yaml = chip.yaml;
  binary.options = "fuse";
  binary.dram_bytes = 0x3000;
  binary.vip_sram_bytes = 128;
  binary.segments = {{"conv1 coefficients", 0x1000, Bytes(128, 1)},
                     {"conv1 bias", 0x1100, Bytes(8, 2)},
                     {"softmax program", 0x2000, program}};
  binary.jobs = {small_convolution(), small_program(program.size())};
  LayerSymbol conv{"@conv1_2",
                   "conv1",
                   "convolution",
                   {"@relu_3"},
                   "NN",
                   "8-bit convolution",
                   {"@input_0"},
                   {1, 1, 6, 6},
                   {1, 2, 4, 4},
                   288,
                   18,
                   20,
                   {}};
  conv.outputs = {
      {"conv1_out", "@conv1_2", 0x100, {1, 2, 4, 4}, DataType::uint8, u8_affine(0.5f, 3), 4, 16, 0}};
  LayerSymbol softmax{"@softmax_4",
                      "softmax",
                      "softmax",
                      {},
                      "SH",
                      "floating point: neither the convolution engine nor the tensor processor computes it",
                      {"@conv1_2"},
                      {1, 32},
                      {1, 32},
                      0,
                      0,
                      0,
                      {}};
  softmax.outputs = {
      {"prob", "@softmax_4", 0x200, {1, 32}, DataType::float16, unquantized(DataType::float16), 64, 64, 1}};
  binary.layers = {conv, softmax};
  binary.buffers = {{"input", "input", 0x0, 36, 0, 0},
                    {"conv1_out", "feature_map", 0x100, 32, 0, 1},
                    {"conv1 coefficients", "coefficients", 0x1000, 128, 0, 0},
                    {"kernel cache of a layer with a name that is much too long", "cache",
                     kVipSramBase + 0x800, 128, 0, 0}};
  binary.inputs = {{"data", "@input_0", 0x0, {1, 1, 6, 6}, DataType::uint8, u8_affine(0.25f, 0)}};
  binary.outputs = {
      {"prob", "@softmax_4", 0x200, {1, 32}, DataType::float16, unquantized(DataType::float16)}};
  return binary;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// A made-up V8 chip with round numbers, so that cycle counts can be derived by hand: 1 GHz (1 cycle = 1 ns),
// DRAM of 16 bytes a cycle with 10-cycle row timings and 20 cycles of path latency, SRAM of 16 bytes a cycle
// with latency 2.
#pragma once

#include "isa/chip.h"

namespace trireme {

inline Chip test_chip() {
  Chip chip{};
  chip.name = "test";
  chip.market_name = "Test";
  chip.generation = "v8";
  chip.clock_hz = 1'000'000'000;
  chip.nne.cores = 2;
  chip.nne.mads_per_core = 64;
  chip.nne.cores_int16 = 2;
  chip.nne.dot_product_length = 3;
  chip.nne.coefficient_block = 9;
  chip.nne.input_buffer_lines = 9;
  chip.nne.accumulator_lines = 32;
  chip.nne.max_kernel = 15;
  chip.nne.max_tile_width = 64;
  chip.nne.max_tile_height = 8191;
  chip.nne.min_window_pixels = 1;
  chip.nne.output_lanes = 8;
  chip.nne.coefficient_coding = CoefficientCoding::huffman;
  chip.nne.zrl_bits = 8;
  chip.nne.decoder_weights_per_cycle = 4;
  chip.nne.coefficient_buffer_bytes = 4096;
  chip.nne.launch_cycles = 100;
  chip.nne.skipped_dot_products_per_cycle = 8;
  chip.nne.job_start_cycles = 10;
  chip.nne.native_stride_two = true;
  chip.nne.depthwise = true;
  chip.nne.fused_max_pooling = true;
  chip.nne.tensor_add = true;
  chip.nne.leaky_relu = true;
  chip.nne.per_channel = true;
  chip.tp.cores = 1;
  chip.tp.elements_per_cycle_per_core = 1;
  chip.tp.coded_bytes_per_cycle_per_core = 1;
  chip.tp.lut_entries = 1024;
  chip.tp.zrl_bits = 8;
  chip.tp.launch_cycles = 200;
  chip.tp.vip_sram_outstanding = 64;
  chip.ppu.cores = 1;
  chip.ppu.threads = 256;
  chip.ppu.temp_registers = 32;
  chip.ppu.constants = 160;
  chip.ppu.instruction_slots = 512;
  chip.ppu.operations_per_cycle = 8;
  chip.ppu.alu_latency_cycles = 4;
  chip.ppu.special_latency_cycles = 12;
  chip.ppu.load_latency_cycles = 20;
  chip.ppu.launch_cycles = 300;
  chip.vip_sram.bytes = 131072;
  chip.vip_sram.reserved_bytes = 2048;
  chip.vip_sram.bytes_per_cycle = 16;
  chip.vip_sram.latency_cycles = 2;
  chip.vip_sram.ports = 1;
  chip.vip_sram.feature_maps = true;
  chip.vip_sram.concats = true;
  chip.axi_sram.bytes_per_cycle = 16;
  chip.axi_sram.ports = 1;
  chip.axi.bytes_per_cycle = 16;
  chip.axi.max_outstanding = 64;
  chip.axi.burst_bytes = 256;
  chip.dram.address_cycles = 1;
  chip.dram.type = "test";
  chip.dram.bytes = std::int64_t{1} << 30;
  chip.dram.bus_bytes = 16;
  chip.dram.transfers_per_second = 1'000'000'000;
  chip.dram.banks = 8;
  chip.dram.row_bytes = 2048;
  chip.dram.trcd_ps = chip.dram.trp_ps = chip.dram.tcl_ps = 10'000;
  chip.dram.twr_ps = chip.dram.twtr_ps = chip.dram.trtp_ps = 10'000;
  chip.dram.tras_ps = 30'000;
  chip.dram.trfc_ps = 200'000;
  chip.dram.trefi_ps = 1'000'000'000;  // out of the way
  chip.dram.path_latency_ps = 20'000;
  chip.dram.queue_bursts = 16;
  chip.dram.model = DramModel::in_order;
  chip.dram.speed = "DDR3-1600";
  chip.dram.device_gbit = 4;
  chip.dram.channels = 1;
  chip.dram.channel_bits = 16;
  chip.dram.mapping = "row-bank-column";
  chip.dram.max_wait_clocks = 800;
  chip.front_end.command_cycles = 5;
  chip.front_end.network_start_cycles = 50;
  chip.governor.start_hz = chip.clock_hz;
  chip.compiler.pointwise_packing = true;
  chip.compiler.split_into_concat = true;
  chip.compiler.always_space_to_depth = false;
  chip.compiler.tp_dense_weights = 1 << 22;
  chip.host.launch_cycles = 1000;
  chip.host.operations_per_cycle = 1;
  chip.host.bytes_per_cycle = 4;
  chip.requant_rule = RequantRule::vipf;
  chip.ties = Ties::half_up;
  return chip;
}

// The same of the V7 generation: plane dot product 3 x 2, blocks of 6 channels, zero runs, and none of the
// modes that V8 brought.
inline Chip test_chip_v7() {
  Chip chip = test_chip();
  chip.generation = "v7";
  chip.nne.plane_dot_product = 6;
  chip.nne.coefficient_block = 6;
  chip.nne.coefficient_coding = CoefficientCoding::zero_run;
  chip.nne.max_kernel = 11;
  chip.nne.input_buffer_lines = 12;
  chip.nne.accumulator_lines = 64;
  chip.nne.native_stride_two = chip.nne.depthwise = chip.nne.tensor_add = false;
  chip.nne.leaky_relu = chip.nne.per_channel = false;
  return chip;
}

}  // namespace trireme

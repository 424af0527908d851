// SPDX-License-Identifier: Apache-2.0
// A chip: validated, immutable, read from chips/*.yaml. Every field carries in the YAML where it comes from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "isa/coefficients.h"
#include "model/quant/quantization.h"

namespace trireme {

struct NneConfig {
  int cores;               // NNCoreCount
  int mads_per_core;       // pixel lanes a core, 64 (hardware.md §1.1)
  int cores_int16;         // NNCoreCount_INT16: cores that take 16-bit data; 0: none
  int dot_product_length;  // coefficients a lane and cycle: 3 (ZDP3, §3.1)
  int plane_dot_product;   // V7: coefficients of one kernel plane a cycle, 6 = 3 x 2 (XYDP6); 0 on V8
  int coefficient_block;   // 9 = 3 * ZDP on V8 (§2.4)
  int input_buffer_lines;  // NNInputBufferDepth, of 72 pixels
  int accumulator_lines;   // NNAccumBufferDepth, of 64 x 32 bit
  int max_kernel;          // NN_KERNEL_X_SIZE
  int max_tile_width;      // MAX_TILE_X_SIZE
  int max_tile_height;     // 127 where NN_TILE_YSIZE_127_LIMITATION_FIX = 0 (§1.6)
  int min_window_pixels;   // 160 where INIMAGE_2DTILE_NOT_LESS_160PIXEL_FIX = 0 (§1.6): input of a tile
  int output_lanes;        // NN_LANES_PER_OUT_CYCLE, all cores together
  CoefficientCoding coefficient_coding;
  int zrl_bits;                        // NN_ZRL_BITS: widest run field of the zero run coding
  int decoder_weights_per_cycle;       // a core: pair decoder * NN_COEF_DECOMPRESS_PERF_X; zero runs: pairs
  int coefficient_buffer_bytes;        // a core: how far fetch runs ahead of the decoder
  int launch_cycles;                   // from event met to first fetch
  int job_start_cycles;                // array's own start and drain of one tile pipeline
  int tile_bubble_cycles;              // between 3D tiles (§1.6 NN_PER3DTILE_BUBBLE_FIX)
  int zero_skip_group;                 // coefficients of a block that are skipped if all are zero; 0: none is
  int skipped_dot_products_per_cycle;  // zero_skip_group: how fast they are passed over
  int lut_lanes;                       // LUT_ACT_LANES: table look-ups a cycle behind the array; 0: no tables
  bool native_stride_two;              // NN_NATIVE_STRIDE_TWO
  bool depthwise;                      // NN_DEPTHWISE_SUPPORT
  bool fused_max_pooling;
  bool enhanced_max_pooling;  // NN_ENHANCED_MAX_POOLING: windows that overlap may span tiles
  bool tensor_add;            // NN_TENSOR_ADD
  bool leaky_relu;            // NN_LEAKY_RELU, NN_PRELU
  bool per_channel;           // NN_PER_CHANNEL_QUANT
  bool matmul;                // NN_SUPPORT_GEMM, NN_SUPPORT_ALU: products of two maps on the array
  bool small_batch;           // NN_SMALLBATCH_PHASE1: a job is launched once the one before has fetched all
  bool kernel_streaming;  // USE_VIPSRAM_FOR_KERNEL_STREAMING: coefficients of the next job into its kernel
                          // cache
};

struct TpConfig {
  int cores;       // TPEngine_CoreCount
  int lite_cores;  // TPLite_CoreCount: no tables, no fully connected
  int elements_per_cycle_per_core;
  int coded_bytes_per_cycle_per_core;  // fully connected: coefficient stream rate (§3.3)
  int lut_entries;                     // TPEngine_PwlLUTCount
  int zrl_bits;                        // TP_ZRL_BITS
  int launch_cycles;
  int vip_sram_outstanding;  // reads of VIP-SRAM under way: 1 where TP_ACCESS_VIPSRAM_OT_IS_ONE (§1.6)
};

struct PpuConfig {
  int cores;
  int threads;               // ThreadCount
  int temp_registers;        // TempRegisters
  int constants;             // NumberOfConstants
  int instruction_slots;     // InstructionMemorySize
  int operations_per_cycle;  // a core: scalar lanes retired (8, §3.3)
  int alu_latency_cycles, special_latency_cycles, load_latency_cycles;
  int launch_cycles;
};

// VIP-SRAM (on chip, private) or AXI-SRAM (of the SoC, behind the bus); bytes 0: there is none.
struct SramConfig {
  std::int64_t bytes;           // VIP_SRAM_SIZE, AXI_SRAM_SIZE
  std::int64_t reserved_bytes;  // first 2 KiB (§2.3)
  int bytes_per_cycle;          // EQUIVALENT_VIP_SRAM_WIDTH_INBYTE, of a port
  int latency_cycles;
  int ports;          // 1: reads and writes share it; 2: one each
  bool feature_maps;  // VIP-SRAM: holds maps between jobs, and not caches alone
  bool concats;       // VIP-SRAM: also maps whose parts several layers write
};

struct AxiConfig {
  int bytes_per_cycle;  // a direction
  int max_outstanding;  // MAX_OT_NUMBER
  int burst_bytes;      // DDR_KERNEL_BURST_SIZE
};

// in_order: bursts one after the other (DramTiming). scheduled: every command of a controller (timing/dram/).
enum class DramModel : std::uint8_t { in_order, scheduled };
const char* name_of(DramModel model);

// JEDEC-style parameters; times in picoseconds, turned into whole NPU cycles (rounded up) when used.
struct DramConfig {
  std::string type;  // "DDR3-1600 x16"
  std::int64_t bytes;
  int bus_bytes;  // data bus width
  std::int64_t transfers_per_second;
  int banks;
  int row_bytes;
  std::int64_t trcd_ps, trp_ps, tcl_ps, twr_ps, twtr_ps, trtp_ps, tras_ps, trfc_ps, trefi_ps;
  std::int64_t path_latency_ps;  // interconnect, controller and PHY, one way and back
  int queue_bursts;              // controller queue: bursts accepted and not finished
  // The scheduled model takes its timing from the table of speed grades (timing/dram/grade.cpp) instead.
  DramModel model;
  std::string speed;  // "DDR3-1600"
  int device_gbit;    // density: decides the refresh time
  int channels, channel_bits;
  std::string mapping;  // "row-bank-column" (isa/dram/mapping.h)
  int max_wait_clocks;
  std::int64_t limit_bytes_per_second;  // what the SoC's interconnect lets through to the NPU; 0: all
  int address_cycles;  // from a burst's address to the next of its direction: what a short row costs
};

struct FrontEndConfig {
  int command_cycles;             // to fetch and decode one command
  int network_start_cycles;       // once a run
  std::int64_t network_start_ps;  // and time that does not follow the NPU's clock: driver, interrupt
};

// A clock that has not ramped up when a network starts; ramp_ps 0: it always runs at clock_hz.
struct GovernorConfig {
  std::int64_t start_hz;  // until the ramp is over
  std::int64_t ramp_ps;
};

// What the vendor's compiler leaves undone: times are to be those that its users see.
struct CompilerConfig {
  bool pointwise_packing;  // 1x1 convolutions see planes as rows that fill the array's lanes
  bool split_into_concat;  // parts of a split may lie in a concat's output; else it copies all it joins
  // Of strides the array lacks, kernels of more than a pixel: always over phases by the TP (§2.6); else where
  // the estimate says so.
  bool always_space_to_depth;
  std::int64_t tp_dense_weights;  // dense layers of up to so many are the TP's; larger ones go by cost
};

// The processor that runs steps no engine can.
struct HostConfig {
  int launch_cycles;         // interrupt, cache maintenance, wake-up of the driver, there and back
  int operations_per_cycle;  // elements of a step's inputs and outputs, in NPU cycles
  int bytes_per_cycle;       // to and from memory, through its caches
};

struct Chip {
  std::string name;         // "vip9000pico_pid0xee"
  std::string market_name;  // "V853"
  std::vector<std::string> aliases;
  std::uint32_t pid;       // CustomerID
  std::string generation;  // "v7", "v8"
  std::int64_t clock_hz;
  NneConfig nne;
  TpConfig tp;
  PpuConfig ppu;
  SramConfig vip_sram, axi_sram;
  AxiConfig axi;
  DramConfig dram;
  FrontEndConfig front_end;
  GovernorConfig governor;
  CompilerConfig compiler;
  HostConfig host;
  RequantRule requant_rule;
  Ties ties;
  std::string yaml;  // the resolved description itself: stored in network binaries
};

bool is_v7(const Chip& chip);

// Where a field's value comes from.
struct FieldOrigin {
  std::string key;                                  // "nne.cores"
  std::string value, unit, basis, source, meaning;  // basis: published, derived, fitted, assumed
};

Chip parse_chip(const std::string& yaml, const std::string& file);
std::vector<FieldOrigin> explain_chip(const std::string& yaml, const std::string& file);
// A name or alias (case, blanks, - _ . / ignored) of a chip in the chips folder, or a path of a .yaml file.
// The folder: $TRIREME_CHIPS, else share/ beside the program, else the source tree.
Chip find_chip(const std::string& name_or_path);
std::vector<Chip> all_chips();
constexpr const char* kDefaultChip = "vip9000pico_pid0xee";

}  // namespace trireme

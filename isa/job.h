// SPDX-License-Identifier: Apache-2.0
// Job descriptors: what one engine is told to do. Fixed layout, little-endian, plain data; docs/isa.md has
// the tables. Engines run concurrently and meet only at events: a job waits for its events, runs, and signals
// one.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/quant/quantization.h"
#include "support/files.h"

namespace trireme {

using Address = std::uint32_t;
constexpr Address kVipSramBase = 0xFF000000;  // on-chip SRAM window; everything below is DRAM

enum class Engine : std::uint8_t { nne, tp, ppu };
constexpr int kEngines = 3;
const char* name_of(Engine engine);  // "NN", "TP", "SH" as the field's tables print them (formats.md §9.5)

constexpr std::uint16_t kNoEvent = 0xFFFF;
constexpr int kMaxWaits = 8;

struct JobHeader {                       // 32 bytes
  std::uint8_t engine;                   // Engine
  std::uint8_t operation;                // NneOperation, TpOperation; 0 for the PPU
  std::uint16_t job;                     // index in the command stream
  std::uint16_t layer;                   // index of the layer symbol
  std::uint16_t signal_event;            // kNoEvent: none
  std::uint16_t wait_events[kMaxWaits];  // unused ones kNoEvent
  std::uint32_t reserved[2];
};
static_assert(sizeof(JobHeader) == 32);

// A tensor as an engine sees it: planar, x contiguous, one batch element.
struct TensorView {  // 24 bytes
  Address address;
  std::uint16_t width, height;
  std::uint32_t channels;
  std::uint32_t row_stride;    // bytes
  std::uint32_t plane_stride;  // bytes
  std::uint8_t dtype;          // DataType
  std::uint8_t reserved;
  std::int16_t zero_point;
};
static_assert(sizeof(TensorView) == 24);

// One multiplier of the requantizer. vipf and onnx: `multiplier` holds float32 bits, shift unused. vip7/vip8:
// integer multiplier with its leading one and right shift. tflite family: Q31 multiplier and (left positive)
// shift.
struct Requantizer {  // 8 bytes
  std::uint32_t multiplier;
  std::int32_t shift;
};
static_assert(sizeof(Requantizer) == 8);

struct PostProcessing {      // 24 bytes
  std::uint8_t rule;         // RequantRule
  std::uint8_t ties;         // Ties
  std::uint8_t per_channel;  // 1: table of Requantizers at requantizer_address, one an output channel
  std::uint8_t reserved;
  Address requantizer_address;         // used if per_channel
  Requantizer requantizer;             // used if not
  std::int32_t clamp_low, clamp_high;  // in output codes; activation and saturation in one
};
static_assert(sizeof(PostProcessing) == 24);

enum class NneOperation : std::uint8_t { convolution, depthwise };

struct NneJob {  // 192 bytes
  JobHeader header;
  TensorView input;
  TensorView output;  // after pooling
  PostProcessing post;
  Address coefficients;  // stream of isa/coefficients.h
  std::uint32_t coefficient_bytes;
  Address bias;                           // int32 an output channel
  std::uint16_t conv_width, conv_height;  // convolution result, before pooling
  std::uint8_t kernel_w, kernel_h, stride_w, stride_h;
  std::uint8_t dilation_w, dilation_h;
  std::int8_t pad_left, pad_top;  // right and bottom follow from the sizes
  std::uint8_t pool_type;         // 0 none, 1 max
  std::uint8_t pool_kernel, pool_stride;
  std::uint8_t interleave;         // row groups m (hardware.md §2.2)
  std::uint16_t tile_w, tile_h;    // of the convolution result
  std::uint16_t kernels_per_core;  // f, processed together
  std::uint16_t superblocks;
  std::int16_t weight_zero_point;
  std::uint16_t groups;
  Address kernel_cache, image_cache;  // VIP-SRAM ranges; bytes 0: not cached
  std::uint32_t kernel_cache_bytes, image_cache_bytes;
  std::uint32_t reserved[8];
};
static_assert(sizeof(NneJob) == 192);

enum class TpOperation : std::uint8_t { max_pool, avg_pool, transpose, lut, fully_connected, copy };

struct TpJob {  // 160 bytes
  JobHeader header;
  TensorView input;
  TensorView output;
  PostProcessing post;
  std::uint8_t kernel_w, kernel_h, stride_w, stride_h;
  std::int8_t pad_left, pad_top;
  std::uint8_t count_include_pad;
  std::uint8_t perm[3];  // transpose of (c,h,w): output axis i is input axis perm[i]
  std::int16_t weight_zero_point;
  Address table;  // lut: 256 codes; fully connected: coefficient stream
  std::uint32_t table_bytes;
  Address bias;  // fully connected: int32 an output
  float input_scale,
      output_scale;  // avg_pool: multiplier for n counted elements is input_scale / (output_scale * n)
  std::uint32_t reserved[6];
};
static_assert(sizeof(TpJob) == 160);

constexpr int kPpuUniforms = 32;
struct PpuJob {  // 256 bytes
  JobHeader header;
  TensorView input;  // declared ranges: what the memory checker holds it to
  TensorView output;
  Address program;  // instructions of isa/ppu.h
  std::uint32_t program_bytes;
  std::uint32_t threads;  // work-items; each gets its index in r0.x
  std::uint32_t reserved[9];
  std::uint32_t uniforms[kPpuUniforms];
};
static_assert(sizeof(PpuJob) == 256);

using Job = std::variant<NneJob, TpJob, PpuJob>;

const JobHeader& header_of(const Job& job);
JobHeader& header_of(Job& job);
Engine engine_of(const Job& job);

Bytes encode(const Job& job);
Job decode_job(const Bytes& bytes,
               const std::string& where);  // Error: unknown engine or operation, wrong size
std::string print(const Job& job);         // one line, every field that matters

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Job descriptors: what one engine is told to do. Fixed layout, little-endian, plain data; docs/isa.md has
// the tables. Engines run concurrently and meet only at events: a job waits for its events, runs, and signals
// one.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "isa/memory_map.h"
#include "model/quant/quantization.h"
#include "support/files.h"

namespace trireme {

// `host`: the processor beside the NPU runs a named step that no engine can.
enum class Engine : std::uint8_t { nne, tp, ppu, host };
constexpr int kEngines = 4;
const char* name_of(
    Engine engine);  // "NN", "TP", "SH", "CPU" as the field's tables print them (formats.md §9.5)

constexpr std::uint16_t kNoEvent = 0xFFFF;
constexpr int kMaxWaits = 8;

struct JobHeader {                       // 32 bytes
  std::uint8_t engine;                   // Engine
  std::uint8_t operation;                // NneOperation, TpOperation; 0 for PPU and host
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
std::int32_t zero_point_of(const TensorView& view);  // the field has no sign for uint16 codes
// Sums of 16-bit data or 16-bit weights have 64 bits, and so has the bias of each channel (hardware.md §2.5).
bool has_wide_sums(const TensorView& input, std::uint8_t weight_dtype);
int bias_bytes(const TensorView& input, std::uint8_t weight_dtype);  // 4 or 8

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

// add: output = input + input2 of the same shape, both codes (formats.md §10: ADD runs on the array).
// matmul: a 1x1 convolution whose kernels are a map, rows of codes at `coefficients`, uncoded.
enum class NneOperation : std::uint8_t { convolution, depthwise, add, matmul };

// What stored codes pass before pooling: one function of a code, given as the 256 codes of `table`. `slopes`
// has one slope below zero and one above (NN_LEAKY_RELU, NN_PRELU) and costs nothing; `table` is any
// function, looked up by nne.lut_lanes (LUT_ACT_LANES).
enum class NneActivation : std::uint8_t { none, slopes, table };

constexpr int kAddScales = 3;
constexpr int kTableCodes = 256;

struct NneJob {  // 200 bytes
  JobHeader header;
  TensorView input;
  TensorView output;  // after pooling
  PostProcessing post;
  Address coefficients;  // stream of isa/coefficients.h
  std::uint32_t coefficient_bytes;
  Address bias;                           // an output channel: int32, or int64 for wide sums
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
  std::uint16_t groups;  // convolution: a kernel is zero outside of its group's channels, in its stream too
  Address kernel_cache, image_cache;  // VIP-SRAM ranges; bytes 0: not cached
  std::uint32_t kernel_cache_bytes, image_cache_bytes;
  std::uint8_t weight_dtype;  // DataType of the weight codes: uint8, int8 or int16
  std::uint8_t subtract;      // add: 1 for input - input2
  std::uint8_t activation;  // NneActivation of 8-bit codes; output.zero_point is that of the codes before it
  std::uint8_t prefetch;    // 1: the kernel cache is filled while the job before runs (kernel_streaming)
  TensorView input2;        // add: its requantizers, at post.requantizer_address: input, input2, output
  // What the weights cost, known since they were coded; 0: what their number says (timing/nne.h).
  std::uint32_t dot_products;     // cycles a row group of the core with most, zeros skipped; all superblocks
  std::uint32_t decoder_symbols;  // zero runs: pairs of the longest stream
  Address table;                  // activation
};
static_assert(sizeof(NneJob) == 200);

inline bool is(const NneJob& job, NneOperation operation) {
  return job.header.operation == static_cast<std::uint8_t>(operation);
}
// Columns and rows that a kernel spans.
inline int span_w(const NneJob& job) { return (job.kernel_w - 1) * job.dilation_w + 1; }
inline int span_h(const NneJob& job) { return (job.kernel_h - 1) * job.dilation_h + 1; }

enum class TpOperation : std::uint8_t {
  max_pool,
  avg_pool,
  transpose,
  lut,
  fully_connected,
  copy,
  reshuffle,
  lrn
};

// reshuffle: one loop of the address generator. Input stride 0 repeats an element.
struct CopyDimension {
  std::uint32_t count;
  std::int32_t input_stride, output_stride;  // bytes
};
constexpr int kCopyDimensions = 6;

// lrn: y = x / (bias + alpha / size * sum of x^2)^beta of the real numbers that the codes mean; the sum is
// over (size - 1) / 2 channels before x's own, its own, and size / 2 behind.
struct LrnParameters {
  float alpha, beta, bias;
  std::uint32_t size;
};
constexpr std::uint32_t kMaxLrnSize = 255;  // as the windows of pools

struct TpJob {  // 224 bytes
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
  Address bias;  // fully connected, an output: int32, or int64 for wide sums
  float input_scale,
      output_scale;  // avg_pool: multiplier for n counted elements is input_scale / (output_scale * n); lrn
  std::uint8_t weight_dtype;   // fully_connected: DataType of the weight codes
  std::uint8_t element_bytes;  // reshuffle: 1, 2, 4 or 8; addresses are those of input and output
  std::uint8_t fills;          // reshuffle: 1 writes `fill` and reads nothing
  std::uint8_t reserved_byte;
  std::uint32_t fill[2];  // one element, low bytes first
  union {
    CopyDimension dimensions[kCopyDimensions];  // reshuffle: outermost first; unused ones count 1
    LrnParameters lrn;                          // lrn
  };
  std::int8_t pad_right, pad_bottom;  // avg_pool that counts padding: where it ends
  std::uint16_t reserved;
};
static_assert(sizeof(TpJob) == 224);

inline bool is(const TpJob& job, TpOperation operation) {
  return job.header.operation == static_cast<std::uint8_t>(operation);
}

// What a PPU or host job may touch: what the memory checker holds it to.
struct OperandRange {
  enum Access : std::uint32_t { unused, read, write };
  Address address;
  std::uint32_t bytes;
  std::uint32_t access;
};
constexpr int kOperandRanges = 12;

// First and one past the last byte that a reshuffle touches; 64 bits, so that no damaged job can wrap.
struct AddressSpan {
  std::int64_t begin, end;
};
struct ReshuffleRanges {
  AddressSpan input, output;
};
ReshuffleRanges ranges_of_reshuffle(const TpJob& job);
std::uint64_t elements_of_reshuffle(const TpJob& job);  // saturating

constexpr int kPpuUniforms = 32;
struct PpuJob {  // 320 bytes
  JobHeader header;
  Address program;  // instructions of isa/ppu.h
  std::uint32_t program_bytes;
  std::uint32_t threads;  // work-items; each gets its index in r0.x
  std::uint32_t reserved;
  OperandRange operands[kOperandRanges];
  std::uint32_t uniforms[kPpuUniforms];
};
static_assert(sizeof(PpuJob) == 320);

// A step of the host: one operator of the network by the reference's arithmetic.
struct HostJob {  // 192 bytes
  JobHeader header;
  Address step;  // the operator as text: isa/host_step.h
  std::uint32_t step_bytes;
  std::uint32_t reserved[2];
  OperandRange
      operands[kOperandRanges];  // in the order of the node's inputs, then outputs; `unused` if omitted
};
static_assert(sizeof(HostJob) == 192);

using Job = std::variant<NneJob, TpJob, PpuJob, HostJob>;

const JobHeader& header_of(const Job& job);
JobHeader& header_of(Job& job);
Engine engine_of(const Job& job);

Bytes encode(const Job& job);
Job decode_job(const Bytes& bytes,
               const std::string& where);  // Error: unknown engine or operation, wrong size
std::string print(const Job& job);         // one line, every field that matters

}  // namespace trireme

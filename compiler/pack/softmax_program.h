// SPDX-License-Identifier: Apache-2.0
// Softmax on the PPU: one thread a row, four elements at a time. Its bits are defined in docs/isa.md.
#pragma once

#include "isa/job.h"
#include "isa/ppu.h"

namespace trireme {

// Where the rows lie, in elements: element i of row t is at t * row_step + i * element_step, in input and
// output alike.
struct SoftmaxRows {
  std::int64_t rows = 0, elements = 0, row_step = 0, element_step = 0;
};

// The uniforms of the program; the first two are addresses and come from `memory`.
enum SoftmaxUniform : std::size_t {
  kSoftmaxInput,
  kSoftmaxOutput,
  kSoftmaxGroups,  // ceil(elements / 4)
  kSoftmaxElements,
  kSoftmaxInputRowBytes,
  kSoftmaxOutputRowBytes,
  kSoftmaxInputElementBytes,
  kSoftmaxOutputElementBytes,
  kSoftmaxZeroPoint,
  kSoftmaxScale,  // float32 bits
};
void set_softmax_uniforms(PpuJob& job, const SoftmaxRows& rows, const Quantization& input);
PpuProgram softmax_program();

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/softmax_program.h"

#include <cstring>

#include "tensor/dtype.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

// Three walks over the row: largest element, sum of exponentials, quotients. The exponentials are computed
// twice rather than kept: a row may be longer than the registers.
constexpr const char* kSoftmax = R"(
; r1 row of the input, r2 row of the output, r3 element step of the input, r4 of the output, r5 group step in elements
  movu r6, u4
  imul r1, r0, r6
  movu r6, u0
  iadd r1, r1, r6
  movu r6, u5
  imul r2, r0, r6
  movu r6, u1
  iadd r2, r2, r6
  movu r3, u6
  movu r4, u7
  movi r5, 4
  lane_id r6
; r7 elements, r8 zero point, r9 scale
  movu r7, u3
  movu r8, u8
  movu r9, u9
; largest x: r10; r11 address, r12 index of the lane's element, r13 step of a group in bytes
  movi r10, 0xff800000
  mov r11, r1
  mov r12, r6
  imul r13, r3, r5
  loopu u2
    ilt r12, r7
    (p) load.u8 r14, [r11 + r3]
    isub r14, r14, r8
    i2f r14, r14
    fmul r14, r14, r9
    (p) fmax r10, r10, r14
    iadd r11, r11, r13
    iadd r12, r12, r5
  endloop
  hmax r10, r10
; polynomial of 2^f on [-0.5, 0.5] and what else is constant
  movi r20, 0x1.715476p+0f
  movi r21, -126.0f
  movi r22, 0x1.430912p-13f
  movi r23, 0x1.5d87fep-10f
  movi r24, 0x1.3b2ab6p-7f
  movi r25, 0x1.c6b08ep-5f
  movi r26, 0x1.ebfbe0p-3f
  movi r27, 0x1.62e430p-1f
  movi r28, 0x1p+0f
  movi r29, 23
; four partial sums: r15
  movi r15, 0
  mov r11, r1
  mov r12, r6
  loopu u2
    ilt r12, r7
    (p) load.u8 r14, [r11 + r3]
    isub r14, r14, r8
    i2f r14, r14
    fmul r14, r14, r9
    fsub r14, r14, r10
    fmul r14, r14, r20
    fmax r14, r14, r21
    frne r16, r14
    fsub r14, r14, r16
    fmul r17, r22, r14
    fadd r17, r17, r23
    fmul r17, r17, r14
    fadd r17, r17, r24
    fmul r17, r17, r14
    fadd r17, r17, r25
    fmul r17, r17, r14
    fadd r17, r17, r26
    fmul r17, r17, r14
    fadd r17, r17, r27
    fmul r17, r17, r14
    fadd r17, r17, r28
    f2i r16, r16
    shl r16, r16, r29
    iadd r17, r17, r16
    (p) fadd r15, r15, r17
    iadd r11, r11, r13
    iadd r12, r12, r5
  endloop
  hadd r15, r15
  frcp r15, r15
; quotients; r18 address of the output, r19 its step
  mov r11, r1
  mov r12, r6
  mov r18, r2
  imul r19, r4, r5
  loopu u2
    ilt r12, r7
    (p) load.u8 r14, [r11 + r3]
    isub r14, r14, r8
    i2f r14, r14
    fmul r14, r14, r9
    fsub r14, r14, r10
    fmul r14, r14, r20
    fmax r14, r14, r21
    frne r16, r14
    fsub r14, r14, r16
    fmul r17, r22, r14
    fadd r17, r17, r23
    fmul r17, r17, r14
    fadd r17, r17, r24
    fmul r17, r17, r14
    fadd r17, r17, r25
    fmul r17, r17, r14
    fadd r17, r17, r26
    fmul r17, r17, r14
    fadd r17, r17, r27
    fmul r17, r17, r14
    fadd r17, r17, r28
    f2i r16, r16
    shl r16, r16, r29
    iadd r17, r17, r16
    fmul r17, r17, r15
    (p) store.f16 r17, [r18 + r4]
    iadd r11, r11, r13
    iadd r12, r12, r5
    iadd r18, r18, r19
  endloop
  end
)";

}  // namespace

PpuProgram softmax_program() { return assemble(kSoftmax, "softmax"); }

void set_softmax_uniforms(PpuJob& job, const SoftmaxRows& rows, const Quantization& input) {
  constexpr std::int64_t kLanes = 4;
  const std::int64_t in = bytes_of(DataType::uint8), out = bytes_of(DataType::float16);
  const auto set = [&](SoftmaxUniform slot, std::int64_t value) {
    job.uniforms[slot] = static_cast<std::uint32_t>(value);
  };
  set(kSoftmaxGroups, ceil_div(rows.elements, kLanes));
  set(kSoftmaxElements, rows.elements);
  set(kSoftmaxInputRowBytes, rows.row_step * in);
  set(kSoftmaxOutputRowBytes, rows.row_step * out);
  set(kSoftmaxInputElementBytes, rows.element_step * in);
  set(kSoftmaxOutputElementBytes, rows.element_step * out);
  set(kSoftmaxZeroPoint, input.zero_point.front());
  std::memcpy(&job.uniforms[kSoftmaxScale], &input.scale.front(), sizeof(float));
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Does one engine take exactly the cycles derived by hand for this job?
#include <gtest/gtest.h>

#include "sim/simulate.h"
#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

constexpr Address kIn = kVipSramBase + 2048, kOut = kVipSramBase + 8192;
constexpr Address kCoefficients = 0x100000, kBias = 0x101000;

NneJob small_convolution(int layer) {
  NneJob job{};
  job.header = job_header(Engine::nne, static_cast<int>(NneOperation::convolution), layer);
  job.input = packed_view(kIn, 8, 8, 4);
  job.output = packed_view(kOut, 8, 8, 4);
  job.post = vipf_post(1.0F);
  job.conv_width = job.conv_height = 8;
  job.weight_dtype = kU8;
  job.kernel_w = job.kernel_h = 3;
  job.stride_w = job.stride_h = 1;
  job.dilation_w = job.dilation_h = 1;
  job.pad_left = job.pad_top = 1;
  job.tile_w = job.tile_h = 8;
  job.interleave = 4;
  job.kernels_per_core = 2;
  job.superblocks = 1;
  job.groups = 1;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  job.coefficients = kCoefficients;
  job.bias = kBias;
  return job;
}

NetworkBinary convolution_program() {
  ProgramBuilder builder;
  NneJob job = small_convolution(builder.layer("conv", "NN"));
  const Bytes stream = raw_coefficients(job, 2, std::vector<std::uint8_t>(4 * 36, 1));
  job.coefficient_bytes = static_cast<std::uint32_t>(stream.size());
  builder.segment(kCoefficients, stream);
  builder.segment(kBias, Bytes(16));
  builder.segment(kIn, Bytes(256, 1));
  builder.add(job);
  return builder.binary();
}

const CauseCycles& causes_of(const RunRecord& record, Engine engine) {
  return record.profile.engines[static_cast<std::size_t>(engine)].causes;
}

TEST(EngineCycles, OneWholeConvolutionJob) {
  // 3x3, pad 1, 8x8x4 -> 8x8x4, input and output in SRAM (16 bytes a cycle, latency 2), coefficients in DRAM.
  // Coded: header 64 + 2 cores * (2 kernels * 4 blocks * 9 * 10 bit = 90 bytes, padded to 128) = 320 bytes.
  // The step is cut into 4 chunks of 1 input channel (64 bytes) and 80 coded bytes.
  //
  // Front end: network start 50 + command 5; the job is there in cycle 55. Launch 100: stages start in 155;
  // the array needs 10 more: 165. Input: chunk 0 in 64/16 + 2 = 6 cycles: 161, before the array is ready; the
  // others hide behind coefficients. Coefficients: bias (16 bytes) 155: activate, +10 column, +10 data, 1
  // cycle, +20 path = 196.
  //   chunk 0 posted 196, other bank: 196 + 10 + 10 + 5 + 20 = 241; chunk 1 row open: 241 + 10 + 5 + 20 =
  //   276; chunk 2: 311; chunk 3 crosses a 256-byte boundary, bursts of 16 and 64 bytes: data 321..322 and
  //   322..326: 346.
  // Decoder: a core's 72 weights at 4 a cycle = 18 cycles = 4 + 5 + 4 + 5: ready in 245, 281, 315, 351.
  // Array: 4 blocks * 3 cycles * 2 row groups = 24 a kernel, 2 kernels a core = 48 = 4 * 12:
  //   245..257, 281..293, 315..327, 351..363.
  // Post-processing: 8*8*4 results / 8 lanes = 32: 395. Write-back: 256/16 + 2 = 18: 413.
  const NetworkBinary binary = convolution_program();
  const RunRecord record = simulate(binary, test_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 413U);
  // The books: idle until 55; launch 110; DRAM (241-165) + (276-257) + (311-293) + (346-327) = 76+19+18+19;
  // decoder 4+5+4+5; array 48; output 413-363.
  const CauseCycles& nne = causes_of(record, Engine::nne);
  EXPECT_EQ(nne[Cause::idle], 55U);
  EXPECT_EQ(nne[Cause::launch], 110U);
  EXPECT_EQ(nne[Cause::dram], 132U);
  EXPECT_EQ(nne[Cause::coefficients], 18U);
  EXPECT_EQ(nne[Cause::compute], 48U);
  EXPECT_EQ(nne[Cause::output], 50U);
  EXPECT_EQ(nne[Cause::input] + nne[Cause::engine], 0U);
  // Bytes: coefficients and bias from DRAM once; the map from and to SRAM once.
  EXPECT_EQ(record.profile.traffic.ddr_read, 320U + 16U);
  EXPECT_EQ(record.profile.traffic.sram_read, 256U);
  EXPECT_EQ(record.profile.traffic.sram_write, 256U);
  EXPECT_EQ(record.profile.traffic.ddr_write, 0U);
}

TpJob tp_job(TpOperation operation, int layer) {
  TpJob job{};
  job.header = job_header(Engine::tp, static_cast<int>(operation), layer);
  job.post = vipf_post(1.0F);
  job.input_scale = job.output_scale = 1.0F;
  return job;
}

TEST(EngineCycles, OneTpPooling) {
  // 55 as above, launch 200: 255. Read 256 bytes: 16 + 2 = 18: 273. 256 elements at one a cycle: 529.
  // Write 64 bytes: 4 + 2: 535.
  ProgramBuilder builder;
  TpJob job = tp_job(TpOperation::max_pool, builder.layer("pool", "TP"));
  job.input = packed_view(kIn, 8, 8, 4);
  job.output = packed_view(kOut, 4, 4, 4);
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = 2;
  builder.segment(kIn, Bytes(256, 7));
  builder.add(job);
  const RunRecord record = simulate(builder.binary(), test_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 535U);
  EXPECT_EQ(causes_of(record, Engine::tp)[Cause::compute], 256U);
  EXPECT_EQ(causes_of(record, Engine::tp)[Cause::input], 18U);
}

TEST(EngineCycles, OneTpNormalization) {
  // Start 255 and read 18 as above: 273. 256 elements: 529. Write 256 bytes: 16 + 2: 547.
  ProgramBuilder builder;
  TpJob job = tp_job(TpOperation::lrn, builder.layer("lrn", "TP"));
  job.input = packed_view(kIn, 8, 8, 4);
  job.output = packed_view(kOut, 8, 8, 4);
  job.input_scale = job.output_scale = 1;
  job.lrn = {0, 1, 2, 5};
  builder.segment(kIn, Bytes(256, 7));
  builder.add(job);
  const RunRecord record = simulate(builder.binary(), test_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 547U);
  EXPECT_EQ(causes_of(record, Engine::tp)[Cause::compute], 256U);
}

NetworkBinary transpose_program() {
  ProgramBuilder builder;
  TpJob job = tp_job(TpOperation::transpose, builder.layer("permute", "TP"));
  job.input = packed_view(kIn, 80, 32, 2);
  job.output = packed_view(kOut, 2, 32, 80);
  job.perm[0] = 2;
  job.perm[1] = 1;
  job.perm[2] = 0;
  builder.segment(kIn, Bytes(5120, 3));
  builder.add(job);
  return builder.binary();
}

TEST(EngineCycles, OneTpTransposeInTwoPieces) {
  // 80x32x2 = 5120 bytes, two pieces of 2560. Start 255. The SRAM serves 1 KiB pieces: 2560 bytes = 160
  // cycles + 2. Read 0: 255..417. Read 1: 417..579, hidden. Array: 417 + 2560 = 2977. Its write 0 goes out
  // from 2977. Array second half: 2977 + 2560 = 5537. Write 1: 162: 5699.
  const RunRecord record = simulate(transpose_program(), test_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 5699U);
}

TEST(EngineCycles, APortForEachDirectionOfTheSram) {
  // 64 elements a cycle: a piece takes 40. Read 0: 417, array: 457, read 1: 417 .. 579, array: 619.
  Chip chip = test_chip();
  chip.tp.elements_per_cycle_per_core = 64;
  chip.vip_sram.ports = 2;
  // Write 0: 457 + 162 = 619, while the other port reads; write 1: 781.
  EXPECT_EQ(simulate(transpose_program(), chip, {}).profile.total_cycles, 781U);
  // One port: write 0 waits for read 1 to leave it in 577: 739; write 1: 901.
  chip.vip_sram.ports = 1;
  EXPECT_EQ(simulate(transpose_program(), chip, {}).profile.total_cycles, 901U);
}

NetworkBinary doubling_program(Address in = kIn, Address out = kOut) {
  const PpuProgram program = assemble(
      "movu r1, u0\n"
      "movu r2, u1\n"
      "movi r3, 1\n"
      "load.u8 r4, [r1 + r3]\n"
      "iadd r4, r4, r4\n"
      "store.u8 r4, [r2 + r3]\n"
      "end\n",
      "double");
  ProgramBuilder builder;
  PpuJob job{};
  job.header = job_header(Engine::ppu, 0, builder.layer("double", "SH"));
  job.operands[0] = {in, 4, OperandRange::read};
  job.operands[1] = {out, 4, OperandRange::write};
  job.program = kCoefficients;
  job.program_bytes = static_cast<std::uint32_t>(program.size() * sizeof(PpuInstruction));
  job.threads = 1;
  job.uniforms[0] = in;
  job.uniforms[1] = out;
  builder.segment(kCoefficients, encode(program));
  builder.segment(in, {1, 2, 3, 100});
  builder.add(job);
  builder.binary().outputs.push_back({"y", "y", out, {4}, DataType::uint8, {}});
  return builder.binary();
}

TEST(EngineCycles, OnePpuProgram) {
  // 55, launch 300: 355. Program: 7 instructions * 16 = 112 bytes from DRAM: activate, +10, +10, 7 data, +20
  // = 402. Input: 4 bytes from SRAM: 1 + 2: 405. One thread: 4 ALU and 1 control at 4 cycles, 2 memory at 20:
  // 60: 465. Output: 4 bytes: 3: 468.
  const RunRecord record = simulate(doubling_program(), test_chip(), {});
  EXPECT_EQ(record.profile.total_cycles, 468U);
  EXPECT_EQ(record.profile.ppu_instructions, 7U);
  EXPECT_EQ(record.outputs.at(0).tensor.bytes, (Bytes{2, 4, 6, 200}));
}

TEST(EngineCycles, OnePpuProgramFromAScheduledDram) {
  // As above, but the program comes from DDR3-1600 x16 (5 cycles are 4 clocks): asked at 355, at the
  // controller at 365 = 292 clocks; activate 292, seven columns of 16 bytes from 303 to 327, data to 327 + 11
  // + 4 = 342 clocks = 427.5
  // -> 428 cycles, back at 438: 36 cycles later than above.
  Chip chip = test_chip();
  chip.dram.model = DramModel::scheduled;
  const RunRecord record = simulate(doubling_program(), chip, {});
  EXPECT_EQ(record.profile.total_cycles, 468U + 36U);
  EXPECT_EQ(record.outputs.at(0).tensor.bytes, (Bytes{2, 4, 6, 200}));
}

TEST(EngineCycles, OnePpuProgramWithItsOperandsInTheAxiSram) {
  // Latency 12. Program there in 402 as above; 4 bytes: 1 + 12: 415; 60 of execution: 475; written: 488.
  // Counted are the beats of 16 bytes that they lie in.
  Chip chip = test_chip();
  chip.axi_sram.bytes = 4096;
  chip.axi_sram.latency_cycles = 12;
  const NetworkBinary binary = doubling_program(kAxiSramBase, kAxiSramBase + 64);
  const RunRecord record = simulate(binary, chip, {});
  EXPECT_EQ(record.profile.total_cycles, 488U);
  EXPECT_EQ(record.profile.traffic.axi_read, 16U);
  EXPECT_EQ(record.profile.traffic.axi_write, 16U);
  EXPECT_EQ(record.profile.traffic.ddr_read, 112U);
  EXPECT_EQ(causes_of(record, Engine::ppu)[Cause::input], 13U);
  EXPECT_EQ(record.outputs.at(0).tensor.bytes, (Bytes{2, 4, 6, 200}));
  // Behind one port with a scheduled DRAM: 36 cycles later, and the written beat crosses the bus first.
  chip.dram.model = DramModel::scheduled;
  EXPECT_EQ(simulate(binary, chip, {}).profile.total_cycles, 488U + 36U + 1U);
}

TEST(EngineCycles, ValuesDoNotChangeTime) {
  const NetworkBinary binary = convolution_program();
  SimulateOptions no_data;
  no_data.data = false;
  EXPECT_EQ(simulate(binary, test_chip(), {}, no_data).profile.total_cycles, 413U);
  SimulateOptions no_time;
  no_time.time = false;
  EXPECT_EQ(simulate(binary, test_chip(), {}, no_time).profile.total_cycles, 0U);
}

}  // namespace
}  // namespace trireme

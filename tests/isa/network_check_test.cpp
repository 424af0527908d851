// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "support/error.h"
#include "tests/isa/small_network.h"

namespace trireme {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What check() says of the small network after one change.
std::string after(const std::function<void(NetworkBinary&)>& change) {
  NetworkBinary binary = small_network();
  const Chip chip = find_chip(kDefaultChip);
  change(binary);
  try {
    check(binary, chip, "net.tnb");
  } catch (const Error& error) {
    std::string text;
    for (const Problem& problem : error.problems()) text += to_string(problem) + "\n";
    return text;
  }
  return "no error";
}

std::string after_nne(const std::function<void(NneJob&)>& change) {
  return after([&](NetworkBinary& binary) { change(std::get<NneJob>(binary.jobs[0])); });
}

std::string after_ppu(const std::function<void(PpuJob&)>& change) {
  return after([&](NetworkBinary& binary) { change(std::get<PpuJob>(binary.jobs[1])); });
}

TEST(NetworkCheck, TheSmallNetworkPasses) {
  EXPECT_EQ(after([](NetworkBinary&) {}), "no error");
}

TEST(NetworkCheck, AddressesMustBeInAMemory) {
  EXPECT_THAT(after_nne([](NneJob& job) { job.input.address = 0x1FFFFFF0; }),
              AllOf(HasSubstr("net.tnb: job 0: input"), HasSubstr("536870912 bytes of DRAM")));
  // Ends beyond 32 bits.
  EXPECT_THAT(after_nne([](NneJob& job) { job.output.plane_stride = 0xFFFFFFFF; }),
              HasSubstr("job 0: output"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.output.height = 0; }), HasSubstr("empty"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.kernel_cache = kVipSramBase; }), HasSubstr("kernel cache"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.kernel_cache = kVipSramBase + 131072 - 100; }),
              HasSubstr("kernel cache"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.kernel_cache = 0x800; }), HasSubstr("kernel cache is in DRAM"));
  // The chip has no AXI-SRAM; between two windows there is nothing.
  EXPECT_THAT(after_nne([](NneJob& job) { job.input.address = kAxiSramBase; }),
              HasSubstr("is not in the AXI-SRAM from 0xfe000000 to 0xfe000000"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.input.address = kVipSramBase - 8; }), HasSubstr("AXI-SRAM"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.axi_sram_bytes = 64; }), HasSubstr("AXI-SRAM"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.buffers[1].bytes = 0x40000000; }),
              HasSubstr("buffer 'conv1_out'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.layers[0].outputs[0].row_stride = 0x40000000; }),
              HasSubstr("output 'conv1_out'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.outputs[0].address = 0xFEFFFFFF; }),
              HasSubstr("output 'prob'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.dram_bytes = 0x20000001; }),
              HasSubstr("bytes of DRAM"));
}

TEST(NetworkCheck, ActivationsNeedATableAndAChipThatLooksUp) {
  const auto with = [](NneActivation activation, Address table) {
    return after_nne([=](NneJob& job) {
      job.activation = static_cast<std::uint8_t>(activation);
      job.table = table;
    });
  };
  EXPECT_THAT(with(NneActivation::slopes, 0x400000),
              HasSubstr("table: 0x400000 to 0x400100 is in no segment"));
  EXPECT_THAT(with(NneActivation::table, 0x400000), HasSubstr("no such activation behind the array"));
}

TEST(NetworkCheck, ConstantsAreThereAndStay) {
  EXPECT_THAT(after_nne([](NneJob& job) { job.coefficient_bytes = 129; }),
              HasSubstr("coefficients: 0x1000 to 0x1081"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.bias = 0x1104; }), HasSubstr("bias"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.post.per_channel = 1; }), HasSubstr("requantizers"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.output.address = 0xFF0; }),
              HasSubstr("over segment 'conv1 coefficients'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.segments[1].address = 0x107C; }),
              HasSubstr("segment 'conv1 bias': overlaps segment 'conv1 coefficients'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.segments[1].address = kVipSramBase + 0x1000; }),
              HasSubstr("keeps nothing between runs"));
}

TEST(NetworkCheck, EventsMustBeSignalledOnce) {
  EXPECT_THAT(after_nne([](NneJob& job) { job.header.signal_event = kNoEvent; }),
              HasSubstr("job 1: waits for event 0, which no job signals"));
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.header.signal_event = 0; }),
              HasSubstr("signals event 0, as job 0 does"));
  // Job 0 waits for job 1, job 1 for job 0.
  EXPECT_THAT(after([](NetworkBinary& binary) {
                header_of(binary.jobs[0]).wait_events[3] = 5;
                header_of(binary.jobs[1]).signal_event = 5;
              }),
              AllOf(HasSubstr("job 0: waits for event 5"), HasSubstr("job 1: waits for event 0")));
}

TEST(NetworkCheck, IndicesMustExist) {
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.header.layer = 2; }), HasSubstr("job 1: belongs to layer 2"));
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.header.job = 0; }), HasSubstr("job 1: calls itself job 0"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.layers[1].outputs[0].after_job = 2; }),
              HasSubstr("after job 2"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.buffers[0].last_job = 2; }),
              HasSubstr("buffer 'input'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.layers[1].engine = "GPU"; }),
              HasSubstr("runs on 'GPU'"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.outputs.clear(); }), HasSubstr("has no output"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.jobs.clear(); }), HasSubstr("there are 0 jobs"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.chip_name = "a311d"; }), HasSubstr("chip 'a311d'"));
}

TEST(NetworkCheck, ConvolutionFieldsMustBePossible) {
  EXPECT_THAT(after_nne([](NneJob& job) { job.kernel_w = 16; }), HasSubstr("kernel width is 16 (1 to 15)"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.stride_h = 0; }), HasSubstr("vertical stride is 0"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.tile_w = 129; }), HasSubstr("tile width is 129"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.interleave = 0; }), HasSubstr("row groups is 0"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.groups = 0; }), HasSubstr("groups is 0"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.weight_dtype = static_cast<std::uint8_t>(DataType::float16); }),
              HasSubstr("weights of type float16"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.superblocks = 0; }), HasSubstr("superblocks is 0"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.pool_type = 1; }), HasSubstr("pooling kernel is 0"));
  EXPECT_THAT(after_nne([](NneJob& job) { job.post.clamp_low = 256; }), HasSubstr("clamps to 256..255"));
}

TEST(NetworkCheck, ProgramsMustRun) {
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.program_bytes -= 16; }), HasSubstr("does not end with end"));
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.program_bytes -= 1; }),
              HasSubstr("instructions have 16 bytes"));
  EXPECT_THAT(after_ppu([](PpuJob& job) { job.threads = 0; }), HasSubstr("threads is 0"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.segments[2].bytes[0] = 200; }),
              HasSubstr("unknown opcode 200"));
  EXPECT_THAT(after([](NetworkBinary& binary) { binary.segments[2].bytes[16 + 1] = 32; }),
              HasSubstr("register 32"));
  // loop 0xFFFFFFFF of 2 instructions, 8 threads: 2^33 each is fine; 2^30 threads are not.
  const auto long_loop = [](NetworkBinary& binary) {
    for (std::size_t at = 8; at < 12; ++at) binary.segments[2].bytes[at] = 0xFF;
  };
  EXPECT_EQ(after(long_loop), "no error");
  EXPECT_THAT(after([&](NetworkBinary& binary) {
                long_loop(binary);
                std::get<PpuJob>(binary.jobs[1]).threads = 1u << 30;
              }),
              HasSubstr("instructions in all"));
}

TpJob small_tp(TpOperation operation) {
  TpJob job{};
  job.header = header_for(Engine::tp, 0, 0, kNoEvent);
  job.header.operation = static_cast<std::uint8_t>(operation);
  job.input = small_convolution().input;
  job.output = small_convolution().output;
  job.post = small_convolution().post;
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = 2;
  job.perm[0] = 2, job.perm[1] = 0, job.perm[2] = 1;
  job.table = 0x1000;
  job.table_bytes = 128;
  job.bias = 0x1100;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::int8);
  job.input_scale = job.output_scale = 0.5f;
  return job;
}

std::string after_tp(TpOperation operation, const std::function<void(TpJob&)>& change) {
  return after([&](NetworkBinary& binary) {
    TpJob job = small_tp(operation);
    change(job);
    binary.jobs[0] = job;
  });
}

TEST(NetworkCheck, TpFieldsMustBePossible) {
  for (const TpOperation operation : {TpOperation::max_pool, TpOperation::avg_pool, TpOperation::transpose,
                                      TpOperation::fully_connected, TpOperation::copy}) {
    EXPECT_EQ(after_tp(operation, [](TpJob&) {}), "no error");
  }
  EXPECT_THAT(after_tp(TpOperation::fully_connected,
                       [](TpJob& job) { job.weight_dtype = static_cast<std::uint8_t>(DataType::float16); }),
              HasSubstr("weights of type float16 (int8, uint8 or int16)"));
  EXPECT_THAT(after_tp(TpOperation::lut, [](TpJob&) {}), HasSubstr("bytes of the table is 128 (256 to 256)"));
  EXPECT_THAT(after_tp(TpOperation::max_pool, [](TpJob& job) { job.stride_w = 0; }),
              HasSubstr("horizontal stride is 0"));
  EXPECT_THAT(after_tp(TpOperation::avg_pool, [](TpJob& job) { job.output_scale = 0; }),
              HasSubstr("scales 0.5 and 0"));
  EXPECT_THAT(after_tp(TpOperation::transpose, [](TpJob& job) { job.perm[0] = 1; }),
              HasSubstr("no permutation"));
  EXPECT_THAT(after_tp(TpOperation::fully_connected, [](TpJob& job) { job.table_bytes = 0; }),
              HasSubstr("coefficients"));
}

std::string after_lrn(const std::function<void(TpJob&)>& change) {
  return after_tp(TpOperation::lrn, [&](TpJob& job) {
    job.input = job.output;
    job.input.address = 0x0;
    job.lrn = {1e-4F, 0.75F, 1, 5};
    change(job);
  });
}

TEST(NetworkCheck, NormalizationsMustBePossible) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(after_lrn([](TpJob&) {}), "no error");
  for (const std::uint32_t size : {0U, 256U, 0xFFFFFFFFU}) {
    EXPECT_THAT(after_lrn([&](TpJob& job) { job.lrn.size = size; }),
                HasSubstr("channels of the window is " + std::to_string(size) + " (1 to 255)"));
  }
  for (const float value : {-1e-6F, kInf, std::nanf("")}) {
    EXPECT_THAT(after_lrn([&](TpJob& job) { job.lrn.alpha = value; }), HasSubstr("none below zero"));
    EXPECT_THAT(after_lrn([&](TpJob& job) { job.lrn.beta = value; }), HasSubstr("none below zero"));
    EXPECT_THAT(after_lrn([&](TpJob& job) { job.lrn.bias = value; }), HasSubstr("none below zero"));
    EXPECT_THAT(after_lrn([&](TpJob& job) { job.output_scale = value; }), HasSubstr("finite and above zero"));
  }
  EXPECT_THAT(after_lrn([](TpJob& job) { job.lrn.bias = 0; }), HasSubstr("bias 0"));
  EXPECT_THAT(after_lrn([](TpJob& job) { job.input_scale = 0; }), HasSubstr("scales 0 and 0.5"));
  EXPECT_THAT(after_lrn([](TpJob& job) { --job.input.channels; }), HasSubstr("of another size"));
  EXPECT_THAT(after_lrn([](TpJob& job) { job.input.dtype = static_cast<std::uint8_t>(DataType::int16); }),
              HasSubstr("normalizes codes of type int16 (int8 or uint8)"));
}

}  // namespace
}  // namespace trireme

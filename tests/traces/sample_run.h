// SPDX-License-Identifier: Apache-2.0
// A small run that everything in these tests is derived from by hand.
#pragma once

#include <string>

#include "tests/support/temp_folder.h"
#include "traces/run_record.h"

namespace trireme {

// Two layers on a clock of 500 MHz (2 ns a cycle), 1000 cycles in all: 100 before the first job, conv1 700,
// softmax 200.
inline Profile sample_profile() {
  Profile profile;
  profile.network = "tiny";
  profile.chip = "test_chip";
  profile.total_cycles = 1000;
  profile.clock_hz = 500'000'000;
  profile.exclusive_outside_layers = 100;
  profile.traffic = {3000, 500, 64, 32, 16, 8};
  profile.macs = 1'234'567;
  profile.ppu_instructions = 42;
  profile.io_buffers = 2;
  profile.io_bytes = 804;

  LayerProfile conv;
  conv.lid = "conv1_4";
  conv.name = "conv1";
  conv.op = "convolution";
  conv.merged = {"relu1_3"};
  conv.engine = "NN";
  conv.reason = "convolution with a kernel the NNE has";
  conv.input_shape = {1, 1, 28, 28};
  conv.output_shape = {1, 6, 24, 24};
  conv.start_cycle = 100;
  conv.finish_cycle = 800;
  conv.busy_cycles = 700;
  conv.exclusive_cycles = 700;
  conv.causes[Cause::compute] = 600;
  conv.causes[Cause::coefficients] = 40;
  conv.causes[Cause::launch] = 60;
  conv.traffic = {2900, 400, 64, 32, 16, 8};
  conv.macs = 1'234'567;
  conv.utilization = 0.875;
  conv.weight_bytes = 150;
  conv.coded_bytes = 120;

  LayerProfile softmax;
  softmax.lid = "prob_1";
  softmax.name = "prob, \"final\"";
  softmax.op = "softmax";
  softmax.engine = "SH";
  softmax.input_shape = {1, 10};
  softmax.output_shape = {1, 10};
  softmax.start_cycle = 800;
  softmax.finish_cycle = 1000;
  softmax.busy_cycles = 200;
  softmax.exclusive_cycles = 200;
  softmax.causes[Cause::compute] = 150;
  softmax.causes[Cause::dram] = 50;
  softmax.traffic = {100, 100, 0, 0};
  softmax.ppu_instructions = 42;
  profile.layers = {conv, softmax};

  EngineProfile nne{"NN", 1, 700, conv.causes};
  nne.causes[Cause::idle] = 300;
  EngineProfile ppu{"SH", 1, 200, softmax.causes};
  ppu.causes[Cause::engine] = 700;
  ppu.causes[Cause::idle] = 100;
  profile.engines = {nne, ppu};
  return profile;
}

// A job that holds a transfer, two transfers that overlap without nesting, and a job of another unit.
inline Timeline sample_timeline() {
  Timeline timeline;
  const auto add = [&](const char* unit, const char* name, std::uint64_t start, std::uint64_t finish,
                       std::uint32_t layer, std::uint32_t value) {
    timeline.events.push_back({start, finish, timeline.unit(unit), timeline.name(name), layer, value});
  };
  add("SH", "prob job", 800, 1000, 1, 1);
  add("NN", "tile", 150, 300, 0, 0);
  add("NN", "conv1 job", 100, 800, 0, 0);
  add("DRAM", "read", 100, 200, 0, 64);
  add("DRAM", "read", 150, 250, 0, 64);
  add("DRAM", "refresh", 260, 300, kNoLayer, 0);
  timeline.finish();
  return timeline;
}

inline RunRecord sample_record() {
  RunRecord record;
  record.profile = sample_profile();
  record.timeline = sample_timeline();
  record.buffers = {{"input", "input", "dram", 4096, 784, 0, 800}};
  GoldenTensor input{
      "image", "image_0", Tensor::of<std::uint8_t>({1, 1, 2, 2}, {0, 51, 102, 255}), true, 0.5F, 51, 0};
  GoldenTensor output{"prob", "attach_prob/out0_0", Tensor(DataType::float16, {1, 10}), false, 0, 0, 0};
  record.inputs = {input};
  record.outputs = {output};
  record.layers = {input};
  record.layers[0].lid = "conv1_4";
  record.graph = {
      {"conv1_4", "conv1", "convolution", "NN", "why", {"image_0"}, {}, {1, 1, 2, 2}, "uint8", "u8", {0}}};
  record.run = {{"chip", "test_chip"}, {"requantization", "vipf"}};
  record.host = {{"wall_seconds", "0.1"}};
  return record;
}

}  // namespace trireme

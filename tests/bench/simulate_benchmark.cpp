// SPDX-License-Identifier: Apache-2.0
// How fast we simulate: cycles of the chip per CPU second, with values and without. Run bin/trireme_bench.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "compiler/compile.h"
#include "model/import/import.h"
#include "model/preprocess/input_meta.h"
#include "model/quantize/calibrate.h"
#include "sim/simulate.h"

extern "C" int sc_main(int, char**) { return 0; }

namespace trireme {
namespace {

struct Subject {
  Chip chip;
  NetworkBinary binary;
  std::vector<Tensor> inputs;
};

// A network on seeded random calibration: the cycles do not depend on it, the values need only be defined.
Subject prepare(const std::string& model) {
  Subject subject;
  subject.chip = find_chip(kDefaultChip);
  Graph graph = load_model(std::string(TRIREME_SOURCE_DIR) + "/" + model);
  simplify(graph);
  assign_layer_ids(graph);
  int samples = 0;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& inputs) {
    inputs.clear();
    for (const ValueId id : graph.inputs) inputs.push_back(random_input(graph.values[id], 1));
    return samples++ < 4;
  });
  CompileOptions options;
  subject.binary = compile(graph, subject.chip, options);
  for (const IoTensor& io : subject.binary.inputs) {
    Value as_value;
    as_value.name = io.name;
    as_value.shape = io.shape;
    subject.inputs.push_back(quantize(random_input(as_value, 2), io.quantization));
  }
  return subject;
}

void simulate_lenet(benchmark::State& state, bool data) {
  const Subject subject = prepare("examples/lenet/lenet.onnx");
  SimulateOptions options;
  options.data = data;
  options.timeline = false;
  std::uint64_t cycles = 0;
  for (auto _ : state) {
    cycles += simulate(subject.binary, subject.chip, data ? subject.inputs : std::vector<Tensor>{}, options)
                  .profile.total_cycles;
  }
  state.counters["cycles_per_cpu_second"] = benchmark::Counter(
      static_cast<double>(cycles), benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

BENCHMARK_CAPTURE(simulate_lenet, values_and_time, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simulate_lenet, time_only, false)->Unit(benchmark::kMillisecond);

void compile_lenet(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(prepare("examples/lenet/lenet.onnx"));
}
BENCHMARK(compile_lenet)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace trireme

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}

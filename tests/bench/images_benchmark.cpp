// SPDX-License-Identifier: Apache-2.0
// CPU time of images through a real network in one process: bin/trireme_bench_images MODEL [IMAGES]. The
// phases are the simulator's own: values alone, time alone, both. tools/benchmark_images puts ONNX Runtime
// beside them.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/common_compile.h"
#include "cli/common_quantize.h"
#include "model/preprocess/input_meta.h"
#include "sim/simulate.h"
#include "support/allocation.h"
#include "support/error.h"

extern "C" int sc_main(int, char**) { return 0; }

namespace trireme {
namespace {

// Of all threads of the process: an idle second thread would not count, a busy one would.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::vector<Tensor> image(const NetworkBinary& binary, std::uint64_t seed) {
  std::vector<Tensor> inputs;
  for (const IoTensor& io : binary.inputs) {
    Value value;
    value.name = io.name;
    value.shape = io.shape;
    inputs.push_back(stored_input(random_input(value, seed), io.quantization, io.dtype));
  }
  return inputs;
}

// Mean of CPU seconds an image; the images differ, the first one's page faults and tables are part of the
// mean.
double seconds_an_image(const CompiledModel& model, int images, bool values, bool time) {
  SimulateOptions options;
  options.data = values;
  options.time = time;
  options.timeline = false;
  double total = 0;
  for (int i = 0; i < images; ++i) {
    const std::vector<Tensor> inputs = values ? image(model.binary, i + 1) : std::vector<Tensor>{};
    const double before = cpu_seconds();
    simulate(model.binary, model.chip, inputs, options);
    total += cpu_seconds() - before;
  }
  return total / images;
}

nlohmann::ordered_json measure(const std::string& file, int images) {
  ModelOptions options;
  options.model = file;
  const Console console("trireme_bench_images");
  const double before = cpu_seconds();
  const CompiledModel model = compile_model(options, {}, console, ProgressMode::none);
  nlohmann::ordered_json report;
  report["model"] = file;
  report["chip"] = model.chip.name;
  report["images"] = images;
  report["prepare_seconds"] = cpu_seconds() - before;
  report["values_seconds"] = seconds_an_image(model, images, true, false);
  report["time_seconds"] = seconds_an_image(model, images, false, true);
  report["values_and_time_seconds"] = seconds_an_image(model, images, true, true);
  return report;
}

}  // namespace
}  // namespace trireme

int main(int argc, char** argv) {
  const int images = argc > 2 ? std::atoi(argv[2]) : 10;
  if (argc < 2 || images < 1) {
    fmt::print(stderr, "usage: trireme_bench_images MODEL [IMAGES]\n");
    return 2;
  }
  trireme::keep_freed_memory();
  try {
    fmt::print("{}\n", trireme::measure(argv[1], images).dump(2));
  } catch (const trireme::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}

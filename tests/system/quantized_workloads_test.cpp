// SPDX-License-Identifier: Apache-2.0
// Real networks through importer, compiler and simulator: quantized ones give the runtimes' integers, float
// ones the reference's numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/quantize/real_network.h"
#include "tensor/files.h"
#include "tests/support_for_tests/quantized_workloads.h"
#include "tests/support_for_tests/relative_difference.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

struct Compiled {
  Graph graph;  // simplified
  NetworkBinary binary;
};

Compiled compile_workload(Graph graph, RequantRule rule) {
  simplify(graph);
  assign_layer_ids(graph);
  Compiled result{std::move(graph), {}};
  result.binary = compiled(result.graph, find_chip(kDefaultChip), true, true, rule);
  return result;
}

RunRecord run(const NetworkBinary& binary, const Tensor& input) {
  SimulateOptions options;
  options.time = false;  // what is judged here is values
  RunRecord record = simulate(binary, find_chip(kDefaultChip), {input}, options);
  EXPECT_TRUE(record.findings.empty()) << record.findings.front().text;
  return record;
}

TEST(QuantizedWorkloadsOnTheSimulator, NoIntegerDiffers) {
  const std::vector<fs::path> workloads = quantized_workloads();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder: set TRIREME_SHARED";
  for (const fs::path& folder : workloads) {
    const Graph graph = load_model(model_of(folder));
    for (const Variant& variant : variants(folder.filename().string(), graph)) {
      Difference all;
      std::optional<Compiled> network;
      for (const fs::path& path : cases_of(folder)) {
        const fs::path answer = path / ("out_0." + variant.oracle + ".npy");
        if (!fs::exists(answer)) continue;
        if (!network) network = compile_workload(graph, variant.rule);
        const RunRecord record = run(network->binary, read_npy(path / "in_0.npy"));
        all += difference(record.outputs.at(0).tensor, read_npy(answer));
      }
      if (!network) continue;  // no stored answers of this runtime
      fmt::print("{:42} {:12} {} of {} differ\n", folder.filename().string(), variant.oracle, all.differing,
                 all.elements);
      EXPECT_EQ(all.differing, 0) << folder.filename() << " against " << variant.oracle;
    }
  }
}

TEST(FloatWorkloadsOnTheSimulator, AgreeWithReferenceAndRuntime) {
  const fs::path workloads = workloads_folder();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder: set TRIREME_SHARED";
  for (const char* name :
       {"mlperf_ad_fp32", "mlperf_resnet8_fp32", "onnx_mnist8_fp32", "onnx_ultraface320_fp32",
        "onnx_fastestdet_fp32", "onnx_st_mobilenet_v2_050_128_fp32", "onnx_super_resolution_fp32",
        "onnx_light_squeezenet", "onnx_light_shufflenet"}) {
    const fs::path folder = workloads / name;
    const fs::path first = cases_of(folder).at(0);
    const Tensor input = read_npy(first / "in_0.npy");
    Graph graph = load_model(model_of(folder));
    make_real(graph, DataType::float32);
    const std::vector<Tensor> reference = execute(graph, {input}, {});
    const bool lite = graph.source_format == "tflite";
    const Tensor answer = read_npy(first / (lite ? "out_0.tflite290.npy" : "out_0.ort_disabled.npy"));
    const Compiled network = compile_workload(std::move(graph), RequantRule::vipf);
    const Tensor simulated = run(network.binary, input).outputs.at(0).tensor;
    fmt::print("{:36} reference {:.1e} of the runtime, simulator {:.1e} of the reference\n", name,
               relative_difference(reference.at(0), answer), relative_difference(simulated, reference.at(0)));
    EXPECT_LE(relative_difference(reference.at(0), answer), 1e-4) << name;
    EXPECT_LE(relative_difference(simulated, reference.at(0)), 1e-5) << name;
  }
}

}  // namespace
}  // namespace trireme

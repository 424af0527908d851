// SPDX-License-Identifier: Apache-2.0
// Both coefficient codings on whole networks: the coding changes no byte of a result, and what it saves on
// real weights.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/import/import.h"
#include "model/quantize/calibrate.h"
#include "tensor/files.h"
#include "tests/compiler/networks.h"
#include "tests/support_for_tests/quantized_workloads.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

// The default chip with nothing else changed.
Chip chip_with(CoefficientCoding coding) {
  return parse_chip(fmt::format("name: what_if\ninherits: {}\nnne:\n  coefficient_coding: {}\n", kDefaultChip,
                                name_of(coding)),
                    "what_if.yaml");
}

// True if a job's stream is what the chip's coding makes.
bool has_streams_of(const NetworkBinary& binary, CoefficientCoding coding) {
  bool any = false;
  for (const Job& job : binary.jobs) {
    const auto* nne = std::get_if<NneJob>(&job);
    if (nne == nullptr || nne->coefficient_bytes == 0) continue;
    for (const Segment& segment : binary.segments) {
      if (nne->coefficients < segment.address || nne->coefficients >= segment.address + segment.bytes.size())
        continue;
      const std::uint8_t flags = segment.bytes.at(nne->coefficients - segment.address + 3);
      EXPECT_EQ((flags & kZeroRunFlag) != 0, coding == CoefficientCoding::zero_run);
      any = true;
    }
  }
  return any;
}

TEST(CoefficientCoding, GeneratedNetworksGiveTheReferencesBytesInEither) {
  int with_convolutions = 0;
  for (const CoefficientCoding coding : {CoefficientCoding::zero_run, CoefficientCoding::huffman}) {
    const Chip chip = chip_with(coding);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(fmt::format("{} seed {}", name_of(coding), seed));
      Graph graph = test::quantized(test::random_network(seed, seed % 2 == 0));
      simplify(graph);
      unify_quantization(graph);
      const NetworkBinary binary = compiled(graph, chip, true);
      with_convolutions += has_streams_of(binary, coding) ? 1 : 0;
      expect_same_layers(graph, binary, chip, test::random_inputs(graph, seed));
    }
  }
  EXPECT_GT(with_convolutions, 20);
}

// LeNet with a calibration on one of its digits.
Graph lenet(const Tensor& digit) {
  Graph graph = import_onnx(fs::path(TRIREME_SOURCE_DIR) / "examples" / "lenet" / "lenet.onnx");
  simplify(graph);
  assign_layer_ids(graph);
  bool given = false;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    if (given) return false;
    sample = {digit};
    given = true;
    return true;
  });
  return graph;
}

TEST(CoefficientCoding, LenetGivesTheSameBytesInEither) {
  Tensor digit(DataType::float32, {1, 1, 28, 28});
  for (std::int64_t i = 0; i < digit.size(); ++i)
    digit.data<float>()[i] = static_cast<float>(i * 37 % 256) / 255.0F;
  const Graph graph = lenet(digit);
  std::vector<Bytes> outputs;
  for (const CoefficientCoding coding : {CoefficientCoding::huffman, CoefficientCoding::zero_run}) {
    const Chip chip = chip_with(coding);
    const NetworkBinary binary = compiled(graph, chip, true);
    EXPECT_TRUE(has_streams_of(binary, coding));
    EXPECT_GE(expect_same_layers(graph, binary, chip, {digit}), 7U);
    const Tensor stored = quantize(digit, graph.values[graph.inputs[0]].quantization);
    outputs.push_back(simulate(binary, chip, {stored}).outputs.at(0).tensor.bytes);
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

struct Coded {
  std::int64_t weights = 0, bytes = 0;
};

Coded coded(const NetworkBinary& binary) {
  Coded sum;
  for (const LayerSymbol& layer : binary.layers) {
    if (layer.coded_bytes == 0) continue;
    sum.weights += layer.weight_bytes;  // 8 bits each
    sum.bytes += layer.coded_bytes;
  }
  return sum;
}

Graph quantized_network(const fs::path& folder) {
  Graph graph = load_model(model_of(folder));
  simplify(graph);
  assign_layer_ids(graph);
  if (graph.values[graph.inputs.at(0)].quantization.quantized()) return graph;
  const std::vector<fs::path> cases = cases_of(folder);
  std::size_t next = 0;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    if (next == std::min<std::size_t>(cases.size(), 1)) return false;
    sample = {read_npy(cases[next++] / "in_0.npy")};
    return true;
  });
  return graph;
}

// Not the `light` models, whose weights are constants, and not the twins of the TensorFlow Lite networks,
// whose weights are the same.
bool has_weights_of_its_own(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const auto begins = [&](const char* with) { return name.rfind(with, 0) == 0; };
  return !begins("onnx_light") && !begins("onnx_qdq") && !begins("onnx_qlinear") && !begins("inputs") &&
         fs::is_directory(folder / "reference");
}

// Sizes of whole NBG files, commands and biases included (hardware.md §2.4): MB are 10^6 bytes.
struct Published {
  const char* network;
  double million_weights, megabytes;
};
constexpr Published kPublished[] = {
    {"ResNet-50", 25.5, 16.7}, {"MobileNetV1", 4.2, 3.15}, {"YOLOv3", 62, 38.9}};

TEST(CoefficientCoding, RatiosOfRealNetworks) {
  const fs::path workloads = workloads_folder();
  if (workloads.empty()) GTEST_SKIP() << "no workloads folder: set TRIREME_SHARED";
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(workloads)) {
    if (entry.is_directory() && has_weights_of_its_own(entry.path())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  fmt::print("{:40} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "network", "weights", "zero run", "B/weight",
             "Huffman", "B/weight");
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    try {
      const Graph graph = quantized_network(folder);
      const Coded runs = coded(compiled(graph, chip_with(CoefficientCoding::zero_run), true));
      const Coded huffman = coded(compiled(graph, chip_with(CoefficientCoding::huffman), true));
      EXPECT_EQ(runs.weights, huffman.weights) << name;
      if (runs.weights == 0) {
        fmt::print("{:40} no layer on NNE or TP\n", name);
        continue;
      }
      const auto each = [](const Coded& c) { return double(c.bytes) / double(c.weights); };
      fmt::print("{:40} {:10} {:10} {:10.3f} {:10} {:10.3f}\n", name, runs.weights, runs.bytes, each(runs),
                 huffman.bytes, each(huffman));
      // A stream is no longer than its weights plus the headers and padding of its layers: run fields are
      // used where they pay, and 8 bits of residual with the longest prefix, 5 bits, bound Huffman's.
      const auto layers = static_cast<std::int64_t>(graph.nodes.size());
      EXPECT_LE(huffman.bytes, huffman.weights * 13 / 8 + layers * 4096) << name;
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
  for (const Published& p : kPublished) {
    fmt::print("published: {:29} {:10.0f} {:>10} {:>10} {:10.0f} {:10.3f}\n", p.network,
               p.million_weights * 1e6, "", "", p.megabytes * 1e6, p.megabytes / p.million_weights);
  }
}

}  // namespace
}  // namespace trireme

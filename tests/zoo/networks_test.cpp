// SPDX-License-Identifier: Apache-2.0
// The zoo's networks are those that are published, and can be compiled and timed as they are.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compile.h"
#include "isa/chip.h"
#include "model/import/import.h"
#include "model/quantize/calibrate.h"
#include "sim/simulate.h"
#include "support/files.h"
#include "tests/support/temp_folder.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

std::filesystem::path write(const TempFolder& folder, const std::string& name, bool full = false) {
  const auto path = folder / (name + ".onnx");
  write_file(path, std::string_view(build(name, full).SerializeAsString()));
  return path;
}

TEST(Zoo, HasEveryPublishedNetworkAndNoOther) {
  std::vector<std::string> published, built = names();
  for (const Published& row : read_published(data_folder() / "networks.csv")) published.push_back(row.name);
  std::sort(published.begin(), published.end());
  std::sort(built.begin(), built.end());
  EXPECT_EQ(built, published);
}

// Parameters and MACs within 2 % of the table, but where deviations.csv says why not; and nothing is excused
// that is within.
TEST(Zoo, CountsAreThosePublished) {
  const TempFolder folder;
  const std::vector<Deviation> known = read_deviations(data_folder() / "deviations.csv");
  std::size_t excused = 0;
  for (const Published& row : read_published(data_folder() / "networks.csv")) {
    SCOPED_TRACE(row.name);
    const auto path = write(folder, row.name);
    EXPECT_LT(std::filesystem::file_size(path), 1000000U);
    for (const std::string& quantity : differences(row, count(path))) {
      const bool found = std::any_of(known.begin(), known.end(), [&](const Deviation& d) {
        return d.name == row.name && d.quantity == quantity && !d.reason.empty();
      });
      EXPECT_TRUE(found) << quantity;
      excused += found ? 1 : 0;
    }
    std::filesystem::remove(path);
  }
  EXPECT_EQ(excused, known.size());
}

// Both forms of a file are the same network, weight by weight.
TEST(Zoo, FullFilesHoldTheWeightsThatNodesDraw) {
  const TempFolder folder;
  const Graph drawn = import_onnx(write(folder, "lenet5_28"));
  const Graph stored = import_onnx(write(folder, "lenet5_28", true));
  ASSERT_EQ(drawn.nodes.size(), stored.nodes.size());
  std::size_t constants = 0;
  for (std::size_t n = 0; n < drawn.nodes.size(); ++n) {
    ASSERT_EQ(drawn.nodes[n].op, stored.nodes[n].op);
    for (std::size_t i = 0; i < drawn.nodes[n].inputs.size(); ++i) {
      const Value& a = drawn.values[drawn.nodes[n].inputs[i]];
      const Value& b = stored.values[stored.nodes[n].inputs[i]];
      ASSERT_EQ(a.constant == nullptr, b.constant == nullptr);
      if (a.constant == nullptr) continue;
      EXPECT_EQ(a.constant->bytes, b.constant->bytes) << a.name;
      ++constants;
    }
  }
  EXPECT_EQ(constants, 8U);
}

RunRecord timed(Graph graph, const Chip& chip) {
  CompileOptions options;
  const NetworkBinary binary = compile(std::move(graph), chip, options);
  SimulateOptions timing;
  timing.data = false;
  return simulate(binary, chip, {}, timing);
}

Graph loaded(const std::string& name) {
  const TempFolder folder;
  Graph graph = import_onnx(write(folder, name));
  simplify(graph);
  assign_layer_ids(graph);
  return graph;
}

// Timing needs no calibration: default scales give the cycles of a calibrated network.
TEST(Zoo, DefaultScalesGiveTheCyclesOfACalibration) {
  const Chip chip = find_chip(kDefaultChip);
  Graph calibrated = loaded("lenet5_28"), defaults = calibrated;
  bool given = false;
  quantize_graph(calibrated, {}, [&](std::vector<Tensor>& sample) {
    if (given) return false;
    Tensor digit(DataType::float32, {1, 1, 28, 28});
    for (std::int64_t i = 0; i < digit.size(); ++i)
      digit.data<float>()[i] = static_cast<float>(i * 37 % 256) / 255.0F;
    sample = {std::move(digit)};
    return given = true;
  });
  quantize_by_default(defaults);
  const std::uint64_t cycles = timed(std::move(calibrated), chip).profile.total_cycles;
  EXPECT_GT(cycles, 0U);
  EXPECT_EQ(timed(std::move(defaults), chip).profile.total_cycles, cycles);
}

// The time of ResNet-50 is at least that of its MACs on all multipliers.
TEST(Zoo, Resnet50CompilesWithoutDataAndRuns) {
  const Chip chip = find_chip(kDefaultChip);
  Graph graph = loaded("resnet50_v1_224");
  quantize_by_default(graph);
  const RunRecord record = timed(std::move(graph), chip);
  EXPECT_TRUE(record.findings.empty());
  std::int64_t macs = 0;
  for (const LayerProfile& layer : record.profile.layers) macs += static_cast<std::int64_t>(layer.macs);
  EXPECT_NEAR(static_cast<double>(macs), 3.858e9, 0.01e9);
  EXPECT_GT(record.profile.total_cycles, static_cast<std::uint64_t>(macs) / 1000);
}

}  // namespace
}  // namespace trireme::zoo

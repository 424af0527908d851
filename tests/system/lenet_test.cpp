// SPDX-License-Identifier: Apache-2.0
// LeNet end to end: are the bytes right, is the answer right, do the books close?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "isa/peak.h"
#include "model/import/import.h"
#include "model/preprocess/input_meta.h"
#include "model/quantize/calibrate.h"
#include "tests/system/subject.h"

namespace trireme {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(TRIREME_SOURCE_DIR) / "examples" / "lenet";

Tensor picture(const Graph& graph, const InputMeta& meta, const std::filesystem::path& file) {
  return load_input(file, graph.values[graph.inputs[0]], meta.databases[0].ports[0]);
}

class Lenet : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    graph_ = new Graph(import_onnx(kFolder / "lenet.onnx"));
    simplify(*graph_);
    assign_layer_ids(*graph_);
    meta_ = new InputMeta(default_input_meta(*graph_, "dataset.txt", "0 0 0 0.00392157"));
    const std::vector<Sample> samples = read_dataset(kFolder / "dataset.txt");
    std::size_t next = 0;
    quantize_graph(*graph_, {}, [&](std::vector<Tensor>& inputs) {
      if (next == samples.size()) return false;
      inputs = {picture(*graph_, *meta_, samples[next++].files[0])};
      return true;
    });
    chip_ = new Chip(find_chip(kDefaultChip));
  }
  static void TearDownTestSuite() {
    delete graph_;
    delete meta_;
    delete chip_;
  }
  static Tensor digit(int d) { return picture(*graph_, *meta_, kFolder / (std::to_string(d) + ".jpg")); }
  static Tensor stored(int d) { return quantize(digit(d), graph_->values[graph_->inputs[0]].quantization); }

  static Graph* graph_;
  static InputMeta* meta_;
  static Chip* chip_;
};
Graph* Lenet::graph_ = nullptr;
InputMeta* Lenet::meta_ = nullptr;
Chip* Lenet::chip_ = nullptr;

TEST_F(Lenet, EveryLayerOfAllTenDigitsEqualsTheReference) {
  for (const bool fuse : {true, false}) {
    const NetworkBinary binary = compiled(*graph_, *chip_, fuse);
    for (int d = 0; d < 10; ++d) {
      SCOPED_TRACE("digit " + std::to_string(d) + (fuse ? " fused" : " unfused"));
      const std::size_t compared = expect_same_layers(*graph_, binary, *chip_, {digit(d)});
      // Unfused: conv, relu, pool, conv, relu, pool, flatten, fc, relu, fc, relu, fc, softmax; fused: what is
      // left of them.
      EXPECT_GE(compared, fuse ? 7U : 13U);
    }
  }
}

TEST_F(Lenet, TopOneIsRightForAllTenDigits) {
  const NetworkBinary binary = compiled(*graph_, *chip_, true);
  for (int d = 0; d < 10; ++d) {
    const RunRecord record = simulate(binary, *chip_, {stored(d)});
    ASSERT_EQ(record.outputs.size(), 1U);
    EXPECT_EQ(record.outputs[0].tensor.dtype, DataType::float16);
    EXPECT_EQ(record.outputs[0].tensor.bytes.size(), 20U);
    EXPECT_EQ(top_n(record.outputs[0].tensor, 1).at(0).index, d);
  }
}

// Output bytes and cycles of the ten digits, as text: the same on every machine, and nobody changes them
// unawares.
TEST_F(Lenet, GoldenBytesAndCycles) {
  const NetworkBinary binary = compiled(*graph_, *chip_, true);
  std::string text;
  for (int d = 0; d < 10; ++d) {
    const RunRecord record = simulate(binary, *chip_, {stored(d)});
    text += std::to_string(d) + " ";
    for (const std::uint8_t byte : record.outputs.at(0).tensor.bytes) text += fmt::format("{:02x}", byte);
    text += " " + std::to_string(record.profile.total_cycles) + "\n";
  }
  const std::filesystem::path golden =
      std::filesystem::path(TRIREME_SOURCE_DIR) / "tests" / "system" / "goldens" / "lenet.txt";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_file(golden, text);
  EXPECT_EQ(read_text(golden), text);
}

TEST_F(Lenet, EveryRuleGivesTheReferencesBytes) {
  for (const RequantRule rule : {RequantRule::vip7, RequantRule::vip8, RequantRule::vipf, RequantRule::onnx,
                                 RequantRule::tflite, RequantRule::tflm, RequantRule::tflm_single}) {
    SCOPED_TRACE(name_of(rule));
    const NetworkBinary binary = compiled(*graph_, *chip_, true, true, rule);
    EXPECT_GE(expect_same_layers(*graph_, binary, *chip_, {digit(3)}), 7U);
  }
}

TEST_F(Lenet, TheBooksClose) {
  for (const bool fuse : {true, false}) {
    for (const bool sram : {true, false}) {
      const NetworkBinary binary = compiled(*graph_, *chip_, fuse, sram);
      expect_closed_books(simulate(binary, *chip_, {stored(0)}).profile);
    }
  }
}

TEST_F(Lenet, MemoryAndFusionNeverChangeABit) {
  const Bytes expected =
      simulate(compiled(*graph_, *chip_, true), *chip_, {stored(5)}).outputs[0].tensor.bytes;
  for (const bool fuse : {true, false}) {
    for (const bool sram : {true, false}) {
      const NetworkBinary binary = compiled(*graph_, *chip_, fuse, sram);
      EXPECT_EQ(simulate(binary, *chip_, {stored(5)}).outputs[0].tensor.bytes, expected);
    }
  }
}

TEST_F(Lenet, ConstructionOrderAndDataDoNotChangeTime) {
  const NetworkBinary binary = compiled(*graph_, *chip_, true);
  const RunRecord forward = simulate(binary, *chip_, {stored(8)});
  SimulateOptions reverse;
  reverse.reverse_construction = true;
  const RunRecord backward = simulate(binary, *chip_, {stored(8)}, reverse);
  SimulateOptions no_data;
  no_data.data = false;
  const RunRecord blind = simulate(binary, *chip_, {}, no_data);
  SimulateOptions no_time;
  no_time.time = false;
  const RunRecord timeless = simulate(binary, *chip_, {stored(8)}, no_time);
  EXPECT_GT(forward.profile.total_cycles, 0U);
  EXPECT_EQ(forward.profile.total_cycles, backward.profile.total_cycles);
  EXPECT_EQ(forward.profile.total_cycles, blind.profile.total_cycles);
  EXPECT_EQ(forward.outputs[0].tensor.bytes, backward.outputs[0].tensor.bytes);
  EXPECT_EQ(forward.outputs[0].tensor.bytes, timeless.outputs[0].tensor.bytes);
  for (std::size_t i = 0; i < forward.profile.layers.size(); ++i) {
    EXPECT_EQ(forward.profile.layers[i].finish_cycle, backward.profile.layers[i].finish_cycle);
    EXPECT_EQ(forward.profile.layers[i].causes.cycles, backward.profile.layers[i].causes.cycles);
    EXPECT_EQ(forward.profile.layers[i].causes.cycles, blind.profile.layers[i].causes.cycles);
  }
}

TEST_F(Lenet, TimeIsNotBelowTheRoofline) {
  // Peak: 3 cores * 64 lanes * 3 coefficients a cycle; DRAM: 2 bytes * 1.6 G/s at 348 MHz = 9.2 bytes a
  // cycle.
  const Profile profile = simulate(compiled(*graph_, *chip_, true), *chip_, {stored(1)}).profile;
  const auto peak = double(peak_macs_per_cycle(*chip_));
  const double dram =
      double(chip_->dram.bus_bytes) * double(chip_->dram.transfers_per_second) / double(chip_->clock_hz);
  for (const LayerProfile& layer : profile.layers) {
    if (layer.engine == "NN") {
      EXPECT_GE(double(layer.busy_cycles), double(layer.macs) / peak);
      EXPECT_LE(layer.utilization, 1.0);
    }
    EXPECT_GE(double(layer.busy_cycles), double(layer.traffic.ddr_read + layer.traffic.ddr_write) / dram);
  }
  // Compulsory traffic: every coded weight is read at least once.
  std::uint64_t coded = 0;
  for (const LayerProfile& layer : profile.layers) coded += layer.coded_bytes;
  EXPECT_GE(profile.traffic.ddr_read, coded);
}

}  // namespace
}  // namespace trireme

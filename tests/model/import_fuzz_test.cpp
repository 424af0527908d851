// SPDX-License-Identifier: Apache-2.0
// Damaged files end in an Error or in a graph that passes its own checks, whatever byte is damaged.
#include <gtest/gtest.h>

#include <random>

#include "model/graph/operators.h"
#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

// One node of most families, so that damage reaches most importer functions.
OnnxBuilder rich_model() {
  OnnxBuilder m = small_onnx_model();
  m.floats("clip_low", {}, {-1});
  m.integers("shape", {3}, {1, -1, 1});
  for (const char* name : {"scale", "shift", "mean", "variance"}) m.floats(name, {3}, {1, 2, 3});
  m.node("Clip", {"y", "clip_low"}, {"clipped"});
  m.node("BatchNormalization", {"clipped", "scale", "shift", "mean", "variance"}, {"bn"})
      .real("epsilon", 1e-3F);
  m.node("Reshape", {"bn", "shape"}, {"re"});
  m.node("Transpose", {"re"}, {"tr"}).ints("perm", {0, 2, 1});
  m.node("Concat", {"tr", "tr"}, {"cat"}).integer("axis", 1);
  m.node("Softmax", {"cat"}, {"soft"}).integer("axis", -1);
  m.node("Constant", {}, {"k"}).real("value_float", 2);
  m.node("Mul", {"soft", "k"}, {"z"});
  m.output("z");
  return m;
}

// True if a graph came out.
template <typename Load>
bool survives(Load load) {
  try {
    const Graph graph = load();
    verify(graph);
    EXPECT_FALSE(dump(graph).empty());
    return true;
  } catch (const Error& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
    return false;
  }
}

std::string mutate(const std::string& original, std::mt19937& random) {
  std::string bytes = original;
  const auto count = 1 + random() % 3;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
      case 2:
        bytes.erase(at, 1 + random() % 8);
        break;
      default:
        bytes.insert(at, 1 + random() % 4, static_cast<char>(random()));
        break;
    }
    if (bytes.empty()) bytes = "x";
  }
  return bytes;
}

TEST(OnnxFuzz, EveryTruncation) {
  TempFolder folder;
  const std::string bytes = rich_model().model.SerializeAsString();
  EXPECT_TRUE(survives([&] { return rich_model().import(); }));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_file(folder / "m.onnx", std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(survives([&] { return load_model(folder / "m.onnx"); })) << "cut to " << size << " bytes";
  }
}

TEST(OnnxFuzz, RandomDamage) {
  TempFolder folder;
  const std::string bytes = rich_model().model.SerializeAsString();
  std::mt19937 random(20240607);
  int graphs = 0;
  constexpr int kRuns = 4000;
  for (int run = 0; run < kRuns; ++run) {
    write_file(folder / "m.onnx", std::string_view(mutate(bytes, random)));
    graphs += survives([&] { return load_model(folder / "m.onnx"); }) ? 1 : 0;
  }
  // Damage to weights and names does no harm, damage to the structure does: both kinds must have come up.
  EXPECT_GT(graphs, kRuns / 100);
  EXPECT_LT(graphs, kRuns * 9 / 10);
}

TEST(AcuityFuzz, RandomDamageOfEitherFile) {
  TempFolder folder;
  Graph graph = rich_model().import();
  save_acuity(graph, folder / "n.json", folder / "n.data");
  const std::string json = read_text(folder / "n.json");
  const Bytes data_bytes = read_file(folder / "n.data");
  const std::string data(data_bytes.begin(), data_bytes.end());
  std::mt19937 random(42);
  int graphs = 0;
  constexpr int kRuns = 2000;
  for (int run = 0; run < kRuns; ++run) {
    const bool damage_json = run % 2 == 0;
    write_file(folder / "m.json", std::string_view(damage_json ? mutate(json, random) : json));
    write_file(folder / "m.data", std::string_view(damage_json ? data : mutate(data, random)));
    graphs += survives([&] { return load_model(folder / "m.json"); }) ? 1 : 0;
  }
  EXPECT_GT(graphs, kRuns / 100);  // blanks and names of the JSON can take some damage
  EXPECT_LT(graphs, kRuns / 2);
}

TEST(AcuityFuzz, EveryTruncationOfTheJson) {
  TempFolder folder;
  Graph graph = small_onnx_model().import();
  save_acuity(graph, folder / "n.json", folder / "n.data");
  const std::string json = read_text(folder / "n.json");
  for (std::size_t size = 0; size < json.size() - 2; ++size) {  // the last two bytes are "}\n"
    write_file(folder / "n.json", std::string_view(json).substr(0, size));
    EXPECT_FALSE(survives([&] { return load_acuity(folder / "n.json", folder / "n.data"); })) << size;
  }
}

}  // namespace
}  // namespace trireme

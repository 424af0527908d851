// SPDX-License-Identifier: Apache-2.0
// Functions of one code through a table on the PPU: every code's result, whatever the rule.
#include "model/reference/tabulate.h"
#include "tests/compiler/codes_run.h"

namespace trireme::test {
namespace {

Operand coded(DataType type, const Shape& shape, float scale, std::int32_t zero_point) {
  return {shape, DataType::float32, codes(type, {scale}, {zero_point})};
}

std::int16_t entry_of(const Bytes& table, std::size_t bits) {
  return static_cast<std::int16_t>(table.at(2 * bits) | table.at(2 * bits + 1) << 8);
}

// |x| of steps of 1/4 in steps of 1/2, to the nearest even: 5 is 1.25, 2.5 steps: 2. -6 is -1.5, 3 steps.
// -32768 is -8192: 16384 steps.
TEST(CodeTable, CountsByTheBitsOfCodes) {
  const Graph graph =
      one_node("abs", {}, {coded(DataType::int16, {3}, 0.25F, 0)}, {coded(DataType::int16, {3}, 0.5F, 0)});
  const Bytes table = tabulate(graph, graph.nodes[0], RequantRule::vipf, Ties::half_up);
  ASSERT_EQ(table.size(), 131072U);
  EXPECT_EQ(entry_of(table, 5), 2);
  EXPECT_EQ(entry_of(table, 0xFFFA), 3);
  EXPECT_EQ(entry_of(table, 0x8000), 16384);
}

// Codes of the output much finer than those of the input, so that every bit of the function shows.
TEST(CodeTable, FunctionsOfSixteenBitsUnderEveryRule) {
  constexpr RequantRule kRules[] = {RequantRule::vip7,       RequantRule::vip8,   RequantRule::vipf,
                                    RequantRule::onnx,       RequantRule::tflite, RequantRule::tflm,
                                    RequantRule::tflm_single};
  std::uint64_t seed = 1;
  for (const RequantRule rule : kRules) {
    for (const char* op : {"sigmoid", "tanh", "rsqrt", "exp", "erf"}) {
      for (const DataType type : {DataType::int16, DataType::uint16}) {
        const Graph graph =
            one_node(op, {}, {coded(type, {3, 67}, 0x1p-12F, type == DataType::int16 ? 0 : 400)},
                     {coded(type, {3, 67}, 0x1p-15F, 0)});
        expect_reference_codes(graph, rule, {Engine::ppu}, seed++);
      }
    }
  }
}

// A table of 256 entries of two bytes.
TEST(CodeTable, FromEightBitsToSixteen) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    const Graph graph = one_node("swish", SwishAttributes{}, {coded(type, {9, 31}, 0.03F, 7)},
                                 {coded(DataType::int16, {9, 31}, 0x1p-12F, 0)});
    expect_reference_codes(graph, RequantRule::vipf, {Engine::ppu});
  }
}

// What rounds nothing needs no table: the largest and the smallest of a row.
TEST(CodeTable, ExtremesOfRowsNeedNone) {
  for (const auto type : {ReduceAttributes::Type::max, ReduceAttributes::Type::min}) {
    const Graph graph =
        one_node("reduce", ReduceAttributes{type, {1}, true}, {coded(DataType::int16, {5, 90}, 0.01F, 0)},
                 {coded(DataType::int16, {5, 1}, 0.011F, -7)});
    for (const RequantRule rule : {RequantRule::vipf, RequantRule::onnx, RequantRule::tflite})
      expect_reference_codes(graph, rule, {Engine::ppu});
  }
}

// x^1.5 is a function of x; x^y of two maps is not, and a sum over a row neither: those stay with the host.
TEST(CodeTable, IsForFunctionsOfOneCode) {
  const Operand map = coded(DataType::int16, {4, 30}, 0x1p-12F, -30000),
                out = coded(DataType::int16, {4, 30}, 0x1p-10F, 0);
  Graph power = one_node("pow", {}, {map, {{}}}, {out});
  make_constant(power, 1, {}, {1.5F});
  CompileOptions options;
  const auto engine = [&](Graph graph) {
    graph.scales_from_model = true;
    graph.outputs = graph.nodes[0].outputs;
    for (const ValueId id : graph.nodes[0].inputs)
      if (graph.values[id].constant == nullptr) graph.inputs.push_back(id);
    const NetworkBinary binary = compile(graph, test_chip(), options);
    EXPECT_EQ(binary.jobs.size(), 1U);
    return engine_of(binary.jobs.at(0));
  };
  EXPECT_EQ(engine(power), Engine::ppu);
  EXPECT_EQ(engine(one_node("pow", {}, {map, map}, {out})), Engine::host);
  NormAttributes norm;
  norm.axis = 1;
  EXPECT_EQ(engine(one_node("l2normalize", norm, {map}, {out})), Engine::host);
}

}  // namespace
}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite's integer algorithms on the PPU, against the reference's: random codes, every rule.
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "tests/compiler/codes_run.h"

namespace trireme::test {
namespace {

constexpr RequantRule kRules[] = {RequantRule::tflite, RequantRule::tflm, RequantRule::tflm_single};

Operand coded(DataType type, const Shape& shape, float scale, std::int32_t zero_point) {
  return {shape, DataType::float32, codes(type, {scale}, {zero_point})};
}

void expect_on(const std::vector<Engine>& engines, const Graph& graph) {
  std::uint64_t seed = 1;
  for (const RequantRule rule : kRules) expect_reference_codes(graph, rule, engines, seed++);
}

void expect_on_ppu(const Graph& graph) { expect_on({Engine::ppu}, graph); }

// e^-x of 0, 1/4 and 1 with 31 bits after the point: 2^31 - 1, 2^31 e^-1/4 = 1672461946.6 and 2^31 e^-1 =
// 790015083.6. The series around -1/8 ends with y^4 / 24: at y = -1/8 it leaves out 2^31 e^-1/8 (1/8)^5 / 120
// = 482 units, and of e^-1 e^-3/4 times that, 228.
TEST(TflitePpuKernels, ExponentialsOfFixedPoint) {
  const auto table = tflite_ppu::exponentials(q31_multiplier(0x1p24), tflite_ppu::Rounding::once);
  EXPECT_EQ(table[0], 2147483647);
  EXPECT_NEAR(table[1], 1672461947, 484);
  EXPECT_NEAR(table[4], 790015084, 230);
  EXPECT_EQ(table[125], 0);  // 31.25 does not fit into 5 bits before the point
  EXPECT_EQ(table[255], 0);
}

// Rows of 9 and of 1000 nearly equal codes, whose sum needs all its 12 bits before the point.
TEST(TflitePpuKernels, Softmax) {
  for (const float scale : {0.001F, 0.04F, 0.7F}) {
    for (const Shape& shape : {Shape{5, 9}, Shape{2, 1000}}) {
      for (const DataType type : {DataType::uint8, DataType::int8}) {
        const std::int32_t lowest = type == DataType::int8 ? -128 : 0;
        const auto in = coded(type, shape, scale, 3);
        expect_on_ppu(one_node("softmax", SoftmaxAttributes{1}, {in}, {coded(type, shape, 0x1p-8F, lowest)}));
        expect_on_ppu(one_node("softmax", SoftmaxAttributes{1}, {in}, {coded(type, shape, 0.01F, 1)}));
      }
    }
  }
}

// Rows of 1, 9 and 3000 codes near each other and far apart.
TEST(TflitePpuKernels, SoftmaxOfSixteenBits) {
  for (const float scale : {1e-6F, 2e-4F, 0.003F, 0.5F}) {
    for (const Shape& shape : {Shape{7, 1}, Shape{9, 9}, Shape{2, 3000}}) {
      for (const std::int64_t axis : {0, 1})
        expect_on_ppu(one_node("softmax", SoftmaxAttributes{axis}, {coded(DataType::int16, shape, scale, 0)},
                               {coded(DataType::int16, shape, 0x1p-15F, 0)}));
    }
  }
}

TEST(TflitePpuKernels, SumsAndMeans) {
  using Type = ReduceAttributes::Type;
  const Shape map = {2, 3, 7, 7};
  struct Form {
    std::vector<std::int64_t> axes;
    Shape out;
    bool keep;
  };
  const Form forms[] = {{{2, 3}, {2, 3, 1, 1}, true}, {{2, 3}, {2, 3}, false}, {{1}, {2, 1, 7, 7}, true}};
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    for (const Form& form : forms) {
      for (const float scale : {0.05F, 0.031F}) {
        const auto mean = coded(type, form.out, scale, scale == 0.05F ? 4 : 9);
        expect_on_ppu(one_node("reduce", ReduceAttributes{Type::mean, form.axes, form.keep},
                               {coded(type, map, 0.05F, 4)}, {mean}));
      }
      expect_on_ppu(one_node("reduce", ReduceAttributes{Type::sum, form.axes, form.keep},
                             {coded(type, map, 0.05F, 4)}, {coded(type, form.out, 0.9F, 11)}));
      expect_on_ppu(one_node("reduce", ReduceAttributes{Type::sum, form.axes, form.keep},
                             {coded(type, map, 0.05F, 4)}, {coded(type, form.out, 0.05F, 4)}));
    }
  }
}

TEST(TflitePpuKernels, BilinearResize) {
  using Coordinates = ResizeAttributes::Coordinates;
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    for (const Coordinates mode :
         {Coordinates::half_pixel, Coordinates::align_corners, Coordinates::asymmetric}) {
      for (const Shape& out : {Shape{1, 3, 13, 9}, Shape{1, 3, 3, 4}, Shape{1, 3, 1, 1}}) {
        ResizeAttributes attr;
        attr.method = ResizeAttributes::Method::linear;
        attr.coordinates = mode;
        attr.shape = out;
        for (std::size_t axis = 0; axis < 4; ++axis)
          attr.scales.push_back(static_cast<float>(out[axis]) / static_cast<float>(Shape{1, 3, 5, 7}[axis]));
        expect_on_ppu(one_node("image_resize", attr, {coded(type, {1, 3, 5, 7}, 0.1F, 2)},
                               {coded(type, out, 0.1F, 2)}));
      }
    }
  }
}

// A row against a map; outputs coarser and finer than the inputs, so that the factors shift both ways.
TEST(TflitePpuKernels, TwoInputs) {
  const Shape map = {1, 4, 5, 6}, row = {1, 4, 1, 1};
  for (const DataType type : {DataType::uint8, DataType::int8, DataType::int16}) {
    const std::int32_t zero = type == DataType::int16 ? 0 : 17;
    const auto a = coded(type, map, 0.03F, zero), b = coded(type, row, 0.11F, zero);
    for (const float scale : {0.2F, 0.004F}) {
      const auto out = coded(type, map, scale, zero);
      if (type != DataType::int16) expect_on_ppu(one_node("squared_difference", {}, {a, b}, {out}));
      for (const char* op : {"multiply", "prelu"}) expect_on_ppu(one_node(op, {}, {a, b}, {out}));
      // Sums of codes are the array's; the TP writes the row out before.
      for (const char* op : {"add", "subtract"}) {
        expect_on({Engine::tp, Engine::nne}, one_node(op, {}, {a, b}, {out}));
        expect_on({Engine::tp, Engine::nne}, one_node(op, {}, {b, a}, {out}));
      }
    }
  }
}

// Divisors below and above zero, never zero: their zero points lie outside the codes. Steps of the output
// from far below a quotient's to far above, where 32-bit shifts leave noise.
TEST(TflitePpuKernels, Quotients) {
  const Shape map = {1, 4, 25, 16};
  for (const DataType type : {DataType::uint8, DataType::int8, DataType::int16}) {
    const std::int64_t low = type == DataType::uint8 ? 0 : type == DataType::int8 ? -128 : -32768;
    const std::int64_t high = type == DataType::uint8 ? 255 : type == DataType::int8 ? 127 : 32767;
    for (const std::int64_t zero : {low - 1, high + 1}) {
      const auto a = coded(type, map, 0.03F, static_cast<std::int32_t>((low + high) / 2));
      const auto b = coded(type, map, 0.11F, static_cast<std::int32_t>(zero));
      for (const float scale : {1e-8F, 1e-4F, 0.004F, 0.5F, 3e4F, 1e9F})
        expect_on_ppu(one_node("divide", {}, {a, b}, {coded(type, map, scale, 9)}));
    }
  }
}

// Code 5 less zero point 7 by 0, 7 - 7 by 0 and 9 - 7 by 0: the ends of the type and the zero point, 11. The
// reference refuses, as TensorFlow Lite does.
TEST(TflitePpuKernels, QuotientByZeroSaturates) {
  Graph graph =
      one_node("divide", {}, {coded(DataType::uint8, {3}, 0.5F, 7), coded(DataType::uint8, {3}, 1, 4)},
               {coded(DataType::uint8, {3}, 0.5F, 11)});
  graph.inputs = graph.nodes[0].inputs;
  graph.outputs = graph.nodes[0].outputs;
  graph.scales_from_model = true;
  const std::vector<Tensor> inputs = {Tensor::of<std::uint8_t>({3}, {5, 7, 9}),
                                      Tensor::of<std::uint8_t>({3}, {4, 4, 4})};
  for (const RequantRule rule : kRules) {
    CompileOptions options;
    options.rule = rule;
    const auto run = simulate(compile(graph, test_chip(), options), test_chip(), inputs);
    EXPECT_EQ(run.outputs.at(0).tensor.bytes, (Bytes{0, 11, 255})) << name_of(rule);
    ExecuteOptions reference;
    reference.quantized = true;
    reference.rule = rule;
    EXPECT_THROW(execute(graph, inputs, reference), Error);
  }
}

// 5 / x: a table of every code's result would hold that of a division by zero.
TEST(TflitePpuKernels, NumberByCodes) {
  Graph graph =
      one_node("divide", {}, {coded(DataType::uint8, {}, 0.05F, 0), coded(DataType::uint8, {64}, 0.5F, 77)},
               {coded(DataType::uint8, {64}, 0.05F, 0)});
  graph.values[graph.nodes[0].inputs[0]].constant =
      std::make_shared<const Tensor>(Tensor::of<std::uint8_t>({}, {100}));
  graph.inputs = {graph.nodes[0].inputs[1]};
  graph.outputs = graph.nodes[0].outputs;
  graph.scales_from_model = true;
  CompileOptions options;
  options.rule = RequantRule::tflite;
  const NetworkBinary binary = compile(graph, test_chip(), options);
  ASSERT_EQ(binary.jobs.size(), 1U);
  EXPECT_EQ(engine_of(binary.jobs[0]), Engine::ppu);
}

// Rows of 1 to 300 codes; of 1 code the squares are small, and many are powers of four.
TEST(TflitePpuKernels, RowsOfLengthOne) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    const std::int32_t zero = type == DataType::int8 ? 0 : 128;
    for (const Shape& shape : {Shape{600, 1}, Shape{40, 2}, Shape{2, 3, 4, 16}, Shape{3, 300}}) {
      NormAttributes attr;
      attr.axis = static_cast<std::int64_t>(shape.size()) - 1;
      expect_on_ppu(one_node("l2normalize", attr, {coded(type, shape, 0.02F, zero - 3)},
                             {coded(type, shape, 0x1p-7F, zero)}));
      expect_on_ppu(one_node("l2normalize", attr, {coded(type, shape, 0.02F, zero - 3)},
                             {coded(type, shape, 0.01F, zero)}));  // a group: the runtime demands 1/128
    }
  }
}

// Scales below 1, as the runtime demands.
TEST(TflitePpuKernels, Comparisons) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    for (const char* op : {"equal", "not_equal", "greater", "greater_equal", "less", "less_equal"})
      expect_on_ppu(one_node(op, {}, {coded(type, {4, 90}, 0.03F, 7), coded(type, {1, 90}, 0.04F, -1)},
                             {{{4, 90}, DataType::boolean}}));
  }
}

TEST(TflitePpuKernels, PartsOfOtherScales) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    expect_on_ppu(one_node(
        "concat", ConcatAttributes{1},
        {coded(type, {1, 2, 5}, 0.1F, 3), coded(type, {1, 3, 5}, 0.07F, 8), coded(type, {1, 1, 5}, 0.2F, -3)},
        {coded(type, {1, 6, 5}, 0.1F, 3)}));
  }
}

// Steps of 1/16 and of 0.05, to codes of 8 and 16 bits.
TEST(TflitePpuKernels, QuantizesHalvesAwayFromZero) {
  for (const DataType type : {DataType::uint8, DataType::int8, DataType::int16}) {
    for (const float scale : {0.0625F, 0.05F}) {
      const Graph graph = one_node("quantize", {}, {{{7, 31}}}, {coded(type, {7, 31}, scale, 5)});
      // Divided in double, which powers of two do not need.
      expect_reference_codes(graph, RequantRule::tflite, {scale == 0.0625F ? Engine::ppu : Engine::host});
      expect_reference_codes(graph, RequantRule::tflm, {Engine::ppu});
    }
  }
}

// What TensorFlow Lite computes in float32 is a group: nearest neighbours, maxima.
TEST(TflitePpuKernels, OthersAreGroups) {
  ResizeAttributes attr;
  attr.coordinates = ResizeAttributes::Coordinates::asymmetric;
  attr.nearest = ResizeAttributes::Nearest::floor;
  attr.shape = {1, 2, 6, 6};
  attr.scales = {1, 1, 1.5F, 1.5F};  // twice as large would be moves of the TP
  expect_on_ppu(one_node("image_resize", attr, {coded(DataType::int8, {1, 2, 4, 4}, 0.1F, 2)},
                         {coded(DataType::int8, {1, 2, 6, 6}, 0.1F, 2)}));
  expect_on_ppu(one_node("reduce", ReduceAttributes{ReduceAttributes::Type::max, {1}, true},
                         {coded(DataType::uint8, {3, 8}, 0.1F, 2)},
                         {coded(DataType::uint8, {3, 1}, 0.1F, 2)}));
}

}  // namespace
}  // namespace trireme::test

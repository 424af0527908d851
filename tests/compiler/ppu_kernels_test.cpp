// SPDX-License-Identifier: Apache-2.0
// The PPU's kernels against functions of the C++ library in double, and against IEEE 754 where an operation
// is exact.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

struct UnaryCase {
  const char* op;
  std::any attributes;
  std::function<double(double)> function;
  std::vector<float> special;  // besides the even grid over [low, high]
  float low = -20, high = 20;
  double relative = 1e-6;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void expect_function(const UnaryCase& c) {
  constexpr int kGrid = 4001;
  std::vector<float> x = c.special;
  for (int i = 0; i < kGrid; ++i)
    x.push_back(c.low + (c.high - c.low) * static_cast<float>(i) / static_cast<float>(kGrid - 1));
  const Operand operand{{static_cast<std::int64_t>(x.size())}};
  const auto results =
      run_kernel(one_node(c.op, c.attributes, {operand}, {operand}), {Tensor::of<float>(operand.shape, x)});
  ASSERT_TRUE(results) << c.op;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double wanted = c.function(static_cast<double>(x[i])),
                 got = element((*results)[0], static_cast<std::int64_t>(i));
    if (std::isnan(wanted)) {
      EXPECT_TRUE(std::isnan(got)) << c.op << "(" << x[i] << ") = " << got;
    } else if (std::isinf(wanted) || std::isinf(static_cast<float>(wanted))) {
      EXPECT_EQ(got, static_cast<double>(static_cast<float>(wanted))) << c.op << "(" << x[i] << ")";
    } else {
      EXPECT_NEAR(got, wanted, c.relative * std::fabs(wanted) + 1e-37) << c.op << "(" << x[i] << ")";
    }
    if (::testing::Test::HasFailure()) return;
  }
}

double plain_gelu(double x) { return 0.5 * x * std::erfc(-x * std::sqrt(0.5)); }

TEST(PpuKernels, FunctionsOfOneNumber) {
  const std::vector<float> ends = {0,       -0.0F, kInf,   -kInf, kNan, 1e-30F,
                                   -1e-30F, 88.5F, -88.5F, 100,   -100, 1e-42F};
  const std::vector<float> finite = {0, -0.0F, kNan, 1e-30F, -1e-30F};
  const std::vector<UnaryCase> cases = {
      {"exp", {}, [](double x) { return std::exp(x); }, ends, -100, 90},
      {"log", {}, [](double x) { return std::log(x); }, ends, 0, 10},
      {"sqrt", {}, [](double x) { return std::sqrt(x); }, ends},
      {"rsqrt", {}, [](double x) { return 1 / std::sqrt(x); }, {0, 1, kInf, -1}, 0.1F},
      {"reciprocal", {}, [](double x) { return 1 / x; }, {0, kInf, -kInf, kNan}},
      {"sigmoid", {}, sigmoid, {kInf, -kInf, kNan, 100}, -80, 80},
      {"tanh", {}, [](double x) { return std::tanh(x); }, ends},
      {"erf", {}, [](double x) { return std::erf(x); }, ends, -5, 5},
      {"softrelu", {}, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }, ends},
      {"softsign", {}, [](double x) { return x / (1 + std::fabs(x)); }, finite},
      {"mish", {}, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, finite},
      {"swish", SwishAttributes{1.5F}, [](double x) { return x * sigmoid(1.5 * x); }, finite, -20, 20, 3e-6},
      {"elu", EluAttributes{0.7F}, [](double x) { return x > 0 ? x : 0.7F * std::expm1(x); }, ends},
      {"celu", EluAttributes{2}, [](double x) { return x > 0 ? x : 2 * std::expm1(x / 2); }, finite},
      {"hard_sigmoid",
       HardSigmoidAttributes{},
       [](double x) { return std::min(1.0, std::max(0.0, 0.2F * x + 0.5)); },
       {kInf, -kInf},
       -2,
       4},
      {"hard_swish", {}, [](double x) { return x * std::min(6.0, std::max(0.0, x + 3)) / 6; }, finite, -2, 5},
      {"abs", {}, [](double x) { return std::fabs(x); }, ends, -20, 20, 0},
      {"neg", {}, [](double x) { return -x; }, ends, -20, 20, 0},
      {"floor", {}, [](double x) { return std::floor(x); }, ends, -20, 20, 0},
      {"ceil", {}, [](double x) { return std::ceil(x); }, ends, -20, 20, 0},
      {"round", {}, [](double x) { return std::nearbyint(x); }, {0.5F, 1.5F, -2.5F, kInf}, -20, 20, 0},
      {"sign", {}, [](double x) { return x > 0   ? 1
                                         : x < 0 ? -1
                                                 : x; }, ends, -20, 20, 0},
      {"relu", {}, [](double x) { return x < 0 ? 0 : x; }, ends, -20, 20, 0},
      {"relun",
       ClipAttributes{-1, 6},
       [](double x) { return std::min(6.0, std::max(-1.0, x)); },
       {kInf},
       -9,
       9,
       0},
      {"sin", {}, [](double x) { return std::sin(x); }, finite, -3, 3, 2e-6},
      {"cos", {}, [](double x) { return std::cos(x); }, finite, -1.5F, 1.5F, 2e-6},
      {"tan", {}, [](double x) { return std::tan(x); }, finite, -1.5F, 1.5F, 3e-6},
      {"asin", {}, [](double x) { return std::asin(x); }, {1, -1, 2, kNan}, -1, 1},
      {"acos", {}, [](double x) { return std::acos(x); }, {1, -1, 2, kNan}, -1, 1},
      {"atan", {}, [](double x) { return std::atan(x); }, ends},
      {"sinh", {}, [](double x) { return std::sinh(x); }, ends, -89, 89, 3e-6},
      {"cosh", {}, [](double x) { return std::cosh(x); }, ends, -89, 89, 3e-6},
      {"asinh", {}, [](double x) { return std::asinh(x); }, {0, kInf, -kInf, kNan, 1e20F, -1e20F}, -9, 9},
      {"acosh", {}, [](double x) { return std::acosh(x); }, {1, kInf, kNan, 1e20F, 0.5F}, 1.01F},
      {"atanh", {}, [](double x) { return std::atanh(x); }, {1, -1, 2, 0}, -0.999F, 0.999F},
  };
  for (const UnaryCase& c : cases) expect_function(c);
}

// Where x is negative gelu is a small difference of larger numbers: 1e-6 of the largest result.
TEST(PpuKernels, GeluInBothForms) {
  std::vector<float> x;
  for (int i = -500; i <= 500; ++i) x.push_back(static_cast<float>(i) / 100);
  const Operand operand{{1001}};
  for (const bool by_tanh : {false, true}) {
    const auto results = run_kernel(one_node("gelu", GeluAttributes{by_tanh}, {operand}, {operand}),
                                    {Tensor::of<float>(operand.shape, x)});
    ASSERT_TRUE(results);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto v = static_cast<double>(x[i]);
      const double tanh_form =
          0.5 * v * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (v + 0.044715 * v * v * v)));
      EXPECT_NEAR(element((*results)[0], static_cast<std::int64_t>(i)), by_tanh ? tanh_form : plain_gelu(v),
                  5e-6)
          << v;
    }
  }
}

struct BinaryCase {
  const char* op;
  std::function<float(float, float)> function;
};

const std::vector<BinaryCase>& exact_binaries() {
  static const std::vector<BinaryCase> cases = {
      {"add", [](float a, float b) { return a + b; }},
      {"subtract", [](float a, float b) { return a - b; }},
      {"multiply", [](float a, float b) { return a * b; }},
      {"divide", [](float a, float b) { return a / b; }},
      {"maximum", [](float a, float b) { return a < b ? b : a; }},
      {"minimum", [](float a, float b) { return b < a ? b : a; }},
      {"prelu", [](float a, float b) { return a < 0 ? a * b : a; }},
      {"squared_difference", [](float a, float b) { return (a - b) * (a - b); }},
  };
  return cases;
}

// Every way four axes can repeat, with sizes that are and are no multiple of the lanes.
TEST(PpuKernels, BinaryOperatorsBroadcastExactly) {
  Random random(3);
  const std::vector<std::pair<Shape, Shape>> shapes = {{{2, 3, 4, 8}, {2, 3, 4, 8}},
                                                       {{2, 3, 4, 8}, {3, 1, 1}},
                                                       {{2, 3, 5, 7}, {1, 3, 1, 1}},
                                                       {{2, 3, 5, 7}, {7}},
                                                       {{1, 3, 1, 7}, {2, 1, 5, 1}},
                                                       {{5}, {1}},
                                                       {{1}, {1}},
                                                       {{2, 1, 4, 8}, {1, 3, 1, 8}}};
  for (const BinaryCase& c : exact_binaries()) {
    for (const auto& [a, b] : shapes) {
      const std::size_t rank = std::max(a.size(), b.size());
      Shape out(rank, 1);
      const auto size_at = [&](const Shape& shape, std::size_t axis) {
        return axis + shape.size() < rank ? 1 : shape[axis + shape.size() - rank];
      };
      for (std::size_t axis = 0; axis < rank; ++axis)
        out[axis] = std::max(size_at(a, axis), size_at(b, axis));
      const std::vector<float> x = reals(random, element_count(a), 4), y = reals(random, element_count(b), 4);
      const auto results = run_kernel(one_node(c.op, {}, {{a}, {b}}, {{out}}),
                                      {Tensor::of<float>(a, x), Tensor::of<float>(b, y)});
      ASSERT_TRUE(results) << c.op;
      const auto at = [&](const Shape& shape, std::int64_t flat) {
        std::int64_t offset = 0, stride = 1;
        for (std::size_t axis = rank; axis-- > 0;) {
          const std::int64_t size = size_at(shape, axis);
          offset += (size == 1 ? 0 : flat % out[axis]) * stride;
          stride *= size;
          flat /= out[axis];
        }
        return static_cast<std::size_t>(offset);
      };
      for (std::int64_t i = 0; i < element_count(out); ++i)
        ASSERT_EQ((*results)[0].data<float>()[i], c.function(x[at(a, i)], y[at(b, i)])) << c.op << " " << i;
    }
  }
}

// Codes in, codes out: as dequantizing, the operation in float32 and quantizing one after the other.
TEST(PpuKernels, CodesAreAGroup) {
  Random random(5);
  const Shape shape = {3, 50};
  const std::vector<Quantization> types = {
      codes(DataType::uint8, {0.031F}, {128}), codes(DataType::int8, {0.07F}, {-3}),
      codes(DataType::int16, {0.0003F}, {0}), codes(DataType::uint8, {0.5F}, {0})};
  for (const BinaryCase& c : exact_binaries()) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Quantization &qa = types[i], &qb = types[(i + 1) % types.size()],
                         &qo = types[(i + 2) % types.size()];
      const Tensor a = quantize(Tensor::of<float>(shape, reals(random, 150, 8)), qa);
      const Tensor b = quantize(Tensor::of<float>(shape, reals(random, 150, 8)), qb);
      const auto results =
          run_kernel(one_node(c.op, {}, {{shape, DataType::float32, qa}, {shape, DataType::float32, qb}},
                              {{shape, DataType::float32, qo}}),
                     {a, b});
      ASSERT_TRUE(results) << c.op;
      const Tensor x = dequantize(a, qa), y = dequantize(b, qb);
      Tensor wanted(DataType::float32, shape);
      for (std::int64_t k = 0; k < 150; ++k)
        wanted.data<float>()[k] = c.function(x.data<float>()[k], y.data<float>()[k]);
      EXPECT_TRUE((*results)[0].bytes == quantize(wanted, qo).bytes) << c.op << " " << i;
    }
  }
}

TEST(PpuKernels, QuantizeOneScaleAChannel) {
  Random random(6);
  const Shape shape = {2, 3, 5};
  const Quantization q = codes(DataType::int8, {0.1F, 0.02F, 0.5F}, {0, -4, 7}, 1);
  const Tensor x = Tensor::of<float>(shape, reals(random, 30, 5));
  const auto quantized_by_kernel =
      run_kernel(one_node("quantize", {}, {{shape}}, {{shape, DataType::float32, q}}), {x});
  ASSERT_TRUE(quantized_by_kernel);
  EXPECT_TRUE((*quantized_by_kernel)[0].bytes == quantize(x, q).bytes);
  const Tensor back = quantize(x, q);
  const auto dequantized =
      run_kernel(one_node("dequantize", {}, {{shape, DataType::float32, q}}, {{shape}}), {back});
  ASSERT_TRUE(dequantized);
  EXPECT_TRUE((*dequantized)[0].bytes == dequantize(back, q).bytes);
}

TEST(PpuKernels, ComparisonsWhereAndCasts) {
  const Operand four{{4}}, bools{{4}, DataType::boolean}, ints{{4}, DataType::int32};
  const Tensor a = Tensor::of<float>({4}, {1, 2, kNan, -0.0F}), b = Tensor::of<float>({4}, {2, 2, 1, 0});
  const auto truth = [](const Tensor& tensor) {
    return std::vector<int>(tensor.bytes.begin(), tensor.bytes.end());
  };
  const auto compare = [&](const char* op) {
    return truth(run_kernel(one_node(op, {}, {four, four}, {bools}), {a, b})->at(0));
  };
  EXPECT_EQ(compare("less"), (std::vector<int>{1, 0, 0, 0}));
  EXPECT_EQ(compare("less_equal"), (std::vector<int>{1, 1, 0, 1}));
  EXPECT_EQ(compare("greater"), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(compare("equal"), (std::vector<int>{0, 1, 0, 1}));
  EXPECT_EQ(compare("not_equal"), (std::vector<int>{1, 0, 1, 0}));
  Tensor condition(DataType::boolean, {4});
  condition.bytes = {1, 0, 0, 1};
  const auto chosen = run_kernel(one_node("where", {}, {bools, four, four}, {four}), {condition, a, b});
  EXPECT_TRUE(chosen->at(0).bytes == Tensor::of<float>({4}, {1, 2, 1, -0.0F}).bytes);
  const auto whole = run_kernel(one_node("cast", CastAttributes{DataType::int32}, {four}, {ints}),
                                {Tensor::of<float>({4}, {1.9F, -1.9F, 3e9F, 0})});
  EXPECT_TRUE(whole->at(0).bytes == Tensor::of<std::int32_t>({4}, {1, -1, 2147483647, 0}).bytes);
  const auto real = run_kernel(one_node("cast", CastAttributes{DataType::float32}, {ints}, {four}),
                               {Tensor::of<std::int32_t>({4}, {-5, 7, 0, 16777217})});
  EXPECT_TRUE(real->at(0).bytes == Tensor::of<float>({4}, {-5, 7, 0, 16777216}).bytes);
}

// Its registers have 32 bits: 64 are for indices, and for what is widened.
TEST(PpuKernels, NothingThatNeeds64Bits) {
  const Operand four{{4}}, ints{{4}, DataType::int32}, longs{{4}, DataType::int64};
  const Tensor zeros(DataType::int64, {4}), narrow = Tensor::of<std::int32_t>({4}, {-5, 7, 0, 9});
  EXPECT_FALSE(run_kernel(one_node("add", {}, {longs, longs}, {longs}), {zeros, zeros}));
  EXPECT_FALSE(run_kernel(one_node("cast", CastAttributes{DataType::float32}, {longs}, {four}), {zeros}));
  EXPECT_FALSE(run_kernel(one_node("cast", CastAttributes{DataType::int64}, {four}, {longs}),
                          {Tensor(DataType::float32, {4})}));
  EXPECT_FALSE(run_kernel(one_node("gather", GatherAttributes{0}, {longs, ints}, {longs}), {zeros, narrow}));
  const auto wide = run_kernel(one_node("cast", CastAttributes{DataType::int64}, {ints}, {longs}), {narrow});
  EXPECT_TRUE(wide->at(0).bytes == Tensor::of<std::int64_t>({4}, {-5, 7, 0, 9}).bytes);
}

TEST(PpuKernels, NothingForAnUnknownOperatorOrType) {
  const Operand doubles{{4}, DataType::float64};
  EXPECT_FALSE(run_kernel(one_node("nms", {}, {{{4}}}, {{{4}}}), {Tensor(DataType::float32, {4})}));
  EXPECT_FALSE(run_kernel(one_node("exp", {}, {doubles}, {doubles}), {Tensor(DataType::float64, {4})}));
}

}  // namespace
}  // namespace trireme::test

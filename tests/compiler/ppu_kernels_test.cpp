// SPDX-License-Identifier: Apache-2.0
// The PPU's kernels against functions of the C++ library in double, and against IEEE 754 where an operation
// is exact.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "model/graph/attributes.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/ppu_kernel_run.h"

namespace trireme::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Operand {
  Shape shape;
  DataType dtype = DataType::float32;
  Quantization quantization = {};
};

Quantization codes(DataType type, std::vector<float> scale, std::vector<std::int32_t> zero_point,
                   int axis = -1) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = type;
  q.scale = std::move(scale);
  q.zero_point = std::move(zero_point);
  q.channel_axis = axis;
  return q;
}

Graph one_node(const std::string& op, std::any attributes, const std::vector<Operand>& inputs,
               const std::vector<Operand>& outputs) {
  Graph graph;
  Node node;
  node.name = node.op = op;
  node.attributes = std::move(attributes);
  const auto value = [&](const Operand& operand) {
    Value v;
    v.name = "v" + std::to_string(graph.values.size());
    v.shape = operand.shape;
    v.dtype = operand.dtype;
    v.quantization = operand.quantization;
    if (!v.quantization.quantized() && v.quantization.dtype == DataType::float32)
      v.quantization.dtype = operand.dtype;
    return graph.add_value(v);
  };
  for (const Operand& operand : inputs) node.inputs.push_back(value(operand));
  for (const Operand& operand : outputs) node.outputs.push_back(value(operand));
  graph.add_node(std::move(node));
  return graph;
}

std::vector<float> reals(Random& random, std::int64_t count, float range) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.real() * range);
  return values;
}

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
  const Operand four{{4}}, bools{{4}, DataType::boolean}, longs{{4}, DataType::int64};
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
  const auto whole = run_kernel(one_node("cast", CastAttributes{DataType::int64}, {four}, {longs}),
                                {Tensor::of<float>({4}, {1.9F, -1.9F, 3e9F, 0})});
  EXPECT_TRUE(whole->at(0).bytes == Tensor::of<std::int64_t>({4}, {1, -1, 2147483647, 0}).bytes);
  const auto real = run_kernel(one_node("cast", CastAttributes{DataType::float32}, {longs}, {four}),
                               {Tensor::of<std::int64_t>({4}, {-5, 7, 0, 16777217})});
  EXPECT_TRUE(real->at(0).bytes == Tensor::of<float>({4}, {-5, 7, 0, 16777216}).bytes);
}

// |difference| at most 1e-5 of the largest result.
void expect_close(const Tensor& got, const std::vector<double>& wanted, const std::string& what) {
  double largest = 1e-30, worst = 0;
  for (const double value : wanted) largest = std::max(largest, std::fabs(value));
  ASSERT_EQ(got.size(), static_cast<std::int64_t>(wanted.size())) << what;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    worst = std::max(worst, std::fabs(element(got, static_cast<std::int64_t>(i)) - wanted[i]));
  EXPECT_LE(worst, 1e-5 * largest) << what;
}

struct ConvolutionCase {
  std::int64_t batch, channels, height, width, outputs, groups;
  Window window;
  bool bias;
};

Window window(std::int64_t kernel, std::int64_t stride, std::int64_t pad, std::int64_t dilation = 1) {
  Window w;
  w.kernel_h = w.kernel_w = kernel;
  w.stride_h = w.stride_w = stride;
  w.dilation_h = w.dilation_w = dilation;
  w.pad_top = w.pad_left = w.pad_bottom = w.pad_right = pad;
  return w;
}

struct Image {  // [n][c][y][x]
  Shape shape;
  std::vector<float> values;
  double at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    if (y < 0 || x < 0 || y >= shape[2] || x >= shape[3]) return 0;
    return static_cast<double>(
        values[static_cast<std::size_t>(((n * shape[1] + c) * shape[2] + y) * shape[3] + x)]);
  }
};

// The definition: every input meets every weight.
std::vector<double> convolve(const Image& in, const Image& weights, const std::vector<float>& bias,
                             const Shape& out, const Window& w, std::int64_t groups) {
  std::vector<double> result;
  const std::int64_t in_channels = in.shape[1] / groups, out_channels = out[1] / groups;
  for (std::int64_t n = 0; n < out[0]; ++n)
    for (std::int64_t o = 0; o < out[1]; ++o)
      for (std::int64_t y = 0; y < out[2]; ++y)
        for (std::int64_t x = 0; x < out[3]; ++x) {
          double sum = bias.empty() ? 0 : static_cast<double>(bias[static_cast<std::size_t>(o)]);
          for (std::int64_t i = 0; i < in_channels; ++i)
            for (std::int64_t ky = 0; ky < w.kernel_h; ++ky)
              for (std::int64_t kx = 0; kx < w.kernel_w; ++kx)
                sum += in.at(n, o / out_channels * in_channels + i,
                             y * w.stride_h - w.pad_top + ky * w.dilation_h,
                             x * w.stride_w - w.pad_left + kx * w.dilation_w) *
                       weights.at(o, i, ky, kx);
          result.push_back(sum);
        }
  return result;
}

// Every input is spread over the outputs it reaches.
std::vector<double> deconvolve(const Image& in, const Image& weights, const std::vector<float>& bias,
                               const Shape& out, const Window& w, std::int64_t groups) {
  std::vector<double> result(static_cast<std::size_t>(element_count(out)));
  const std::int64_t in_channels = in.shape[1] / groups, out_channels = out[1] / groups;
  const auto at = [&](std::int64_t n, std::int64_t o, std::int64_t y, std::int64_t x) -> double& {
    return result[static_cast<std::size_t>(((n * out[1] + o) * out[2] + y) * out[3] + x)];
  };
  for (std::int64_t n = 0; n < out[0]; ++n)
    for (std::int64_t i = 0; i < in.shape[1]; ++i)
      for (std::int64_t o = 0; o < out_channels; ++o)
        for (std::int64_t y = 0; y < in.shape[2]; ++y)
          for (std::int64_t x = 0; x < in.shape[3]; ++x)
            for (std::int64_t ky = 0; ky < w.kernel_h; ++ky)
              for (std::int64_t kx = 0; kx < w.kernel_w; ++kx) {
                const std::int64_t to_y = y * w.stride_h - w.pad_top + ky * w.dilation_h;
                const std::int64_t to_x = x * w.stride_w - w.pad_left + kx * w.dilation_w;
                if (to_y < 0 || to_x < 0 || to_y >= out[2] || to_x >= out[3]) continue;
                at(n, i / in_channels * out_channels + o, to_y, to_x) +=
                    in.at(n, i, y, x) * weights.at(i, o, ky, kx);
              }
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto channel = i / static_cast<std::size_t>(out[2] * out[3]) % static_cast<std::size_t>(out[1]);
    if (!bias.empty()) result[i] += static_cast<double>(bias[channel]);
  }
  return result;
}

void make_constant(Graph& graph, std::size_t input, const Shape& shape, const std::vector<float>& values) {
  Value& value = graph.values[graph.nodes[0].inputs[input]];
  value.constant = std::make_shared<const Tensor>(Tensor::of<float>(shape, values));
}

const std::vector<ConvolutionCase>& convolution_cases() {
  static const std::vector<ConvolutionCase> cases = {
      {1, 3, 8, 8, 8, 1, window(3, 1, 1), true},      {2, 5, 7, 9, 11, 1, window(3, 2, 1), true},
      {1, 6, 9, 7, 6, 6, window(3, 1, 1), false},     {1, 8, 5, 5, 12, 4, window(1, 1, 0), true},
      {1, 4, 11, 11, 3, 1, window(3, 1, 2, 2), true}, {2, 16, 4, 4, 20, 1, window(1, 1, 0), false},
      {1, 2, 3, 3, 2, 1, window(5, 2, 3), true},      {1, 6, 6, 6, 4, 2, window(4, 3, 0), true}};
  return cases;
}

TEST(PpuKernels, Convolution) {
  Random random(11);
  for (std::size_t i = 0; i < convolution_cases().size(); ++i) {
    const ConvolutionCase& c = convolution_cases()[i];
    const Window& w = c.window;
    const Shape in = {c.batch, c.channels, c.height, c.width};
    const Shape weight = {c.outputs, c.channels / c.groups, w.kernel_h, w.kernel_w};
    const auto outputs = [&](std::int64_t size) {
      return (size + 2 * w.pad_top - w.dilation_h * (w.kernel_h - 1) - 1) / w.stride_h + 1;
    };
    const Shape out = {c.batch, c.outputs, outputs(c.height), outputs(c.width)};
    const Image data{in, reals(random, element_count(in), 1)},
        taps{weight, reals(random, element_count(weight), 1)};
    const std::vector<float> bias = reals(random, c.bias ? c.outputs : 0, 1);
    std::vector<Operand> inputs = {{in}, {weight}};
    if (c.bias) inputs.push_back({{c.outputs}});
    Graph graph = one_node("convolution", ConvolutionAttributes{w, c.groups}, inputs, {{out}});
    make_constant(graph, 1, weight, taps.values);
    if (c.bias) make_constant(graph, 2, {c.outputs}, bias);
    const auto results = run_kernel(graph, {Tensor::of<float>(in, data.values)});
    ASSERT_TRUE(results) << i;
    expect_close((*results)[0], convolve(data, taps, bias, out, w, c.groups), "case " + std::to_string(i));
  }
}

TEST(PpuKernels, Deconvolution) {
  Random random(12);
  for (std::size_t i = 0; i < convolution_cases().size(); ++i) {
    const ConvolutionCase& c = convolution_cases()[i];
    const Window& w = c.window;
    if (c.outputs % c.groups != 0) continue;
    const Shape in = {c.batch, c.channels, c.height, c.width};
    const Shape weight = {c.channels, c.outputs / c.groups, w.kernel_h, w.kernel_w};
    const auto outputs = [&](std::int64_t size) {
      return (size - 1) * w.stride_h + w.dilation_h * (w.kernel_h - 1) + 1 - 2 * w.pad_top;
    };
    const Shape out = {c.batch, c.outputs, outputs(c.height), outputs(c.width)};
    const Image data{in, reals(random, element_count(in), 1)},
        taps{weight, reals(random, element_count(weight), 1)};
    const std::vector<float> bias = reals(random, c.bias ? c.outputs : 0, 1);
    std::vector<Operand> inputs = {{in}, {weight}};
    if (c.bias) inputs.push_back({{c.outputs}});
    Graph graph = one_node("deconvolution", DeconvolutionAttributes{w, c.groups, 0, 0}, inputs, {{out}});
    make_constant(graph, 1, weight, taps.values);
    if (c.bias) make_constant(graph, 2, {c.outputs}, bias);
    const auto results = run_kernel(graph, {Tensor::of<float>(in, data.values)});
    ASSERT_TRUE(results) << i;
    expect_close((*results)[0], deconvolve(data, taps, bias, out, w, c.groups), "case " + std::to_string(i));
  }
}

// Of codes with a zero point: padding is the real number 0, not the code 0. All numbers are small integers,
// so the float sums are exact.
TEST(PpuKernels, ConvolutionOfCodesPadsWithZero) {
  const Quantization q = codes(DataType::uint8, {1}, {3});
  const Shape in = {1, 1, 3, 3}, weight = {1, 1, 3, 3};
  Graph graph = one_node("convolution", ConvolutionAttributes{window(3, 1, 1), 1},
                         {{in, DataType::float32, q}, {weight}}, {{in}});
  make_constant(graph, 1, weight, std::vector<float>(9, 1));
  const auto results = run_kernel(graph, {Tensor::of<std::uint8_t>(in, {4, 3, 3, 3, 5, 3, 3, 3, 3})});
  // real: 1 0 0 / 0 2 0 / 0 0 0; sums of 3x3 neighbourhoods
  EXPECT_TRUE((*results)[0].bytes == Tensor::of<float>(in, {3, 3, 2, 3, 3, 2, 2, 2, 2}).bytes);
}

TEST(PpuKernels, MatmulBroadcastsItsBatches) {
  Random random(13);
  struct Case {
    Shape a, b, out;
  };
  const std::vector<Case> cases = {
      {{3, 5}, {5, 8}, {3, 8}}, {{2, 6, 7}, {7, 9}, {2, 6, 9}}, {{2, 1, 5, 4}, {3, 4, 6}, {2, 3, 5, 6}},
      {{7}, {7, 3}, {3}},       {{2, 4, 7}, {7}, {2, 4}},       {{1, 33}, {33, 12}, {1, 12}}};
  for (const Case& c : cases) {
    const std::vector<float> a = reals(random, element_count(c.a), 1),
                             b = reals(random, element_count(c.b), 1);
    const auto results = run_kernel(one_node("matmul", {}, {{c.a}, {c.b}}, {{c.out}}),
                                    {Tensor::of<float>(c.a, a), Tensor::of<float>(c.b, b)});
    ASSERT_TRUE(results);
    const auto m = static_cast<std::size_t>(c.a.size() < 2 ? 1 : c.a[c.a.size() - 2]);
    const auto k = static_cast<std::size_t>(c.a.back()),
               n = static_cast<std::size_t>(c.b.size() < 2 ? 1 : c.b.back());
    const std::size_t batches = static_cast<std::size_t>(element_count(c.out)) / (m * n);
    const std::size_t batches_a = a.size() / (m * k), batches_b = b.size() / (k * n);
    std::vector<double> wanted;
    for (std::size_t i = 0; i < batches * m * n; ++i) {
      const std::size_t batch = i / (m * n), row = i / n % m, column = i % n;
      // of the cases above: a repeats within each of its batches, b from the start
      const std::size_t of_a = batch / (batches / batches_a), of_b = batch % batches_b;
      double sum = 0;
      for (std::size_t j = 0; j < k; ++j)
        sum += static_cast<double>(a[(of_a * m + row) * k + j]) *
               static_cast<double>(b[(of_b * k + j) * n + column]);
      wanted.push_back(sum);
    }
    expect_close((*results)[0], wanted, to_string(c.a));
  }
}

TEST(PpuKernels, Fullconnect) {
  Random random(14);
  for (const std::int64_t batch : {1, 6}) {
    const Shape in = {batch, 3, 2, 5}, weight = {9, 30}, out = {batch, 9};
    const std::vector<float> x = reals(random, 30 * batch, 1), w = reals(random, 270, 1),
                             bias = reals(random, 9, 1);
    Graph graph = one_node("fullconnect", FullconnectAttributes{}, {{in}, {weight}, {{9}}}, {{out}});
    make_constant(graph, 1, weight, w);
    make_constant(graph, 2, {9}, bias);
    const auto results = run_kernel(graph, {Tensor::of<float>(in, x)});
    ASSERT_TRUE(results);
    std::vector<double> wanted;
    for (std::size_t i = 0; i < static_cast<std::size_t>(batch) * 9; ++i) {
      double sum = static_cast<double>(bias[i % 9]);
      for (std::size_t k = 0; k < 30; ++k)
        sum += static_cast<double>(x[i / 9 * 30 + k]) * static_cast<double>(w[i % 9 * 30 + k]);
      wanted.push_back(sum);
    }
    expect_close((*results)[0], wanted, "batch " + std::to_string(batch));
  }
}

TEST(PpuKernels, NothingForAnUnknownOperatorOrType) {
  const Operand doubles{{4}, DataType::float64};
  EXPECT_FALSE(run_kernel(one_node("nms", {}, {{{4}}}, {{{4}}}), {Tensor(DataType::float32, {4})}));
  EXPECT_FALSE(run_kernel(one_node("exp", {}, {doubles}, {doubles}), {Tensor(DataType::float64, {4})}));
}

}  // namespace
}  // namespace trireme::test

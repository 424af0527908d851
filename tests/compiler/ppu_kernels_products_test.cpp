// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products on the PPU against their definitions in double.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

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

}  // namespace
}  // namespace trireme::test

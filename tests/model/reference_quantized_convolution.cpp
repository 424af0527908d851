// SPDX-License-Identifier: Apache-2.0
// Quantized convolution against a loop that only says what is meant.
#include <gtest/gtest.h>

#include <limits>

#include "model/reference/execute.h"
#include "model/reference/kernels/gemm.h"
#include "model/reference/requantize.h"
#include "tests/model/reference_run.h"

namespace trireme {
namespace {

using test::Chain;
using test::Random;
using test::random_codes;
using test::run;
using test::u8;

struct ConvolutionCase {
  Shape in, weight;
  ConvolutionAttributes attributes;
  bool bias, extreme;
};

std::string describe(const ConvolutionCase& c) {
  const Window& w = c.attributes.window;
  return to_string(c.in) + " * " + to_string(c.weight) + " groups " + std::to_string(c.attributes.groups) +
         " stride " + std::to_string(w.stride_h) + "," + std::to_string(w.stride_w) + " dilation " +
         std::to_string(w.dilation_h) + "," + std::to_string(w.dilation_w);
}

// sum over the window of (x - zx)(w - zw) + bias, in 64 bit; padding counts as zx.
std::vector<std::uint8_t> plain_convolution(const ConvolutionCase& c, const Tensor& x, const Tensor& w,
                                            const Tensor* bias, const Shape& out, std::int32_t zx,
                                            std::int32_t zw, std::int32_t zy,
                                            const ReferenceRequantizer& requantize) {
  const Window& win = c.attributes.window;
  const std::int64_t group_out = out[1] / c.attributes.groups;
  std::vector<std::uint8_t> result;
  for (std::int64_t n = 0; n < out[0]; ++n) {
    for (std::int64_t o = 0; o < out[1]; ++o) {
      for (std::int64_t oy = 0; oy < out[2]; ++oy) {
        for (std::int64_t ox = 0; ox < out[3]; ++ox) {
          std::int64_t acc = bias == nullptr ? 0 : bias->data<std::int32_t>()[o];
          for (std::int64_t i = 0; i < c.weight[1]; ++i) {
            for (std::int64_t ky = 0; ky < c.weight[2]; ++ky) {
              for (std::int64_t kx = 0; kx < c.weight[3]; ++kx) {
                const std::int64_t y = oy * win.stride_h + ky * win.dilation_h - win.pad_top;
                const std::int64_t xx = ox * win.stride_w + kx * win.dilation_w - win.pad_left;
                if (y < 0 || y >= c.in[2] || xx < 0 || xx >= c.in[3]) continue;
                const std::int64_t channel = o / group_out * c.weight[1] + i;
                const std::int64_t xi = ((n * c.in[1] + channel) * c.in[2] + y) * c.in[3] + xx;
                const std::int64_t wi = ((o * c.weight[1] + i) * c.weight[2] + ky) * c.weight[3] + kx;
                acc += std::int64_t{x.data<std::uint8_t>()[xi] - zx} * (w.data<std::uint8_t>()[wi] - zw);
              }
            }
          }
          EXPECT_LE(std::abs(acc), std::numeric_limits<std::int32_t>::max());
          const std::int64_t y = std::int64_t{requantize(static_cast<std::int32_t>(acc))} + zy;
          result.push_back(
              static_cast<std::uint8_t>(std::min<std::int64_t>(std::max<std::int64_t>(y, 0), 255)));
        }
      }
    }
  }
  return result;
}

void check_convolution(const ConvolutionCase& c, Random& random) {
  const auto zero = [&] {
    return static_cast<std::int32_t>(c.extreme ? random.between(0, 1) * 255 : random.between(0, 255));
  };
  const Quantization qx = u8(0x1p-6F, zero());
  const Quantization qw = u8(0x1p-7F, zero());
  const float terms = static_cast<float>(element_count(c.weight) / c.weight[0]);
  const Quantization qy =
      u8(0.004F * (c.extreme ? terms : 8), static_cast<std::int32_t>(random.between(0, 255)));
  const Tensor x = random_codes(random, c.in, c.extreme);
  const Tensor w = random_codes(random, c.weight, c.extreme);
  Tensor bias(DataType::int32, {c.weight[0]});
  for (std::int64_t i = 0; i < bias.size(); ++i)
    bias.data<std::int32_t>()[i] = static_cast<std::int32_t>(random.between(-50000, 50000));
  Chain chain(c.in, qx);
  std::vector<ValueId> constants = {chain.constant("w", dequantize(w, qw), qw)};
  const Quantization qb = test::i32(0x1p-13F);
  if (c.bias) constants.push_back(chain.constant("b", dequantize(bias, qb), qb));
  chain.add("conv", "convolution", c.attributes, constants, qy);
  const ReferenceRequantizer requantize(RequantRule::vipf, Ties::half_up, RequantKernel::convolution,
                                        0x1p-13F, qy.scale[0], "");
  const auto wanted =
      plain_convolution(c, x, w, c.bias ? &bias : nullptr, chain.graph.values[chain.last].shape,
                        qx.zero_point[0], qw.zero_point[0], qy.zero_point[0], requantize);
  ASSERT_EQ(run(chain.graph, x), wanted) << describe(c);
}

TEST(QuantizedConvolution, HundredsOfRandomShapesEqualTheLoop) {
  Random random(11);
  for (int i = 0; i < 400; ++i) {
    ConvolutionCase c;
    c.attributes.groups = random.between(1, 3);
    Window& w = c.attributes.window;
    w.kernel_h = random.between(1, 4);
    w.kernel_w = random.between(1, 4);
    w.stride_h = random.between(1, 3);
    w.stride_w = random.between(1, 3);
    w.dilation_h = random.between(1, 2);
    w.dilation_w = random.between(1, 3);
    w.pad_top = random.between(0, w.kernel_h - 1);
    w.pad_left = random.between(0, w.kernel_w - 1);
    w.pad_bottom = random.between(0, w.kernel_h - 1);
    w.pad_right = random.between(0, w.kernel_w - 1);
    const std::int64_t group_in = random.between(1, 4);
    c.in = {random.between(1, 2), group_in * c.attributes.groups, random.between(8, 13),
            random.between(10, 15)};
    c.weight = {c.attributes.groups * random.between(1, 4), group_in, w.kernel_h, w.kernel_w};
    c.bias = random.between(0, 1) == 1;
    c.extreme = i % 4 == 0;
    check_convolution(c, random);
  }
}

// 2304 terms of codes 0 and 255 only: the sums of 1024-term slices reach 2^24, the edge of what float32
// counts.
TEST(QuantizedConvolution, LongSumsOfExtremeCodesAreExact) {
  Random random(12);
  ConvolutionCase c;
  c.attributes.window.kernel_h = c.attributes.window.kernel_w = 3;
  c.in = {1, 256, 5, 6};
  c.weight = {4, 256, 3, 3};
  c.bias = c.extreme = true;
  for (int i = 0; i < 8; ++i) check_convolution(c, random);
}

// All codes 0, zero points 255: every term 255 * 255, 4608 of them = 299,635,200; float32 could not count
// that.
TEST(QuantizedConvolution, LargestSum) {
  ConvolutionCase c;
  c.in = {1, 4608, 1, 1};
  c.weight = {1, 4608, 1, 1};
  const Quantization q = u8(1, 255);
  Chain chain(c.in, q);
  const ValueId w = chain.constant("w", dequantize(Tensor(DataType::uint8, c.weight), q), q);
  chain.add("conv", "convolution", c.attributes, {w}, u8(299635200.0F / 200, 0));
  EXPECT_EQ(run(chain.graph, Tensor(DataType::uint8, c.in)), std::vector<std::uint8_t>{200});
}

// 127 * 127 = 16129 is odd, and so is the sum of an odd number of them: beyond 1040 terms it is above 2^24,
// where float32 knows even numbers only.
TEST(ExactProduct, SumsThatNoFloatHolds) {
  for (const std::int64_t k : {1024, 1025, 1041, 2047, 4097, 99999}) {
    const std::vector<float> ones(static_cast<std::size_t>(2 * k), 127.0F);
    std::vector<std::int64_t> c(4, -1);
    exact_product(ones.data(), ones.data(), 2, k, 2, c.data());
    EXPECT_EQ(c, std::vector<std::int64_t>(4, 16129 * k)) << k;
  }
}

}  // namespace
}  // namespace trireme

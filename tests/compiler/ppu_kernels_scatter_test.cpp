// SPDX-License-Identifier: Apache-2.0
// Scattered updates, sums of integers, and convolutions whose weights are computed.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

using Reduction = ScatterAttributes::Reduction;

// data 1 2 3 4 5; index 1 takes 10, index -1 takes 20, index 1 again 30: 30 stays, or 2 + 10 + 30 …
TEST(PpuKernels, ScatterElementsInTheirOrder) {
  const Tensor data = Tensor::of<float>({1, 5}, {1, 2, 3, 4, 5});
  const Tensor indices = Tensor::of<std::int64_t>({1, 3}, {1, -1, 1});
  const Tensor updates = Tensor::of<float>({1, 3}, {10, 20, 30});
  const auto run = [&](Reduction reduction) {
    return run_kernel(one_node("scatter_elements", ScatterAttributes{1, reduction},
                               {{{1, 5}}, {{1, 3}, DataType::int64}, {{1, 3}}}, {{{1, 5}}}),
                      {data, indices, updates})
        ->at(0)
        .bytes;
  };
  EXPECT_EQ(run(Reduction::none), Tensor::of<float>({5}, {1, 30, 3, 4, 20}).bytes);
  EXPECT_EQ(run(Reduction::add), Tensor::of<float>({5}, {1, 42, 3, 4, 25}).bytes);
  EXPECT_EQ(run(Reduction::mul), Tensor::of<float>({5}, {1, 600, 3, 4, 100}).bytes);
  EXPECT_EQ(run(Reduction::max), Tensor::of<float>({5}, {1, 30, 3, 4, 20}).bytes);
  EXPECT_EQ(run(Reduction::min), Tensor::of<float>({5}, {1, 2, 3, 4, 5}).bytes);
}

// [3,4] and updates [2,2] along axis 0: column c of the updates goes to column c, to the row its index says;
// columns 2 and 3 have none.
TEST(PpuKernels, ScatterElementsOfAPart) {
  const auto results = run_kernel(
      one_node("scatter_elements", ScatterAttributes{0, Reduction::none},
               {{{3, 4}, DataType::int32}, {{2, 2}, DataType::int32}, {{2, 2}, DataType::int32}},
               {{{3, 4}, DataType::int32}}),
      {Tensor::of<std::int32_t>({3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
       Tensor::of<std::int32_t>({2, 2}, {2, 0, 1, -1}), Tensor::of<std::int32_t>({2, 2}, {70, 80, 90, 100})});
  EXPECT_EQ(results->at(0).bytes,
            Tensor::of<std::int32_t>({12}, {0, 80, 2, 3, 90, 5, 6, 7, 70, 100, 10, 11}).bytes);
}

// data [2,2,3] counted from 0; (1,0) names 6 7 8, (0,-1) names 3 4 5, and (1,0) once more.
TEST(PpuKernels, ScatterTuples) {
  std::vector<float> counted;
  for (int i = 0; i < 12; ++i) counted.push_back(static_cast<float>(i));
  const auto run = [&](Reduction reduction) {
    return run_kernel(
               one_node("scatternd", ScatterAttributes{0, reduction},
                        {{{2, 2, 3}}, {{3, 2}, DataType::int64}, {{3, 3}}}, {{{2, 2, 3}}}),
               {Tensor::of<float>({2, 2, 3}, counted), Tensor::of<std::int64_t>({3, 2}, {1, 0, 0, -1, 1, 0}),
                Tensor::of<float>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})})
        ->at(0)
        .bytes;
  };
  EXPECT_EQ(run(Reduction::none), Tensor::of<float>({12}, {0, 1, 2, 4, 5, 6, 7, 8, 9, 9, 10, 11}).bytes);
  EXPECT_EQ(run(Reduction::add), Tensor::of<float>({12}, {0, 1, 2, 7, 9, 11, 14, 17, 20, 9, 10, 11}).bytes);
}

Tensor random_bytes(Random& random, DataType type, const Shape& shape) {
  Tensor tensor(type, shape);
  for (std::uint8_t& byte : tensor.bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return tensor;
}

// sum over k of (a - z_a) (b - z_b), a zero point a row and a column, one matrix of b for two of a.
TEST(PpuKernels, IntegerProducts) {
  Random random(11);
  const std::int64_t rows = 3, depth = 7, columns = 5;
  const Tensor a = random_bytes(random, DataType::uint8, {2, rows, depth});
  const Tensor b = random_bytes(random, DataType::int8, {depth, columns});
  const Tensor za = random_bytes(random, DataType::uint8, {rows});
  const Tensor zb = random_bytes(random, DataType::int8, {columns});
  const auto results = run_kernel(
      one_node("matmul_integer", {},
               {{a.shape, a.dtype}, {b.shape, b.dtype}, {za.shape, za.dtype}, {zb.shape, zb.dtype}},
               {{{2, rows, columns}, DataType::int32}}),
      {a, b, za, zb});
  ASSERT_TRUE(results);
  for_each_coordinate({2, rows, columns}, [&](const Shape& at) {
    double sum = 0;
    for (std::int64_t k = 0; k < depth; ++k)
      sum += (element(a, (at[0] * rows + at[1]) * depth + k) - element(za, at[1])) *
             (element(b, k * columns + at[2]) - element(zb, at[2]));
    EXPECT_EQ(element(results->at(0), static_cast<std::int64_t>(flat({2, rows, columns}, at))), sum);
  });
}

struct Case {
  Window window;
  std::int64_t groups;
  Shape in, weight, out;
};

Case strided() {
  Case c;
  c.window.kernel_h = 3;
  c.window.kernel_w = 2;
  c.window.stride_h = 2;
  c.window.dilation_w = 2;
  c.window.pad_top = c.window.pad_left = c.window.pad_bottom = 1;
  c.groups = 2;
  c.in = {2, 4, 7, 6};      // rows: (7 + 2 - 3) / 2 + 1 = 4; columns: 6 + 1 - 3 + 1 = 5
  c.weight = {6, 2, 3, 2};  // 3 output channels a group
  c.out = {2, 6, 4, 5};
  return c;
}

// Sum over the taps inside the map, by their definition.
double convolved(const Case& c, const Shape& at, const std::function<double(std::int64_t)>& in,
                 const std::function<double(std::int64_t)>& weight) {
  double sum = 0;
  const std::int64_t of_group = c.weight[0] / c.groups, first = at[1] / of_group * c.weight[1];
  for_each_coordinate({c.weight[1], c.weight[2], c.weight[3]}, [&](const Shape& tap) {
    const std::int64_t y = at[2] * c.window.stride_h + tap[1] * c.window.dilation_h - c.window.pad_top;
    const std::int64_t x = at[3] * c.window.stride_w + tap[2] * c.window.dilation_w - c.window.pad_left;
    if (y < 0 || y >= c.in[2] || x < 0 || x >= c.in[3]) return;
    sum += in(static_cast<std::int64_t>(flat(c.in, {at[0], first + tap[0], y, x}))) *
           weight(static_cast<std::int64_t>(flat(c.weight, {at[1], tap[0], tap[1], tap[2]})));
  });
  return sum;
}

TEST(PpuKernels, IntegerConvolution) {
  Random random(12);
  const Case c = strided();
  const Tensor x = random_bytes(random, DataType::uint8, c.in);
  const Tensor w = random_bytes(random, DataType::int8, c.weight);
  const Tensor zx = random_bytes(random, DataType::uint8, {});
  const Tensor zw = random_bytes(random, DataType::int8, {c.weight[0]});
  ConvolutionAttributes attr;
  attr.window = c.window;
  attr.groups = c.groups;
  const auto results = run_kernel(
      one_node("convolution_integer", attr,
               {{x.shape, x.dtype}, {w.shape, w.dtype}, {zx.shape, zx.dtype}, {zw.shape, zw.dtype}},
               {{c.out, DataType::int32}}),
      {x, w, zx, zw});
  ASSERT_TRUE(results);
  for_each_coordinate(c.out, [&](const Shape& at) {
    const double sum = convolved(
        c, at, [&](std::int64_t i) { return element(x, i) - element(zx, 0); },
        [&](std::int64_t i) { return element(w, i) - element(zw, at[1]); });
    EXPECT_EQ(element(results->at(0), static_cast<std::int64_t>(flat(c.out, at))), sum) << to_string(at);
  });
}

TEST(PpuKernels, ConvolutionWithComputedWeights) {
  Random random(13);
  const Case c = strided();
  const Tensor x = Tensor::of<float>(c.in, reals(random, element_count(c.in), 1));
  const Tensor w = Tensor::of<float>(c.weight, reals(random, element_count(c.weight), 1));
  const Tensor bias = Tensor::of<float>({6}, reals(random, 6, 1));
  ConvolutionAttributes attr;
  attr.window = c.window;
  attr.groups = c.groups;
  const auto results =
      run_kernel(one_node("convolution", attr, {{c.in}, {c.weight}, {{6}}}, {{c.out}}), {x, w, bias});
  ASSERT_TRUE(results);
  std::vector<double> wanted;
  for_each_coordinate(c.out, [&](const Shape& at) {
    wanted.push_back(element(bias, at[1]) + convolved(
                                                c, at, [&](std::int64_t i) { return element(x, i); },
                                                [&](std::int64_t i) { return element(w, i); }));
  });
  expect_close(results->at(0), wanted, "convolution");
}

// Against the kernel of the same deconvolution whose weights are constant.
TEST(PpuKernels, DeconvolutionWithComputedWeights) {
  Random random(14);
  DeconvolutionAttributes attr;
  attr.groups = 2;
  attr.window.kernel_h = attr.window.kernel_w = 3;
  attr.window.stride_h = attr.window.stride_w = 2;
  attr.window.pad_top = 1;
  const Shape in = {2, 4, 3, 4}, weight = {4, 3, 3, 3}, out = {2, 6, 6, 9};
  const std::vector<float> values = reals(random, element_count(weight), 1);
  const Tensor x = Tensor::of<float>(in, reals(random, element_count(in), 1));
  Graph constant = one_node("deconvolution", attr, {{in}, {weight}}, {{out}});
  const auto computed = run_kernel(constant, {x, Tensor::of<float>(weight, values)});
  make_constant(constant, 1, weight, values);
  const auto wanted = run_kernel(constant, {x, Tensor::of<float>(weight, values)});
  ASSERT_TRUE(computed && wanted);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < wanted->at(0).size(); ++i) numbers.push_back(element(wanted->at(0), i));
  expect_close(computed->at(0), numbers, "deconvolution");
}

// Numbers of 64 bits that do not fit into 32.
TEST(PpuKernels, WhereMovesSixtyFourBits) {
  const std::int64_t big = (std::int64_t{5} << 33) + 7;
  Tensor condition(DataType::boolean, {3});
  condition.bytes = {1, 0, 1};
  const auto results = run_kernel(
      one_node("where", {}, {{{3}, DataType::boolean}, {{3}, DataType::int64}, {{1}, DataType::int64}},
               {{{3}, DataType::int64}}),
      {condition, Tensor::of<std::int64_t>({3}, {big, 1, -big}), Tensor::of<std::int64_t>({1}, {-2})});
  ASSERT_TRUE(results);
  EXPECT_EQ(results->at(0).bytes, Tensor::of<std::int64_t>({3}, {big, -2, -big}).bytes);
}

}  // namespace
}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// Kernels with indices, and those with tables of them: gather, top k, padding, resizing.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

Tensor counted(const Shape& shape) {
  std::vector<float> x;
  for (std::int64_t i = 0; i < element_count(shape); ++i) x.push_back(static_cast<float>(i));
  return Tensor::of<float>(shape, x);
}

void expect_elements(const Tensor& got, const Shape& shape,
                     const std::function<double(const Shape&)>& wanted) {
  for_each_coordinate(shape, [&](const Shape& at) {
    EXPECT_EQ(element(got, static_cast<std::int64_t>(flat(shape, at))), wanted(at)) << to_string(at);
  });
}

// Indices -1 and 2 of an axis of 4 are 3 and 2.
TEST(PpuKernels, GatherAlongAnAxis) {
  const Shape data = {2, 4, 3}, out = {2, 2, 2, 3};
  const std::vector<std::int64_t> indices = {0, -1, 2, 1}, meant = {0, 3, 2, 1};
  const auto results =
      run_kernel(one_node("gather", GatherAttributes{1}, {{data}, {{2, 2}, DataType::int64}}, {{out}}),
                 {counted(data), Tensor::of<std::int64_t>({2, 2}, indices)});
  ASSERT_TRUE(results);
  expect_elements((*results)[0], out, [&](const Shape& at) {
    return static_cast<double>(flat(data, {at[0], meant[flat({2, 2}, {at[1], at[2]})], at[3]}));
  });
}

TEST(PpuKernels, GatherElementsAndTuples) {
  const Shape data = {3, 4};
  const std::vector<std::int32_t> indices = {1, 3, 0, -1, 2, 2};
  const auto elements = run_kernel(
      one_node("gather_elements", GatherAttributes{1}, {{data}, {{3, 2}, DataType::int32}}, {{{3, 2}}}),
      {counted(data), Tensor::of<std::int32_t>({3, 2}, indices)});
  EXPECT_TRUE((*elements)[0].bytes == Tensor::of<float>({3, 2}, {1, 3, 4, 7, 10, 10}).bytes);
  // data [2,2,3], tuples of two: (1,0) and (0,-1) name rows 6 7 8 and 3 4 5
  const auto tuples = run_kernel(
      one_node("gathernd", GatherNdAttributes{0}, {{{2, 2, 3}}, {{2, 2}, DataType::int64}}, {{{2, 3}}}),
      {counted({2, 2, 3}), Tensor::of<std::int64_t>({2, 2}, {1, 0, 0, -1})});
  EXPECT_TRUE((*tuples)[0].bytes == Tensor::of<float>({2, 3}, {6, 7, 8, 3, 4, 5}).bytes);
  // one batch axis: tuple (1) of batch 0 and (0) of batch 1
  const auto batched = run_kernel(
      one_node("gathernd", GatherNdAttributes{1}, {{{2, 2, 3}}, {{2, 1}, DataType::int64}}, {{{2, 3}}}),
      {counted({2, 2, 3}), Tensor::of<std::int64_t>({2, 1}, {1, 0})});
  EXPECT_TRUE((*batched)[0].bytes == Tensor::of<float>({2, 3}, {3, 4, 5, 6, 7, 8}).bytes);
}

TEST(PpuKernels, OneHot) {
  const auto results =
      run_kernel(one_node("one_hot", OneHotAttributes{-1, 3}, {{{2}, DataType::int32}, {{2}}}, {{{2, 3}}}),
                 {Tensor::of<std::int32_t>({2}, {1, -1}), Tensor::of<float>({2}, {0.5F, 7})});
  EXPECT_TRUE((*results)[0].bytes == Tensor::of<float>({2, 3}, {0.5F, 7, 0.5F, 0.5F, 0.5F, 7}).bytes);
}

// Equal values: the lower index first.
TEST(PpuKernels, LargestAndSmallest) {
  const Tensor x = Tensor::of<float>({2, 5}, {3, 9, 9, -1, 4, 0, -5, 2, -5, 2});
  const auto run = [&](bool largest) {
    TopkAttributes attr;
    attr.k = 3;
    attr.largest = largest;
    return run_kernel(one_node("topk", attr, {{{2, 5}}}, {{{2, 3}}, {{2, 3}, DataType::int64}}), {x});
  };
  const auto high = run(true), low = run(false);
  ASSERT_TRUE(high);
  EXPECT_TRUE((*high)[0].bytes == Tensor::of<float>({2, 3}, {9, 9, 4, 2, 2, 0}).bytes);
  EXPECT_TRUE((*high)[1].bytes == Tensor::of<std::int64_t>({2, 3}, {1, 2, 4, 2, 4, 0}).bytes);
  EXPECT_TRUE((*low)[0].bytes == Tensor::of<float>({2, 3}, {-1, 3, 4, -5, -5, 0}).bytes);
  EXPECT_TRUE((*low)[1].bytes == Tensor::of<std::int64_t>({2, 3}, {3, 0, 4, 1, 3, 0}).bytes);
}

TEST(PpuKernels, PaddingOfEveryKind) {
  using Mode = PadAttributes::Mode;
  const auto run = [](Mode mode) {
    PadAttributes attr;
    attr.mode = mode;
    attr.before = {0, 2};
    attr.after = {1, 1};
    attr.value = -7;
    const auto results = run_kernel(one_node("pad", attr, {{{2, 3}}}, {{{3, 6}}}), {counted({2, 3})});
    return std::vector<float>((*results)[0].data<float>(), (*results)[0].data<float>() + 18);
  };
  EXPECT_EQ(run(Mode::constant),
            (std::vector<float>{-7, -7, 0, 1, 2, -7, -7, -7, 3, 4, 5, -7, -7, -7, -7, -7, -7, -7}));
  EXPECT_EQ(run(Mode::edge), (std::vector<float>{0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 5, 5, 3, 3, 3, 4, 5, 5}));
  EXPECT_EQ(run(Mode::reflect), (std::vector<float>{2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1}));
  EXPECT_EQ(run(Mode::wrap), (std::vector<float>{1, 2, 0, 1, 2, 0, 4, 5, 3, 4, 5, 3, 1, 2, 0, 1, 2, 0}));
}

// Cropping is padding by less than nothing; codes are filled with the code of the value.
TEST(PpuKernels, PaddingOfCodesAndCropping) {
  const Quantization q = codes(DataType::uint8, {0.5F}, {10});
  PadAttributes attr;
  attr.before = {-1};
  attr.after = {2};
  attr.value = 1;  // code 12
  const auto results =
      run_kernel(one_node("pad", attr, {{{3}, DataType::float32, q}}, {{{4}, DataType::float32, q}}),
                 {Tensor::of<std::uint8_t>({3}, {1, 2, 3})});
  EXPECT_TRUE((*results)[0].bytes == (std::vector<std::uint8_t>{2, 3, 12, 12}));
}

ResizeAttributes resized(ResizeAttributes::Method method, ResizeAttributes::Coordinates coordinates,
                         std::int64_t to) {
  ResizeAttributes attr;
  attr.method = method;
  attr.coordinates = coordinates;
  attr.shape = {1, 1, to, to};
  attr.scales = {1, 1, static_cast<float>(to) / 2, static_cast<float>(to) / 2};
  return attr;
}

// The map 1 2 / 3 4. Linear by half pixels: columns at -0.25, 0.25, 0.75, 1.25, so 1, 1.25, 1.75, 2; rows
// alike.
TEST(PpuKernels, ResizeByItsExamples) {
  using Method = ResizeAttributes::Method;
  using Coordinates = ResizeAttributes::Coordinates;
  const Tensor map = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const auto run = [&](const ResizeAttributes& attr) {
    const auto results = run_kernel(one_node("image_resize", attr, {{{1, 1, 2, 2}}}, {{attr.shape}}), {map});
    return results->at(0);
  };
  // i / 2 = 0, 0.5, 1, 1.5; the floor is preferred: columns and rows 0 0 1 1
  const Tensor nearest = run(resized(Method::nearest, Coordinates::asymmetric, 4));
  EXPECT_TRUE(nearest.bytes ==
              Tensor::of<float>({1, 1, 4, 4}, {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}).bytes);
  const Tensor linear = run(resized(Method::linear, Coordinates::half_pixel, 4));
  EXPECT_TRUE(linear.bytes == Tensor::of<float>({1, 1, 4, 4}, {1, 1.25F, 1.75F, 2, 1.5F, 1.75F, 2.25F, 2.5F,
                                                               2.5F, 2.75F, 3.25F, 3.5F, 3, 3.25F, 3.75F, 4})
                                  .bytes);
  const Tensor corners = run(resized(Method::linear, Coordinates::align_corners, 3));
  expect_close(corners, {1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4}, "align_corners");
}

// A cubic of coefficient -0.5 goes through a straight line: x = i / 2 - 1/4 of 0 … 7 away from the ends.
TEST(PpuKernels, CubicKeepsAStraightLine) {
  ResizeAttributes attr;
  attr.method = ResizeAttributes::Method::cubic;
  attr.cubic_coefficient = -0.5F;
  attr.shape = {1, 1, 1, 16};
  attr.scales = {1, 1, 1, 2};
  const auto results =
      run_kernel(one_node("image_resize", attr, {{{1, 1, 1, 8}}}, {{attr.shape}}), {counted({1, 1, 1, 8})});
  ASSERT_TRUE(results);
  for (std::int64_t i = 4; i < 12; ++i)
    EXPECT_NEAR(element((*results)[0], i), static_cast<double>(i) / 2 - 0.25, 1e-6);
}

}  // namespace
}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// Kernels that move elements: which element of the input is where in the output.
#include "tests/compiler/ppu_kernel_support.h"

namespace trireme::test {
namespace {

// Elements 0, 1, 2, … of the input; `source` says which of them an output has.
void expect_moved(const std::string& op, const std::any& attributes, const Shape& in, const Shape& out,
                  const std::function<std::size_t(const Shape&)>& source) {
  std::vector<float> x;
  for (std::int64_t i = 0; i < element_count(in); ++i) x.push_back(static_cast<float>(i));
  const auto results = run_kernel(one_node(op, attributes, {{in}}, {{out}}), {Tensor::of<float>(in, x)});
  ASSERT_TRUE(results) << op;
  std::vector<float> wanted;
  for_each_coordinate(out, [&](const Shape& at) { wanted.push_back(static_cast<float>(source(at))); });
  EXPECT_TRUE((*results)[0].bytes == Tensor::of<float>(out, wanted).bytes) << op;
}

TEST(PpuKernels, CopiesWithStrides) {
  const Shape in = {2, 3, 4, 5};
  expect_moved("reshape", ReshapeAttributes{{6, 20}}, in, {6, 20}, [](const Shape& at) {
    return flat({6, 20}, at);
  });
  expect_moved("permute", PermuteAttributes{{0, 2, 3, 1}}, in, {2, 4, 5, 3}, [&](const Shape& at) {
    return flat(in, {at[0], at[3], at[1], at[2]});
  });
  expect_moved("expand", ExpandAttributes{{2, 3, 4}}, {3, 1}, {2, 3, 4}, [](const Shape& at) {
    return flat({3, 1}, {at[1], 0});
  });
  expect_moved("tile", TileAttributes{{2, 1, 3}}, {2, 3, 2}, {4, 3, 6}, [](const Shape& at) {
    return flat({2, 3, 2}, {at[0] % 2, at[1], at[2] % 2});
  });
  expect_moved("slice", SliceAttributes{{1, 2, 0, 4}, {1, 2, 2, 3}, {1, -1, 3, -2}}, in, {1, 2, 2, 3},
               [&](const Shape& at) {
                 return flat(in, {1, 2 - at[1], 3 * at[2], 4 - 2 * at[3]});
               });
}

// ONNX: DCR has the blocks outside the channels, CRD inside.
TEST(PpuKernels, DepthToSpaceAndBack) {
  const Shape deep = {1, 12, 2, 3}, wide = {1, 2, 4, 9};
  for (const bool inside : {false, true}) {
    expect_moved("depth2space", BlockAttributes{2, 3, inside}, deep, wide, [&](const Shape& at) {
      const std::int64_t block = at[2] % 2 * 3 + at[3] % 3;
      return flat(deep, {0, inside ? at[1] * 6 + block : block * 2 + at[1], at[2] / 2, at[3] / 3});
    });
  }
  expect_moved("space2depth", BlockAttributes{2, 3, false}, wide, deep, [&](const Shape& at) {
    const std::int64_t block = at[1] / 2;
    return flat(wide, {0, at[1] % 2, at[2] * 2 + block / 3, at[3] * 3 + block % 3});
  });
}

// Different sizes, so that the threads of the shorter parts have nothing more to do.
TEST(PpuKernels, ConcatAndSplit) {
  const Tensor whole = Tensor::of<float>({2, 6}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const Tensor a = Tensor::of<float>({2, 1}, {0, 6}),
               b = Tensor::of<float>({2, 5}, {1, 2, 3, 4, 5, 7, 8, 9, 10, 11});
  const auto joined =
      run_kernel(one_node("concat", ConcatAttributes{1}, {{{2, 1}}, {{2, 5}}}, {{{2, 6}}}), {a, b});
  ASSERT_TRUE(joined);
  EXPECT_TRUE((*joined)[0].bytes == whole.bytes);
  const auto parts =
      run_kernel(one_node("split", SplitAttributes{1, {1, 5}}, {{{2, 6}}}, {{{2, 1}}, {{2, 5}}}), {whole});
  ASSERT_TRUE(parts);
  EXPECT_TRUE((*parts)[0].bytes == a.bytes);
  EXPECT_TRUE((*parts)[1].bytes == b.bytes);
}

// Codes keep their bits between equal parameters and are requantized between different ones.
TEST(PpuKernels, MovedCodes) {
  const Quantization q = codes(DataType::uint8, {0.5F}, {10}), other = codes(DataType::int8, {1}, {-2});
  const Tensor x = Tensor::of<std::uint8_t>({4}, {0, 10, 13, 255});
  const auto run = [&](const Quantization& to) {
    return run_kernel(one_node("noop", {}, {{{4}, DataType::float32, q}}, {{{4}, DataType::float32, to}}),
                      {x});
  };
  EXPECT_TRUE(run(q)->at(0).bytes == x.bytes);
  // -5, 0, 1.5 and 122.5; ties to even: 2 and 122
  EXPECT_TRUE(run(other)->at(0).bytes == Tensor::of<std::int8_t>({4}, {-7, -2, 0, 120}).bytes);
}

}  // namespace
}  // namespace trireme::test

// SPDX-License-Identifier: Apache-2.0
// Operators where the node tests of ONNX (import_onnx_nodes_test.cpp) leave a corner open.
#include <gtest/gtest.h>

#include "model/reference/execute.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::reals;

template <typename T>
std::vector<T> elements(const Tensor& tensor) {
  return std::vector<T>(tensor.data<T>(), tensor.data<T>() + tensor.size());
}

// a op b of two constants' types, one number each.
template <typename T>
double combined(const char* op, T a, T b) {
  Graph graph;
  graph.name = "binary";
  for (const char* name : {"a", "b"}) {
    Value value;
    value.name = name;
    value.dtype = value.quantization.dtype = data_type_of<T>();
    graph.inputs.push_back(graph.add_value(std::move(value)));
  }
  Value result;
  result.name = "y";
  graph.outputs = {graph.add_value(std::move(result))};
  Node node{"n", op, {}, {}, graph.inputs, graph.outputs};
  infer_node(graph, node);
  graph.add_node(std::move(node));
  return element(execute(graph, {Tensor::of<T>({}, {a}), Tensor::of<T>({}, {b})}, {}).at(0), 0);
}

// ONNX: integer division truncates, Mod takes the sign of the divisor, fmod that of the dividend. What C++
// leaves undefined must not end the program.
TEST(Integers, DivisionAndRemainder) {
  EXPECT_EQ(combined<std::int32_t>("divide", -7, 2), -3);
  EXPECT_EQ(combined<std::int32_t>("mod", -7, 2), 1);
  EXPECT_EQ(combined<std::int32_t>("mod", 7, -2), -1);
  EXPECT_EQ(combined<std::int32_t>("fmod", -7, 2), -1);
  EXPECT_EQ(combined<std::int64_t>("divide", INT64_MIN, -1), static_cast<double>(INT64_MIN));
  EXPECT_EQ(combined<std::int64_t>("mod", INT64_MIN, -1), 0);
  EXPECT_EQ(combined<std::int32_t>("divide", 1, 0), 0);
  EXPECT_EQ(combined<std::uint64_t>("greater", UINT64_MAX, 1), 1);
  EXPECT_EQ(combined<std::uint8_t>("add", 250, 10), 4);
  EXPECT_EQ(combined<std::int8_t>("multiply", 100, 2), -56);  // 200 - 256
  EXPECT_EQ(combined<std::int32_t>("pow", 3, 4), 81);
}

// Float to integer truncates and saturates, integer to integer keeps the low bits.
TEST(Cast, Integers) {
  const auto cast = [](const Tensor& in, DataType dtype) {
    Graph graph;
    Value value;
    value.name = "x";
    value.shape = in.shape;
    value.dtype = value.quantization.dtype = in.dtype;
    graph.inputs = {graph.add_value(std::move(value))};
    Value result;
    result.name = "y";
    graph.outputs = {graph.add_value(std::move(result))};
    Node node{"n", "cast", {}, CastAttributes{dtype}, graph.inputs, graph.outputs};
    infer_node(graph, node);
    graph.add_node(std::move(node));
    return execute(graph, {in}, {}).at(0);
  };
  const Tensor real = Tensor::of<float>({4}, {-1.9F, 2.9F, 1e9F, -1e9F});
  EXPECT_EQ(elements<std::int8_t>(cast(real, DataType::int8)), (std::vector<std::int8_t>{-1, 2, 127, -128}));
  const Tensor whole = Tensor::of<std::int32_t>({3}, {300, -1, 0});
  EXPECT_EQ(elements<std::uint8_t>(cast(whole, DataType::uint8)), (std::vector<std::uint8_t>{44, 255, 0}));
  EXPECT_EQ(elements<std::uint8_t>(cast(whole, DataType::boolean)), (std::vector<std::uint8_t>{1, 1, 0}));
}

// Two groups of one channel each, taps two apart: x0 (1, 2) spreads kernel (1, 10), x1 (3, 4) kernel (100,
// 0). Row 0: 1, 2, 10, 20; row 1: 300, 400, 0, 0. One pad on the left drops the first column; bias 0 and 1.
TEST(Deconvolution, GroupsAndDilation) {
  Chain chain({1, 2, 1, 2});
  DeconvolutionAttributes a;
  a.groups = 2;
  a.window.kernel_w = 2, a.window.dilation_w = 2, a.window.pad_left = 1;
  const ValueId w = chain.constant("w", Tensor::of<float>({2, 1, 1, 2}, {1, 10, 100, 0}));
  const ValueId b = chain.constant("b", Tensor::of<float>({2}, {0, 1}));
  chain.add("deconv", "deconvolution", a, {w, b});
  EXPECT_EQ(reals(execute(chain.graph, {Tensor::of<float>({1, 2, 1, 2}, {1, 2, 3, 4})}, {}).at(0)),
            (std::vector<float>{2, 10, 20, 401, 1, 1}));
}

// 6 ones, a pad on each side, windows of 3 at steps of 2, rounded up: the last of 4 windows begins at the
// last one, has a pad behind it, and then nothing: 1/2 (ONNX Runtime 1.30).
TEST(AveragePool, WindowBeyondThePadding) {
  PoolingAttributes a;
  a.type = PoolingAttributes::Type::avg;
  a.ceil_mode = a.count_include_pad = true;
  a.window.kernel_w = 3, a.window.stride_w = 2;
  a.window.pad_left = a.window.pad_right = 1;
  Chain chain({1, 1, 1, 6});
  chain.add("pool", "pooling", a);
  const Tensor ones = Tensor::of<float>({1, 1, 1, 6}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(reals(execute(chain.graph, {ones}, {}).at(0)), (std::vector<float>{2 / 3.0F, 1, 1, 0.5F}));
}

// (2,1,2) by (2): the batch of the first, and a vector behind gives one number a row.
TEST(Matmul, BatchesAndVectors) {
  Chain chain({2, 1, 2});
  chain.add("m", "matmul", {}, {chain.constant("b", Tensor::of<float>({2}, {10, 1}))});
  const Tensor result = execute(chain.graph, {Tensor::of<float>({2, 1, 2}, {1, 2, 3, 4})}, {}).at(0);
  EXPECT_EQ(result.shape, (Shape{2, 1}));
  EXPECT_EQ(reals(result), (std::vector<float>{12, 34}));
}

// gelu(-8) = -4 erfc(8 / sqrt 2) = -4 * 1.244e-15: 1 + erf alone would leave nothing of it.
TEST(Gelu, FarTail) {
  Chain chain({1});
  chain.add("g", "gelu", GeluAttributes{});
  EXPECT_NEAR(reals(execute(chain.graph, {Tensor::of<float>({1}, {-8})}, {}).at(0))[0] / -4.976768e-15, 1,
              1e-5);
}

}  // namespace
}  // namespace trireme

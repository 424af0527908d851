// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/quantize/calibrate.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::u8;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// conv -> relu -> max pool -> reshape -> fc -> softmax, every tensor with parameters of its own.
Chain network() {
  Chain chain({1, 1, 4, 4}, u8(0.5F, 1));
  const ValueId w = chain.constant("w", Tensor(DataType::float32, {2, 1, 1, 1}), u8(0.25F, 2));
  const ValueId b = chain.constant("b", Tensor(DataType::float32, {2}), test::i32(3));
  PoolingAttributes pool;
  pool.window.kernel_h = pool.window.kernel_w = pool.window.stride_h = pool.window.stride_w = 2;
  chain.add("conv", "convolution", ConvolutionAttributes{}, {w, b}, u8(1, 3))
      .add("relu", "relu", {}, {}, u8(2, 4));
  chain.add("pool", "pooling", pool, {}, u8(3, 5))
      .add("flat", "reshape", ReshapeAttributes{{1, 8}}, {}, u8(4, 6));
  const ValueId v = chain.constant("v", Tensor(DataType::float32, {3, 8}), u8(0.125F, 0));
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {v}, u8(5, 7))
      .add("prob", "softmax", SoftmaxAttributes{1}, {}, u8(6, 8));
  return chain;
}

TEST(Unify, AppliesEveryRuleAndNamesTheChanges) {
  Chain chain = network();
  const std::vector<std::string> changes = unify_quantization(chain.graph);
  EXPECT_TRUE(same_parameters(chain.value("conv:out").quantization, u8(2, 4)));
  EXPECT_TRUE(same_parameters(chain.value("relu:out").quantization, u8(2, 4)));
  EXPECT_TRUE(same_parameters(chain.value("pool:out").quantization, u8(2, 4)));
  EXPECT_TRUE(same_parameters(chain.value("flat:out").quantization, u8(2, 4)));
  EXPECT_TRUE(same_parameters(chain.value("fc:out").quantization, u8(5, 7)));
  EXPECT_FALSE(chain.value("prob:out").quantization.quantized());
  EXPECT_EQ(chain.value("prob:out").quantization.dtype, DataType::float16);
  EXPECT_TRUE(same_parameters(chain.value("b").quantization, test::i32(0.125F)));
  ASSERT_THAT(changes, SizeIs(5));  // conv, prob, pool, flat, b
  EXPECT_THAT(changes[0], HasSubstr("'conv:out': u8 scale=1 zp=3 -> u8 scale=2 zp=4"));
  EXPECT_THAT(unify_quantization(chain.graph), SizeIs(0));
}

TEST(Unify, ConvolutionWithAnotherReaderKeepsItsOwn) {
  Chain chain = network();
  chain.graph.outputs.push_back(chain.graph.find_value("conv:out"));
  unify_quantization(chain.graph);
  EXPECT_TRUE(same_parameters(chain.value("conv:out").quantization, u8(1, 3)));
  EXPECT_TRUE(same_parameters(chain.value("relu:out").quantization, u8(2, 4)));
}

TEST(Unify, AveragePoolAndLoneReluKeepTheirOwn) {
  Chain chain({1, 1, 4, 4}, u8(0.5F, 1));
  PoolingAttributes pool;
  pool.type = PoolingAttributes::Type::avg;
  pool.window.kernel_h = pool.window.kernel_w = 4;
  chain.add("pool", "pooling", pool, {}, u8(3, 5)).add("relu", "relu", {}, {}, u8(2, 4));
  EXPECT_THAT(unify_quantization(chain.graph), SizeIs(0));
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// What ONNX's operators on shapes and its constants become. Expected shapes and numbers are worked out beside
// each case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/onnx_one_node.h"
// After the builder, which sets how the message classes were built.
#include "model/import/onnx/tensors.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Shape reshaped_to(const Shape& from, const std::vector<std::int64_t>& to, bool allow_zero = false) {
  OnnxBuilder m(14);
  m.input("x", from);
  m.integers("s", {static_cast<std::int64_t>(to.size())}, to);
  auto node = m.node("Reshape", {"x", "s"}, {"y"});
  if (allow_zero) node.integer("allowzero", 1);
  m.output("y");
  return value_named(m.import(), "y").shape;
}

TEST(OnnxReshape, ZerosAndMinusOne) {
  EXPECT_EQ(reshaped_to({2, 3, 4}, {0, -1}), (Shape{2, 12}));
  EXPECT_EQ(reshaped_to({2, 3, 4}, {4, 0, 2}), (Shape{4, 3, 2}));
  EXPECT_EQ(reshaped_to({1}, {}), (Shape{}));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {-1, -1}); }), HasSubstr("cannot reshape [2,3] to [-1,-1]"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {4, -1}); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {7}); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {0, 3}, true); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {INT64_MAX, INT64_MAX}); }), HasSubstr("cannot reshape"));
}

TEST(OnnxReshape, AComputedShapeIsUnsupported) {
  OnnxBuilder m;
  m.input("x", {1, 4});
  m.input("s", {2});
  m.node("Reshape", {"x", "s"}, {"y"});
  m.output("y");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("the shape 's' is computed by the network"));
}

TEST(OnnxShapeOperators, FlattenSqueezeUnsqueeze) {
  OnnxBuilder m = unary("Flatten", {2, 3, 4});
  only_node(m).integer("axis", -1);
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{6, 4}));
  m = unary("Flatten", {2, 3, 4});
  only_node(m).integer("axis", 0);
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 24}));

  EXPECT_EQ(value_named(unary("Squeeze", {1, 3, 1}).import(), "y").shape, (Shape{3}));
  m = unary("Squeeze", {1, 3, 1}, 11);
  only_node(m).ints("axes", {-1});
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 3}));
  m = unary("Squeeze", {1, 3, 1}, 11);
  only_node(m).ints("axes", {1});
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("removes axis 1 of [1,3,1]"));

  m = OnnxBuilder(13);
  m.input("x", {3, 4});
  m.integers("axes", {2}, {0, -1});
  m.node("Unsqueeze", {"x", "axes"}, {"y"});
  m.output("y");
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 3, 4, 1}));
}

TEST(OnnxShapeOperators, TransposeAndConcat) {
  EXPECT_EQ(value_named(unary("Transpose", {2, 3, 4}).import(), "y").shape, (Shape{4, 3, 2}));
  OnnxBuilder m;
  m.input("x", {1, 3, 4});
  m.node("Concat", {"x", "x"}, {"y"}).integer("axis", -2);
  m.output("y");
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 6, 4}));
}

TEST(OnnxTranspose, OfAConstantMovesItsElements) {
  OnnxBuilder m;
  m.input("x", {2, 3, 1});
  m.floats("c", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  m.node("Transpose", {"c"}, {"t"}).ints("perm", {2, 0, 1});  // [3,1,2]: t[k,0,j] = c[0,j,k]
  m.node("Add", {"x", "t"}, {"y"});
  m.output("y");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("[2,3,1] and [3,1,2] do not fit"));
  m.model.mutable_graph()->clear_input();
  m.input("x", {3, 1, 2});
  EXPECT_THAT(floats_of(value_named(m.import(), "t")), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(OnnxConstants, EveryForm) {
  const auto constant = [](auto set) {
    OnnxBuilder m;
    m.input("x", {1, 2});
    NodeBuilder node = m.node("Constant", {}, {"c"});
    set(node);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    return floats_of(value_named(m.import(), "c"));
  };
  EXPECT_THAT(constant([](NodeBuilder& n) { n.real("value_float", 3); }), ElementsAre(3));
  EXPECT_THAT(constant([](NodeBuilder& n) {
                auto& a = n.add("value_floats", onnx::AttributeProto::FLOATS);
                a.add_floats(1), a.add_floats(2);
              }),
              ElementsAre(1, 2));
  EXPECT_THAT(constant([](NodeBuilder& n) {
                auto& a = n.add("value", onnx::AttributeProto::TENSOR);
                a.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
                a.mutable_t()->add_float_data(5);
              }),
              ElementsAre(5));
  EXPECT_THAT(error_of([&] { constant([](NodeBuilder& n) { n.text("value_string", "a"); }); }),
              HasSubstr("'value_string' is not supported"));
  EXPECT_THAT(error_of([&] { constant([](NodeBuilder&) {}); }), HasSubstr("it has 0 values"));
}

TEST(OnnxConstants, IntegersGiveShapes) {
  for (const bool list : {true, false}) {
    OnnxBuilder m;
    m.input("x", {1, 4});
    auto node = m.node("Constant", {}, {"s"});
    list ? node.ints("value_ints", {2, 2}) : node.integer("value_int", 4);
    m.node("Reshape", {"x", "s"}, {"y"});
    m.output("y");
    EXPECT_EQ(value_named(m.import(), "y").shape, list ? (Shape{2, 2}) : (Shape{4}));
  }
}

TEST(OnnxConstants, ConstantOfShapeIsBounded) {
  const auto model = [](const std::vector<std::int64_t>& shape) {
    OnnxBuilder m;
    m.input("x", {1, 3});
    m.integers("s", {static_cast<std::int64_t>(shape.size())}, shape);
    auto& value = m.node("ConstantOfShape", {"s"}, {"c"}).add("value", onnx::AttributeProto::TENSOR);
    value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
    value.mutable_t()->add_dims(1);
    value.mutable_t()->add_float_data(0.5F);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    return m;
  };
  EXPECT_THAT(floats_of(value_named(model({3}).import(), "c")), ElementsAre(0.5F, 0.5F, 0.5F));
  EXPECT_THAT(error_of([&] { model({1 << 15, 1 << 15}).import(); }), HasSubstr("may take 2147483648 bytes"));
  EXPECT_THAT(error_of([&] {
                model({INT64_MAX, INT64_MAX}).import();
              }),
              HasSubstr("more than 2^40 elements"));
  EXPECT_THAT(error_of([&] { model({-3}).import(); }), HasSubstr("a dimension is negative"));
}

TEST(OnnxConstants, ShareOneBudget) {
  ConstantBudget budget(std::uint64_t{1} << 31);  // 2^31 bytes: 2^29 floats, in any portions
  budget.spend((std::int64_t{1} << 28) - 1, DataType::float32);
  budget.spend(std::int64_t{1} << 28, DataType::float32);
  EXPECT_THAT(error_of([&] { budget.spend(2, DataType::float32); }), HasSubstr("may take 2147483648 bytes"));
  budget.spend(1, DataType::float32);
  EXPECT_THAT(error_of([&] { budget.spend(1, DataType::float32); }), HasSubstr("a constant of 4 more bytes"));
}

TEST(OnnxInitializers, HalfPrecisionIsWidened) {
  // 0x3C00 = 1, 0xC000 = -2, 0x3555 = 0.333251953125 (1365/4096), 0x0001 = 2^-24; bfloat16 0x3F80 = 1.
  for (const bool raw : {true, false}) {
    OnnxBuilder m;
    m.input("x", {1, 4});
    auto& c = m.zeros("c", {4});
    c.clear_float_data();
    c.set_data_type(onnx::TensorProto::FLOAT16);
    const std::vector<std::uint16_t> bits = {0x3C00, 0xC000, 0x3555, 0x0001};
    if (raw) c.set_raw_data(bits.data(), 8);
    for (const std::uint16_t pattern : bits) raw ? void() : c.add_int32_data(pattern);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    EXPECT_THAT(floats_of(value_named(m.import(), "c")), ElementsAre(1, -2, 0.333251953125F, 0x1p-24F));
  }
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// ONNX models with a node of most families of operators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/model/onnx_builder.h"

namespace trireme {

// Operators of every kind, with attributes that are not the defaults (all others pass here by way of
// import_onnx_nodes_test.cpp); a constant shared by two nodes, a
// constant that is an input of its own, two inputs and two outputs.
inline OnnxBuilder many_operators_model() {
  OnnxBuilder m;
  m.input("x", {1, 4, 8, 8});
  m.input("x2", {1, 6});
  m.floats("w", {6, 2, 3, 3}, [] {
    std::vector<float> values;
    for (int i = 0; i < 108; ++i) values.push_back(0.1F * static_cast<float>(i) - 3);
    return values;
  }());
  for (const char* name : {"b", "gamma", "beta", "mean", "variance"})
    m.floats(name, {6}, {1, 2, 3, 4, 5, 0.1F});
  m.zeros("fw", {6, 6});
  m.floats("low", {}, {-0.3F});
  m.floats("two", {6, 1, 1}, {2, 2, 2, 2, 2, 2});
  m.node("Conv", {"x", "w", "b"}, {"c"})
      .ints("pads", {0, 1, 2, 1})
      .ints("dilations", {2, 1})
      .integer("group", 2);
  m.node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, {"bn"}).real("epsilon", 0.001F);
  m.node("LeakyRelu", {"bn"}, {"l"}).real("alpha", 0.1F);
  m.node("Mul", {"l", "two"}, {"mul"});
  m.node("Clip", {"mul", "low"}, {"clip"});
  m.node("MaxPool", {"clip"}, {"p"})
      .ints("kernel_shape", {3, 2})
      .ints("strides", {2, 3})
      .integer("ceil_mode", 1);
  m.node("AveragePool", {"p"}, {"ap"})
      .ints("kernel_shape", {2, 2})
      .ints("pads", {1, 1, 0, 0})
      .integer("count_include_pad", 1);
  m.node("GlobalAveragePool", {"ap"}, {"g"});
  m.node("Flatten", {"g"}, {"f"});
  m.node("Gemm", {"f", "fw", "b"}, {"d1"}).integer("transB", 1);
  m.node("Gemm", {"x2", "fw"}, {"d2"}).integer("transB", 1);
  m.node("Relu", {"d1"}, {"r"});
  m.node("Sigmoid", {"d2"}, {"s"});
  m.node("Add", {"r", "s"}, {"sum"});
  m.node("Tanh", {"sum"}, {"t"});
  m.node("Concat", {"t", "sum"}, {"cat"}).integer("axis", 1);
  m.node("Transpose", {"cat"}, {"tr"}).ints("perm", {1, 0});
  m.node("Softmax", {"tr"}, {"soft"}).integer("axis", 0);
  m.node("Identity", {"soft"}, {"y/with:strange name"}).named("n/o p");
  m.output("sum");
  m.output("y/with:strange name");
  return m;
}

// Those that move, pick and reduce data, and the normalizations.
inline OnnxBuilder data_operators_model() {
  OnnxBuilder m(18);
  m.input("x", {1, 4, 8, 8});
  m.integers("i3", {3}, {0, -2, 5});
  m.integers("points", {2, 2}, {0, 1, 0, 2});
  m.integers("parts", {3}, {1, 2, 5});
  m.floats("gamma", {4}, {1, 2, 3, 4});
  m.floats("rows", {4, 8}, std::vector<float>(32, 0.5F));
  m.node("InstanceNormalization", {"x", "gamma", "gamma"}, {"in"}).real("epsilon", 0.01F);
  m.node("GroupNormalization", {"in", "rows_of_2", "rows_of_2"}, {"gn"}).integer("num_groups", 2);
  m.floats("rows_of_2", {2}, {0.5F, 2});
  m.node("LayerNormalization", {"gn", "line", "line"}, {"ln"}).integer("axis", 2).real("epsilon", 0.1F);
  m.floats("line", {8}, {1, 2, 3, 4, 5, 6, 7, 8});
  m.node("RMSNormalization", {"ln", "line"}, {"rms"});
  m.node("LpNormalization", {"rms"}, {"lp"}).integer("axis", 1).integer("p", 1);
  m.node("LRN", {"lp"}, {"lrn"}).integer("size", 3).real("alpha", 0.5F).real("beta", 0.3F).real("bias", 2);
  m.node("LogSoftmax", {"lrn"}, {"ls"}).integer("axis", 1);
  m.node("Split", {"ls", "parts"}, {"s0", "s1", "s2"}).integer("axis", 3);
  m.node("Slice", {"s2", "i_begin", "i_end", "i_axes", "i_steps"}, {"sl"});
  m.integers("i_begin", {1}, {-1});
  m.integers("i_end", {1}, {INT64_MIN});
  m.integers("i_axes", {1}, {3});
  m.integers("i_steps", {1}, {-2});  // elements 4, 2, 0
  m.node("Pad", {"sl", "pads", "seven"}, {"pad"});
  m.integers("pads", {8}, {0, 0, 0, 1, 0, 0, 0, -1});
  m.floats("seven", {}, {7.5F});
  m.node("Expand", {"s0", "wide"}, {"ex"});
  m.integers("wide", {4}, {2, 1, 1, 3});
  m.node("Tile", {"s1", "times"}, {"ti"});
  m.integers("times", {4}, {1, 1, 1, 4});
  m.node("DepthToSpace", {"ti"}, {"d2s"}).integer("blocksize", 2).text("mode", "CRD");
  m.node("SpaceToDepth", {"d2s"}, {"s2d"}).integer("blocksize", 4);
  m.node("Gather", {"s2d", "i3"}, {"ga"}).integer("axis", 1);
  m.node("GatherElements", {"pad", "i_elements"}, {"ge"}).integer("axis", 2);
  m.integers("i_elements", {1, 1, 1, 2}, {3, -1});
  m.node("GatherND", {"s2d", "points"}, {"gn_d"});
  m.node("ScatterND", {"gn_d", "i_one", "updates"}, {"sn"}).text("reduction", "max");
  m.integers("i_one", {1, 1}, {1});
  m.zeros("updates", {1, 4, 4});
  m.node("ScatterElements", {"sn", "i_cube", "cube"}, {"se"}).integer("axis", 1).text("reduction", "add");
  m.integers("i_cube", {1, 1, 2}, {3, 0});
  m.zeros("cube", {1, 1, 2});
  m.node("Resize", {"s2d", "", "", "sizes"}, {"re"})
      .text("mode", "cubic")
      .text("coordinate_transformation_mode", "align_corners")
      .integer("exclude_outside", 1)
      .real("cubic_coeff_a", -0.5F);
  m.integers("sizes", {4}, {1, 64, 7, 3});
  m.node("ReduceL2", {"re", "i_two"}, {"l2"}).integer("keepdims", 0);
  m.integers("i_two", {2}, {-1, 1});
  m.node("ArgMin", {"re"}, {"ami"}).integer("axis", 2);
  m.node("ArgMax", {"re"}, {"ama"})
      .integer("axis", -1)
      .integer("keepdims", 0)
      .integer("select_last_index", 1);
  m.node("OneHot", {"ama", "depth", "off_on"}, {"oh"}).integer("axis", 1);
  m.integers("depth", {}, {3});
  m.floats("off_on", {2}, {-1, 1});
  m.node("TopK", {"l2", "k"}, {"values", "indices"}).integer("axis", 1).integer("largest", 0);
  m.integers("k", {1}, {2});
  m.node("CumSum", {"values", "i_axis"}, {"cs"}).integer("exclusive", 1).integer("reverse", 1);
  m.integers("i_axis", {}, {1});
  for (const char* output : {"ex", "ga", "ge", "se", "ami", "oh", "indices", "cs"}) m.output(output);
  return m;
}

}  // namespace trireme

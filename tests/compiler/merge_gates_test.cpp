// SPDX-License-Identifier: Apache-2.0
// Products that are activations, as exporters write them.
#include <gtest/gtest.h>

#include <cmath>

#include "compiler/compile.h"
#include "model/reference/execute.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::Builder;

struct Gate {
  Builder b;
  ValueId x;
  int constants = 0;

  Gate() : x(b.input({1, 2, 4, 4})) {}
  ValueId number(float value) { return b.constant("c" + std::to_string(constants++), {}, {value}); }
  ValueId op(const char* name, std::vector<ValueId> inputs, std::any attributes = {}) {
    return b.node(name, std::move(attributes), std::move(inputs));
  }
  ValueId clamp(ValueId y) { return op("relun", {op("add", {y, number(3)})}, ClipAttributes{0, 6}); }
  ValueId error(ValueId y) {  // 1 + erf(y / sqrt 2)
    return op("add", {op("erf", {op("divide", {y, number(1.4142135F)})}), number(1)});
  }
};

// The one operator left, and its results: those of the product within the rounding of float32.
Node only_node(Gate& gate, ValueId result) {
  const Graph before = gate.b.finish({result});
  Graph after = before;
  simplify(after);
  const std::vector<Tensor> inputs = test::random_inputs(before, 5);
  const Tensor expected = execute(before, inputs, {}).at(0), actual = execute(after, inputs, {}).at(0);
  for (std::int64_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(element(expected, i), element(actual, i), 1e-5) << after.nodes.front().op;
  EXPECT_EQ(after.nodes.size(), 1U);
  return after.nodes.front();
}

TEST(MergeGates, SwishInEitherOrderAndWithASlope) {
  Gate a, b, c;
  EXPECT_EQ(only_node(a, a.op("multiply", {a.x, a.op("sigmoid", {a.x})})).op, "swish");
  EXPECT_EQ(only_node(b, b.op("multiply", {b.op("sigmoid", {b.x}), b.x})).op, "swish");
  const ValueId scaled = c.op("multiply", {c.x, c.number(1.702F)});
  const Node swish = only_node(c, c.op("multiply", {c.x, c.op("sigmoid", {scaled})}));
  EXPECT_EQ(swish.op, "swish");
  EXPECT_EQ(attributes<SwishAttributes>(swish).beta, 1.702F);
}

TEST(MergeGates, HardSwishHardSigmoidAndMish) {
  Gate a, b, c, d, e;
  const HardSigmoidAttributes sixth{1.0F / 6, 0.5F};
  EXPECT_EQ(only_node(a, a.op("multiply", {a.x, a.op("hard_sigmoid", {a.x}, sixth)})).op, "hard_swish");
  EXPECT_EQ(only_node(b, b.op("divide", {b.op("multiply", {b.x, b.clamp(b.x)}), b.number(6)})).op,
            "hard_swish");
  EXPECT_EQ(only_node(c, c.op("multiply", {c.op("divide", {c.clamp(c.x), c.number(6)}), c.x})).op,
            "hard_swish");
  EXPECT_EQ(only_node(d, d.op("divide", {d.clamp(d.x), d.number(6)})).op, "hard_sigmoid");
  EXPECT_EQ(only_node(e, e.op("multiply", {e.x, e.op("tanh", {e.op("softrelu", {e.x})})})).op, "mish");
}

TEST(MergeGates, GeluByErrorFunctionAndByTanh) {
  Gate a, b, c;
  const ValueId product = a.op("multiply", {a.x, a.error(a.x)});
  EXPECT_EQ(only_node(a, a.op("multiply", {product, a.number(0.5F)})).op, "gelu");
  const ValueId half = b.op("multiply", {b.x, b.number(0.5F)});
  EXPECT_EQ(only_node(b, b.op("multiply", {half, b.error(b.x)})).op, "gelu");
  const ValueId cube = c.op("multiply", {c.op("pow", {c.x, c.number(3)}), c.number(0.044715F)});
  const ValueId inside = c.op("multiply", {c.op("add", {c.x, cube}), c.number(0.7978846F)});
  const ValueId gate = c.op("add", {c.op("tanh", {inside}), c.number(1)});
  const Node gelu = only_node(c, c.op("multiply", {c.op("multiply", {c.x, gate}), c.number(0.5F)}));
  EXPECT_EQ(gelu.op, "gelu");
  EXPECT_TRUE(attributes<GeluAttributes>(gelu).tanh_approximation);
}

TEST(MergeGates, OneSlopeMakesPreluALeakyRelu) {
  Gate gate;
  const ValueId slope = gate.b.constant("slope", {1, 1, 1}, {0.25F});
  const Node node = only_node(gate, gate.op("prelu", {gate.x, slope}));
  EXPECT_EQ(node.op, "leakyrelu");
  EXPECT_EQ(attributes<LeakyReluAttributes>(node).leaky_ratio, 0.25F);
}

// Another value's sigmoid, another factor, a clamp of other bounds: what stays is what was there.
TEST(MergeGates, OtherProductsStay) {
  const auto nodes_left = [](Gate& gate, ValueId result) {
    Graph graph = gate.b.finish({result});
    simplify(graph);
    return graph.nodes.size();
  };
  Gate a, b, c, d;
  EXPECT_EQ(nodes_left(a, a.op("multiply", {a.op("sigmoid", {a.x}), a.op("tanh", {a.x})})), 3U);
  EXPECT_EQ(nodes_left(b, b.op("multiply", {b.op("multiply", {b.x, b.number(2)}), b.op("sigmoid", {b.x})})),
            3U);
  EXPECT_EQ(nodes_left(c, c.op("multiply", {c.x, c.clamp(c.x)})), 3U);
  EXPECT_EQ(nodes_left(d, d.op("multiply", {d.x, d.error(d.x)})), 4U);
}

// The sigmoid has another reader, which keeps it.
TEST(MergeGates, TheGateMayBeReadElsewhere) {
  Gate gate;
  const ValueId sigmoid = gate.op("sigmoid", {gate.x});
  const ValueId product = gate.op("multiply", {gate.x, sigmoid});
  Graph graph = gate.b.finish({product, sigmoid});
  simplify(graph);
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(graph.nodes[graph.values[graph.outputs[0]].producer].op, "swish");
}

// Codes have been counted between the two already.
TEST(MergeGates, CodesAreLeftAlone) {
  Gate gate;
  Graph graph = test::quantized(gate.b.finish({gate.op("multiply", {gate.x, gate.op("sigmoid", {gate.x})})}));
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 2U);
}

// 40 squares in a row: 2^40 factors.
TEST(MergeGates, PowersOfPowersEnd) {
  Gate gate;
  ValueId y = gate.x;
  for (int i = 0; i < 40; ++i) y = gate.op("multiply", {y, y});
  Graph graph = gate.b.finish({y});
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 40U);
}

}  // namespace
}  // namespace trireme

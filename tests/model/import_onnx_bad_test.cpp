// SPDX-License-Identifier: Apache-2.0
// Files and models that cannot be imported: one Error each, naming what is wrong and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string error_of_file(const std::string& content) {
  TempFolder folder;
  write_file(folder / "m.onnx", std::string_view(content));
  return error_of([&] { load_model(folder / "m.onnx"); });
}

TEST(OnnxFile, MissingEmptyOrAFolder) {
  TempFolder folder;
  EXPECT_THAT(error_of([&] { import_onnx(folder / "none.onnx"); }), HasSubstr("none.onnx"));
  EXPECT_THAT(error_of([&] { import_onnx(folder.path()); }), HasSubstr(folder.path().string()));
  EXPECT_THAT(error_of_file(""), HasSubstr("the file is empty"));
}

TEST(OnnxFile, OfAnotherKind) {
  using std::string_literals::operator""s;
  EXPECT_THAT(error_of_file("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s), HasSubstr("it looks like a PNG picture"));
  EXPECT_THAT(error_of_file("\xFF\xD8\xFF\xE0\0\x10JFIF"s), HasSubstr("a JPEG picture"));
  EXPECT_THAT(error_of_file("\x1c\0\0\0TFL3\0\0"s), HasSubstr("the file is damaged"));
  EXPECT_THAT(error_of_file("PK\x03\x04\x14\0"s), HasSubstr("a zip archive"));
  EXPECT_THAT(error_of_file("\x89HDF\r\n\x1a\n"s), HasSubstr("an HDF5 file"));
  EXPECT_THAT(error_of_file("This is not a model.\n"), HasSubstr("not an ONNX model"));
  EXPECT_THAT(error_of_file("{\"a\": 1}"), HasSubstr("'MetaData' and 'Layers' are missing"));
  EXPECT_THAT(error_of_file(std::string(1000, '\xFF')), HasSubstr("not an ONNX model"));
  TempFolder folder;
  write_file(folder / "m.onnx", std::string_view("{\"a\": 1}"));
  EXPECT_THAT(error_of([&] { import_onnx(folder / "m.onnx"); }), HasSubstr("it looks like JSON text"));
}

TEST(OnnxFile, CutShort) {
  const std::string bytes = small_onnx_model().model.SerializeAsString();
  EXPECT_THAT(error_of_file(bytes.substr(0, bytes.size() / 2)), HasSubstr("damaged or cut short"));
}

TEST(OnnxFile, WithoutGraphOrOperatorSet) {
  onnx::ModelProto empty;
  empty.set_ir_version(8);
  EXPECT_THAT(error_of_file(empty.SerializeAsString()), HasSubstr("not an ONNX model"));
  OnnxBuilder m = small_onnx_model();
  m.model.clear_opset_import();
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("no version of the standard operators"));
}

TEST(OnnxOpset, TooOldOrNewerThanKnown) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_opset_import(0)->set_version(6);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("operator set 6 is not supported (7 or newer"));
  m.model.mutable_opset_import(0)->set_version(99);
  EXPECT_THAT(m.import().notes.at(0), HasSubstr("operator set 99 is newer"));
}

// Relu lost an attribute in set 6 and has meant the same since; Add took its axis by attribute before set 7.
TEST(OnnxOpset, OldOperatorsThatMeanTheSame) {
  const auto import = [](const char* op, std::int64_t opset) {
    OnnxBuilder m(opset);
    m.input("x", {1, 4});
    m.node(op, {"x"}, {"y"});
    m.output("y");
    return m.import().nodes.at(0).op;
  };
  EXPECT_EQ(import("Relu", 6), "relu");
  EXPECT_EQ(import("Softplus", 1), "softrelu");
  EXPECT_THAT(error_of([&] { import("Relu", 5); }), HasSubstr("operator set 5 is not supported"));
  EXPECT_THAT(error_of([&] { import("Add", 6); }), HasSubstr("operator set 6 is not supported"));
}

TEST(OnnxBadModel, UnsupportedOperators) {
  OnnxBuilder m = small_onnx_model();
  m.node("Reluu", {"y"}, {"z1"});
  m.node("Det", {"y"}, {"z2"});
  m.node("Det", {"z2"}, {"z3"});
  m.node("Relu", {"y"}, {"z4"}).proto.set_domain("com.acme");
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message, AllOf(HasSubstr("m.onnx: node 'Reluu_z1': operator Reluu is not supported "
                                       "(did you mean 'Relu'?"),
                             HasSubstr("2 nodes have it: 'Det_z2', 'Det_z3'"),
                             HasSubstr("operator Relu of domain com.acme is not supported")));
}

TEST(OnnxBadModel, OperatorsOfTheStandardAreNoTypingMistakes) {
  OnnxBuilder m = small_onnx_model();
  m.node("Elu", {"y"}, {"z1"});
  m.node("Tan", {"y"}, {"z2"});
  m.node("Det", {"y"}, {"z3"});
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message, Not(HasSubstr("did you mean")));
  // What is supported is listed once, behind the last.
  EXPECT_LT(message.find("operator Det"), message.find("supported are"));
  EXPECT_EQ(message.find("supported are"), message.rfind("supported are"));
}

TEST(OnnxBadModel, InitializersAreFinite) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_initializer(0)->set_float_data(4, NAN);
  m.model.mutable_graph()->mutable_initializer(1)->set_float_data(1, INFINITY);
  EXPECT_THAT(error_of([&] { m.import(); }), AllOf(HasSubstr("m.onnx: initializer 'w': element 4 is nan"),
                                                   HasSubstr("initializer 'b': element 1 is inf")));
  OnnxBuilder clip;
  clip.input("x", {1, 4});
  clip.floats("low", {}, {0});
  clip.floats("high", {}, {INFINITY});
  clip.node("Clip", {"x", "low", "high"}, {"y"});
  clip.output("y");
  EXPECT_NO_THROW(clip.import());  // an open bound
}

TEST(OnnxOutputs, DeclaredShapesThatAreWrongAreNoted) {
  OnnxBuilder m = small_onnx_model();
  auto* type = m.model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_param("batch");
  type->mutable_shape()->add_dim()->set_dim_value(3);
  EXPECT_TRUE(m.import().notes.empty());
  type->mutable_shape()->mutable_dim(1)->set_dim_value(7);
  EXPECT_EQ(m.import().notes.at(0),
            "output 'y': the file declares the shape [batch,7], its operators give [1,3]");
}

TEST(OnnxBadModel, ControlFlow) {
  OnnxBuilder m = small_onnx_model();
  m.node("If", {"y"}, {"z"}).add("then_branch", onnx::AttributeProto::GRAPH).mutable_g()->set_name("then");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("it has a subgraph (control flow)"));
}

TEST(OnnxBadModel, Attributes) {
  OnnxBuilder m = small_onnx_model();
  NodeBuilder conv(*m.model.mutable_graph()->mutable_node(0));
  conv.ints("stride", {1, 1}).text("auto_pad", "SAME").ints("pads", {1, 1, 1}).real("group", 2);
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message,
              AllOf(HasSubstr("m.onnx: node 'Conv_c' (Conv): the attribute 'stride' is unknown (did you mean "
                              "'strides'?)"),
                    HasSubstr("'auto_pad' is 'SAME'"), HasSubstr("'pads' has 3 numbers"),
                    HasSubstr("'group' has the type FLOAT (INT is what the operator defines)")));
}

TEST(OnnxBadModel, AttributeValuesBehindAFailedNodeAreToldToo) {
  OnnxBuilder m;
  m.input("x", {1, 1, 4, 4});
  m.node("Det", {"x"}, {"a"});
  m.node("MaxPool", {"a"}, {"y"}).ints("kernel_shape", {0, 2});
  m.output("y");
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message, AllOf(HasSubstr("Det"), HasSubstr("'kernel_shape' is [0,2]")));
}

TEST(OnnxBadModel, DynamicShapes) {
  OnnxBuilder m = small_onnx_model();
  auto* shape =
      m.model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape->mutable_dim(0)->set_dim_param("N");
  EXPECT_EQ(m.import().notes.at(0), "input 'x': dynamic batch 'N' taken as 1");
  shape->mutable_dim(2)->set_dim_param("H");
  shape->mutable_dim(3)->clear_dim_value();
  EXPECT_THAT(error_of([&] { m.import(); }), AllOf(HasSubstr("input 'x': it has the dynamic shape [N,1,H,?]"),
                                                   HasSubstr("--input-size-list")));

  ImportOptions options;
  options.input_shapes["x"] = {1, 1, 4, 4};
  EXPECT_TRUE(m.import(options).notes.empty());
  options.input_shapes["x"] = {1, 2, 4, 4};  // the channels are fixed
  EXPECT_THAT(error_of([&] { m.import(options); }), HasSubstr("[1,2,4,4] of --input-size-list does not fit"));
  options.input_shapes = {{"xx", {1, 1, 4, 4}}};
  EXPECT_THAT(error_of([&] { m.import(options); }), HasSubstr("did you mean 'x'?"));
  m.model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("does not say its shape"));
}

TEST(OnnxBadModel, InputTypes) {
  OnnxBuilder m = small_onnx_model();
  auto* type = m.model.mutable_graph()->mutable_input(0)->mutable_type();
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::STRING);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("input 'x': the data type STRING is not supported"));
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("input 'x' is uint8 (float32 is supported)"));
  type->mutable_sequence_type();
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("it is no tensor"));
}

TEST(OnnxBadModel, Cycle) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_node(1)->set_input(0, "f");  // Relu reads what Flatten makes of it
  EXPECT_THAT(error_of([&] { m.import(); }),
              HasSubstr("the nodes form a cycle: 'Relu_r' -> 'Flatten_f' -> 'Relu_r'"));
}

TEST(OnnxBadModel, DanglingEdge) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_node(2)->set_input(0, "rr");
  m.model.mutable_graph()->add_output()->set_name("nowhere");
  EXPECT_THAT(error_of([&] { m.import(); }),
              AllOf(HasSubstr("node 'Flatten_f': nothing produces its input 'rr' (did you mean 'r'?)"),
                    HasSubstr("nothing produces the output 'nowhere'")));
}

TEST(OnnxBadModel, TwoProducers) {
  OnnxBuilder m = small_onnx_model();
  m.node("Relu", {"c"}, {"r"}).named("again");
  m.node("Relu", {"c"}, {"w"}).named("on_weight");
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message,
              AllOf(HasSubstr("node 'again': produces 'r', but so does node 'Relu_r'"),
                    HasSubstr("node 'on_weight': produces 'w', but so does an input or initializer")));
}

TEST(OnnxBadModel, InitializerSizes) {
  OnnxBuilder m = small_onnx_model();
  auto* weight = m.model.mutable_graph()->mutable_initializer(0);
  weight->mutable_float_data()->RemoveLast();
  EXPECT_THAT(error_of([&] { m.import(); }),
              HasSubstr("initializer 'w': the shape [2,1,3,3] needs 18 elements, the file holds 17"));
  weight->clear_float_data();
  weight->set_raw_data(std::string(71, '\0'));
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("needs 72 bytes, the file holds 71"));
  weight->set_raw_data(std::string(72, '\0'));
  EXPECT_NO_THROW(m.import());
  weight->set_dims(0, -2);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("a dimension is negative"));
  weight->set_dims(0, INT64_MAX);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("more than 2^40 elements"));
}

TEST(OnnxBadModel, InitializerTypes) {
  OnnxBuilder m = small_onnx_model();
  auto* weight = m.model.mutable_graph()->mutable_initializer(0);
  weight->set_data_type(onnx::TensorProto::STRING);
  EXPECT_THAT(error_of([&] { m.import(); }),
              HasSubstr("initializer 'w': the data type STRING is not supported"));
  weight->set_data_type(77);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("the data type number 77"));
  weight->set_data_type(onnx::TensorProto::FLOAT);
  weight->set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("external data"));
}

TEST(OnnxBadModel, WeightOfAnotherShape) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_initializer(0)->set_dims(1, 3);
  m.model.mutable_graph()->mutable_initializer(0)->set_dims(2, 1);  // still 18 elements: [2,3,1,3]
  EXPECT_THAT(error_of([&] { m.import(); }),
              HasSubstr("node 'Conv_c' (Conv): weight 'w' has the shape [2,3,1,3] (it must be [2,1,1,3])"));
}

TEST(OnnxBadModel, EverythingAtOnce) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_initializer(0)->mutable_float_data()->RemoveLast();
  m.node("Det", {"y"}, {"z"});
  m.node("Relu", {"ghost"}, {"z2"});
  m.node("Relu", {"loop2"}, {"loop1"});
  m.node("Relu", {"loop1"}, {"loop2"});
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message, AllOf(HasSubstr("needs 18 elements"), HasSubstr("Det"), HasSubstr("'ghost'"),
                             HasSubstr("cycle: 'Relu_loop1' -> 'Relu_loop2' -> 'Relu_loop1'")));
}

TEST(OnnxBadModel, WrongNumberOfInputs) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_node(1)->add_input("x");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("it has 2 inputs (Relu takes 1)"));
}

TEST(OnnxBadModel, NamesThatAreNotUtf8) {
  OnnxBuilder m = small_onnx_model();
  m.model.mutable_graph()->mutable_node(0)->set_name("a\xC3(");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("the name of a node is not UTF-8 text"));
}

TEST(OnnxNames, UnnamedAndDoubleNodes) {
  OnnxBuilder m = small_onnx_model();
  auto* graph = m.model.mutable_graph();
  graph->mutable_node(0)->clear_name();
  graph->mutable_node(1)->set_name("a");
  graph->mutable_node(2)->set_name("a");
  graph->mutable_node(3)->set_name("a_1");
  const Graph result = m.import();
  EXPECT_EQ(result.nodes[0].name, "Conv_0");
  EXPECT_EQ(result.nodes[1].name, "a");
  EXPECT_EQ(result.nodes[2].name, "a_2");  // a_1 is taken
  EXPECT_EQ(result.nodes[3].name, "a_1");
}

TEST(OnnxOrder, NodesAreSortedAndStable) {
  OnnxBuilder m = small_onnx_model();
  auto* nodes = m.model.mutable_graph()->mutable_node();
  std::reverse(nodes->begin(), nodes->end());
  const Graph graph = m.import();
  std::vector<std::string> ops;
  for (const Node& node : graph.nodes) ops.push_back(node.op);
  EXPECT_EQ(ops, (std::vector<std::string>{"convolution", "relu", "reshape", "fullconnect"}));
}

TEST(OnnxOrder, DeepModelsNeedNoStack) {
  OnnxBuilder m;
  m.input("v0", {1});
  constexpr int kDepth = 20000;
  for (int i = 0; i < kDepth; ++i) m.node("Relu", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
  m.output("v" + std::to_string(kDepth));
  EXPECT_EQ(m.import().nodes.size(), static_cast<std::size_t>(kDepth));
}

TEST(OnnxInitializers, MayBeListedAsInputs) {
  OnnxBuilder m = small_onnx_model();
  m.input("w", {2, 1, 3, 3});
  EXPECT_EQ(m.import().inputs.size(), 1U);
}

TEST(OnnxDeadNodes, AreLeftOutWithANote) {
  OnnxBuilder m = small_onnx_model();
  m.node("Relu", {"c"}, {"unused"}).named("side");
  const Graph graph = m.import();
  EXPECT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(graph.notes.at(0), "node 'side' left out: no output of the model depends on it");
}

TEST(OnnxCut, InputsAndOutputs) {
  OnnxBuilder m = small_onnx_model();
  m.node("Det", {"y"}, {"z"});  // behind the cut: nobody minds
  ImportOptions options;
  options.outputs = {"f"};
  Graph graph = m.import(options);
  EXPECT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(graph.values[graph.outputs[0]].name, "f");

  options.inputs = {"r"};
  EXPECT_THAT(error_of([&] { m.import(options); }), HasSubstr("input 'r': the model does not say its shape"));
  options.input_shapes["r"] = {1, 2, 2, 2};
  graph = m.import(options);
  EXPECT_EQ(graph.nodes.size(), 1U);
  ASSERT_EQ(graph.inputs.size(), 1U);
  EXPECT_EQ(graph.values[graph.inputs[0]].name, "r");
}

TEST(OnnxCut, UnknownNames) {
  const OnnxBuilder m = small_onnx_model();
  ImportOptions options;
  options.inputs = {"xz"};
  options.outputs = {"fww"};
  EXPECT_THAT(error_of([&] { m.import(options); }),
              AllOf(HasSubstr("no value 'xz' for --inputs"), HasSubstr("no value 'fww' for --outputs"),
                    HasSubstr("did you mean 'fw'?"), Not(HasSubstr("std::"))));
}

}  // namespace
}  // namespace trireme

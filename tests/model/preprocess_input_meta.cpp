// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "tests/model/preprocess_folder.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InputMetaTest : public test::FolderTest {
 protected:
  std::string message(const std::string& text) {
    return message_of([&] { read_input_meta(file("m.yml", text)); });
  }
};

Chain network(Shape shape) {
  Chain chain(std::move(shape));
  chain.add("relu", "relu", {});
  chain.graph.input_lids = {"input_7"};
  chain.graph.output_lids = {"attach_relu_0"};
  return chain;
}

TEST_F(InputMetaTest, DefaultsFollowTheShape) {
  const InputMeta grey = default_input_meta(network({1, 1, 28, 28}).graph, "dataset.txt");
  const InputPort& port = grey.databases.at(0).ports.at(0);
  EXPECT_EQ(grey.databases[0].path, "dataset.txt");
  EXPECT_EQ(port.lid, "input_7");
  EXPECT_EQ(port.category, "image");
  EXPECT_EQ(port.preproc_type, "IMAGE_GRAY");
  EXPECT_FALSE(port.reverse_channel);
  EXPECT_FALSE(port.resize);
  EXPECT_THAT(port.mean, ElementsAre(0.0F));
  EXPECT_THAT(port.scale, ElementsAre(1.0F / 255));
  const InputMeta colour = default_input_meta(network({1, 32, 32, 3}).graph, "d");
  EXPECT_EQ(colour.databases[0].ports[0].layout, "nhwc");
  EXPECT_EQ(colour.databases[0].ports[0].mean.size(), 3U);
  for (const Shape& shape : {Shape{1, 10}, Shape{1, 8, 28, 28}, Shape{1, 3, 5}}) {
    const InputMeta tensor = default_input_meta(network(shape).graph, "d", "1 2 3 4");
    EXPECT_EQ(tensor.databases[0].ports[0].category, "undefined") << to_string(shape);
    EXPECT_TRUE(tensor.databases[0].ports[0].mean.empty());
  }
}

TEST_F(InputMetaTest, ChannelMeanValue) {
  const Chain colour = network({1, 3, 8, 8});
  const auto port = [&](const Chain& chain, const std::string& text) {
    return default_input_meta(chain.graph, "d", text).databases[0].ports[0];
  };
  EXPECT_THAT(port(colour, "104 117 123 0.0078125").mean, ElementsAre(104, 117, 123));
  EXPECT_THAT(port(colour, "104 117 123 0.0078125").scale, ElementsAre(0.0078125F));
  EXPECT_THAT(port(colour, "128 128 128 128").scale, ElementsAre(1.0F / 128));  // above 1: a divisor
  const Chain grey = network({1, 1, 8, 8});
  EXPECT_THAT(port(grey, "33 0 0 0.5").mean, ElementsAre(33));
  EXPECT_THAT(port(grey, "33 0.5").mean, ElementsAre(33));
  EXPECT_THAT(message_of([&] { port(colour, "1 2 3"); }),
              HasSubstr("has 3 numbers, input 'input_7' has 3 channels"));
  EXPECT_THAT(message_of([&] { port(colour, "1 2 3 x"); }), HasSubstr("'x' is not a number"));
  EXPECT_THAT(message_of([&] { port(colour, "1 2 3 0"); }), HasSubstr("not positive"));
  EXPECT_THAT(message_of([&] { port(grey, "0 0 0"); }),
              HasSubstr("the last number of '0 0 0' is the scale, and 0 is not positive"));
  EXPECT_THAT(message_of([&] { port(colour, "1 2 3 4#1 2 3 4"); }), HasSubstr("2 groups for 1 inputs"));
}

TEST_F(InputMetaTest, WritesAndReadsBack) {
  InputMeta meta =
      default_input_meta(network({1, 3, 8, 9}).graph, "my set's list.txt", "104 117.5 123 0.017");
  meta.databases[0].ports[0].reverse_channel = true;
  meta.databases[0].ports[0].fitting = "whole";
  InputPort second = meta.databases[0].ports[0];
  second.lid = "other/input: 2";
  second.scale = {0.5F, 1e-05F, 2};
  second.resize = true;
  meta.databases[0].ports.push_back(second);
  write_input_meta(folder() / "m.yml", meta);
  EXPECT_EQ(read_text(folder() / "m.yml").rfind("# This file disallows tabs", 0), 0U);
  const InputMeta back = read_input_meta(folder() / "m.yml");
  ASSERT_EQ(back.databases.size(), 1U);
  ASSERT_EQ(back.databases[0].ports.size(), 2U);
  EXPECT_EQ(back.databases[0].path, "my set's list.txt");
  for (int i = 0; i < 2; ++i) {
    const InputPort& a = meta.databases[0].ports[static_cast<std::size_t>(i)];
    const InputPort& b = back.databases[0].ports[static_cast<std::size_t>(i)];
    EXPECT_EQ(a.lid, b.lid);
    EXPECT_EQ(a.shape, b.shape);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.scale, b.scale);
    EXPECT_EQ(a.resize, b.resize);
    EXPECT_EQ(a.fitting, b.fitting);
    EXPECT_EQ(a.reverse_channel, b.reverse_channel);
    EXPECT_EQ(a.preproc_type, b.preproc_type);
  }
  EXPECT_NE(find_port(back, "other/input: 2"), nullptr);
  EXPECT_EQ(find_port(back, "nothing"), nullptr);
}

// The form of tools 6.0: %YAML header, scalar scale, no resize key, so that pictures are resized as that tool
// does.
TEST_F(InputMetaTest, ReadsTheOldForm) {
  const InputMeta meta = read_input_meta(file("m.yml", R"(%YAML 1.2
---
# !!!
input_meta:
  databases:
  - path: dataset.txt
    type: TEXT
    ports:
    - lid: images_208
      category: image
      dtype: float32
      sparse: false
      tensor_name:
      layout: nchw
      shape:
      - 1
      - 3
      - 640
      - 640
      fitting: scale
      preprocess:
        reverse_channel: true
        mean:
        - 0
        - 0
        - 0
        scale: 0.00392157
        preproc_node_params:
          add_preproc_node: false
          preproc_type: IMAGE_RGB
          preproc_perm:
          - 0
          - 1
          - 2
          - 3
          preproc_crop:
            enable_preproc_crop: false
            crop_rect: [0, 0, 640, 640]
      redirect_to_output: false
)"));
  const InputPort& port = meta.databases[0].ports[0];
  EXPECT_EQ(port.lid, "images_208");
  EXPECT_EQ(port.shape, (Shape{1, 3, 640, 640}));
  EXPECT_TRUE(port.reverse_channel);
  EXPECT_TRUE(port.resize);
  EXPECT_THAT(port.scale, ElementsAre(0.00392157F));
}

TEST_F(InputMetaTest, MistakesNameLineAndKey) {
  const std::string head =
      "input_meta:\n  databases:\n  - path: d\n    type: TEXT\n    ports:\n    - lid: a\n";
  EXPECT_THAT(message(head + "      fiting: scale\n"),
              HasSubstr("m.yml:7: key 'input_meta.databases[0].ports[0].fiting': unknown key"));
  EXPECT_THAT(message(head + "      fiting: scale\n"), HasSubstr("'fitting'"));
  EXPECT_THAT(message(head + "      category: picture\n"), HasSubstr("'picture' is not allowed"));
  EXPECT_THAT(message(head + "      preprocess:\n        mean: [a]\n"), HasSubstr("'a' is not a number"));
  EXPECT_THAT(message("input_meta:\n  databases:\n  - path: d\n    type: NPY\n    ports: []\n"),
              HasSubstr("'NPY' is not part of this version"));
  EXPECT_THAT(message(head + "      preprocess:\n        preproc_node_params:\n          preproc_crop:\n     "
                             "       enable_preproc_crop: true\n"),
              HasSubstr("cropping is not part of this version"));
  const std::string node = head + "      preprocess:\n        preproc_node_params:\n";
  EXPECT_THAT(message(node + "          add_preproc_node: true\n"),
              AllOf(HasSubstr("m.yml:9: key 'input_meta.databases[0].ports[0].preprocess."
                              "preproc_node_params.add_preproc_node'"),
                    HasSubstr("not part of this version"), HasSubstr("set it false")));
  EXPECT_EQ(message(node + "          add_preproc_node: false\n"), "no error");
  EXPECT_THAT(message("other: 1\n"), HasSubstr("input_meta"));
  EXPECT_THAT(message(""), HasSubstr("m.yml"));
}

TEST_F(InputMetaTest, PostprocessFileBothWays) {
  PostprocessFile post = default_postprocess(network({1, 3}).graph);
  EXPECT_EQ(post.outputs.at(0).lid, "attach_relu_0");
  post.topn = 3;
  post.outputs[0].perm = {0, 2, 1};
  post.outputs[0].force_float32 = true;
  write_postprocess(folder() / "p.yml", post);
  const PostprocessFile back = read_postprocess(folder() / "p.yml");
  EXPECT_EQ(back.topn, 3);
  EXPECT_EQ(back.dump_file_type, "TENSOR");
  ASSERT_EQ(back.outputs.size(), 1U);
  EXPECT_EQ(back.outputs[0].lid, "attach_relu_0");
  EXPECT_THAT(back.outputs[0].perm, ElementsAre(0, 2, 1));
  EXPECT_TRUE(back.outputs[0].force_float32);
  EXPECT_FALSE(back.outputs[0].add_postproc_node);
  EXPECT_THAT(
      message_of([&] {
        read_postprocess(file("q.yml", "postprocess:\n  acuity_postprocs:\n    print_topn: {topn: many}\n"));
      }),
      HasSubstr("'many' is not an integer"));
}

TEST_F(InputMetaTest, DatasetLines) {
  for (const char* name : {"a.jpg", "b.npy", "12"}) file(name, "x");
  const auto samples = read_dataset(
      file("dataset.txt", "./a.jpg 7\r\n\n  a.jpg, 813\na.jpg b.npy\na.jpg 12\na.jpg b.npy 3\n"));
  ASSERT_EQ(samples.size(), 5U);
  EXPECT_EQ(samples[0].files.at(0), folder() / "./a.jpg");
  EXPECT_EQ(samples[0].label, "7");
  EXPECT_EQ(samples[1].label, "813");
  EXPECT_EQ(samples[2].files.size(), 2U);
  EXPECT_FALSE(samples[2].label.has_value());
  EXPECT_EQ(samples[3].files.size(), 2U);  // a file is named 12
  EXPECT_EQ(samples[4].files.size(), 2U);
  EXPECT_EQ(samples[4].label, "3");
  const std::string missing =
      message_of([&] { read_dataset(file("bad.txt", "a.jpg\nno.jpg\nneither.jpg 1\n")); });
  EXPECT_THAT(missing, HasSubstr("bad.txt:2: 'no.jpg' does not exist"));
  EXPECT_THAT(missing, HasSubstr("bad.txt:3: 'neither.jpg' does not exist"));
  EXPECT_THAT(message_of([&] { read_dataset(file("empty.txt", "\n \n")); }), HasSubstr("lists no sample"));
}

TEST_F(InputMetaTest, DatasetLabelsAreAnyLastWordThatIsNoFile) {
  for (const char* name : {"0.jpg", "1.jpg", "cat"}) file(name, "x");
  const auto samples = read_dataset(file("d.txt", "0.jpg dog\n0.jpg cat\n0.jpg n02119789\n"));
  EXPECT_EQ(samples.at(0).label, "dog");
  EXPECT_EQ(samples.at(1).files.size(), 2U);  // a file has that name
  EXPECT_EQ(samples.at(2).label, "n02119789");
  for (const char* missing : {"2.jpg", "2.npy", "set/dog"}) {
    EXPECT_THAT(message_of([&] { read_dataset(file("e.txt", std::string("0.jpg ") + missing)); }),
                HasSubstr(std::string("e.txt:1: '") + missing + "' does not exist"));
  }
}

TEST_F(InputMetaTest, DatasetLinesWithTooManyFiles) {
  for (const char* name : {"0.jpg", "1.jpg"}) file(name, "x");
  EXPECT_THAT(message_of([&] { read_dataset(file("d.txt", "0.jpg\n0.jpg 1.jpg 3\n"), 1); }),
              HasSubstr("d.txt:2: 2 files for 1 input"));
  EXPECT_EQ(read_dataset(file("d.txt", "0.jpg 1.jpg 3\n"), 2).at(0).files.size(), 2U);
}

TEST_F(InputMetaTest, PortsAgainstTheNetwork) {
  const auto complaint = [](const InputPort& port, const Shape& shape) {
    Value input;
    input.shape = shape;
    Problems problems;
    check_port(port, input, "m.yml", problems);
    return message_of([&] { problems.throw_if_any(); });
  };
  InputPort port;
  port.lid = "data";
  EXPECT_EQ(complaint(port, {1, 1, 28, 28}), "no error");  // a port may leave its shape out
  port.shape = {1, 3, 28, 28};
  EXPECT_EQ(complaint(port, {1, 3, 28, 28}), "no error");
  EXPECT_THAT(complaint(port, {1, 3, 32, 32}),
              HasSubstr("m.yml: port 'data': its shape is [1,3,28,28], the network's input has [1,3,32,32]"));
  port.shape = {};
  port.reverse_channel = true;
  EXPECT_EQ(complaint(port, {1, 3, 28, 28}), "no error");
  EXPECT_THAT(complaint(port, {1, 1, 28, 28}), HasSubstr("reverse_channel: true for 1 channel"));
  EXPECT_THAT(complaint(port, {1, 28, 28, 3}), HasSubstr("for 28 channels"));
  port.layout = "nhwc";
  EXPECT_EQ(complaint(port, {1, 28, 28, 3}), "no error");
  port.category = "undefined";
  EXPECT_EQ(complaint(port, {1, 28, 28, 1}), "no error");  // tensors are taken as they are
}

TEST(TopN, TiesGoToTheLowerIndexAndNanComesLast) {
  const Tensor tensor = Tensor::of<float>({6}, {1, 5, std::nanf(""), 5, 7, -1});
  std::vector<std::int64_t> order;
  for (const TopEntry& entry : top_n(tensor, 99)) order.push_back(entry.index);
  EXPECT_THAT(order, ElementsAre(4, 1, 3, 0, 5, 2));
  EXPECT_EQ(top_n(tensor, 2).size(), 2U);
  EXPECT_EQ(top_n(tensor, 1)[0].value, 7);
  EXPECT_TRUE(top_n(tensor, -1).empty());
}

// splitmix64 with seed 0 begins with 0xE220A8397B1DCDAF (published test vector): its upper 24 bits / 2^24.
TEST(RandomInput, IsTheSameEverywhere) {
  Value value;
  value.shape = {2, 500};
  const Tensor tensor = random_input(value, 0);
  EXPECT_EQ(tensor.shape, value.shape);
  EXPECT_EQ(tensor.data<float>()[0], static_cast<float>(0xE220A8) / 16777216.0F);
  double sum = 0;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    ASSERT_GE(element(tensor, i), 0);
    ASSERT_LT(element(tensor, i), 1);
    sum += element(tensor, i);
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
  EXPECT_EQ(random_input(value, 0).bytes, tensor.bytes);
  EXPECT_NE(random_input(value, 1).bytes, tensor.bytes);
}

}  // namespace
}  // namespace trireme

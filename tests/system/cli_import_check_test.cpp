// SPDX-License-Identifier: Apache-2.0
// `import --check` writes nothing and says what could run better; `--bind` makes an input a constant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tensor/files.h"
#include "tests/model/onnx_builder.h"
#include "tests/model/tflite_builder.h"
#include "tests/system/cli_program.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

// A reshape whose shape is an input of the model.
OnnxBuilder reshaping() {
  OnnxBuilder model;
  model.input("x", {1, 6});
  auto& shape = model.input("shape", {2});
  shape.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
  model.node("Reshape", {"x", "shape"}, {"y"}).named("reshape");
  model.output("y");
  return model;
}

TEST(ImportCheck, NamesTheProblemAndWritesNothing) {
  const TempFolder folder;
  write_file(folder / "net.onnx", std::string_view(reshaping().model.SerializeAsString()));
  const Finished found = run_trireme(folder.path(), {"import", "onnx", "--model", "net.onnx", "--check"});
  EXPECT_EQ(found.status, 3) << found.err;
  EXPECT_THAT(found.out + found.err, HasSubstr("node 'reshape'"));
  EXPECT_FALSE(std::filesystem::exists(folder / "net.json"));
}

TEST(ImportCheck, BoundInputsAreConstants) {
  const TempFolder folder;
  write_file(folder / "net.onnx", std::string_view(reshaping().model.SerializeAsString()));
  write_npy(folder / "shape.npy", Tensor::of<std::int64_t>({2}, {2, 3}));
  const Finished checked = run_trireme(
      folder.path(), {"import", "onnx", "--model", "net.onnx", "--check", "--bind", "shape=shape.npy"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("it can be imported"));
  EXPECT_FALSE(std::filesystem::exists(folder / "net.json"));
  write_npy(folder / "x.npy", Tensor::of<float>({1, 6}, {0, 1, 2, 3, 4, 5}));
  const Finished run =
      run_trireme(folder.path(), {"run", "net.onnx", "--bind", "shape=shape.npy", "--input", "x.npy",
                                  "--dtype", "float32", "--out", "out", "--format", "npy"});
  EXPECT_EQ(run.status, 0) << run.err;
  const Tensor output = read_npy(folder / "out" / "output0.npy");
  EXPECT_EQ(output.shape, (Shape{2, 3}));
  EXPECT_EQ(element(output, 5), 5);
}

TEST(ImportCheck, ReadsTensorFlowLite) {
  const TempFolder folder;
  test::TfliteBuilder model;
  const int in = model.tensor("in", {2, 3, 3, 4}, tflite_file::TensorType::FLOAT32);
  const int out = model.tensor("out", {}, tflite_file::TensorType::FLOAT32);
  model.node(tflite_file::BuiltinOperator::RELU, {in}, {out});
  write_file(folder / "net.tflite", model.bytes({in}, {out}));
  const Finished found = run_trireme(folder.path(), {"import", "tflite", "--model", "net.tflite", "--check"});
  EXPECT_EQ(found.status, 0) << found.err;
  EXPECT_THAT(found.out, HasSubstr("a batch of 2"));
  EXPECT_FALSE(std::filesystem::exists(folder / "net.json"));
}

}  // namespace
}  // namespace trireme

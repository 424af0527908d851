// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/seeds.h"

#include "model/preprocess/input_meta.h"
#include "tensor/files.h"
#include "tests/isa/small_network.h"
#include "tests/model/onnx_quantized_builder.h"
#include "tests/model/operator_models.h"
#include "tests/model/tflite_builder.h"
#include "tests/tensor/picture_files.h"

namespace trireme {
namespace {

using Seeds = std::map<std::string, Bytes>;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }
Bytes bytes_of(const OnnxBuilder& model) { return bytes_of(model.model.SerializeAsString()); }

Bytes golden(const std::string& name) {
  return read_file(std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/goldens" / name);
}

// Shapes, axes and constants that the importer works out by itself.
OnnxBuilder computed_shapes_model() {
  OnnxBuilder m;
  m.input("x", {2, 3, 4});
  m.integers("one", {1}, {1});
  m.integers("minus", {1}, {-1});
  m.node("Shape", {"x"}, {"shape"});
  m.node("Gather", {"shape", "one"}, {"channels"});
  m.node("Concat", {"channels", "minus"}, {"wanted"}).integer("axis", 0);
  m.node("Reshape", {"x", "wanted"}, {"rows"});
  m.node("ConstantOfShape", {"channels"}, {"zeros"});
  m.node("Unsqueeze", {"zeros", "one"}, {"column"});
  m.node("Add", {"rows", "column"}, {"sum"});
  m.node("Constant", {}, {"k"}).real("value_float", 2);
  m.node("Mul", {"sum", "k"}, {"y"});
  m.output("y");
  return m;
}

void add_onnx(Seeds& seeds) {
  seeds["onnx/small.onnx"] = bytes_of(small_onnx_model());
  seeds["onnx/many_operators.onnx"] = bytes_of(many_operators_model());
  seeds["onnx/data_operators.onnx"] = bytes_of(data_operators_model());
  seeds["onnx/quantized.onnx"] = bytes_of(quantized_convolution("Relu"));
  seeds["onnx/computed_shapes.onnx"] = bytes_of(computed_shapes_model());
}

Bytes tflite_of_codes() {
  namespace fb = tflite_file;
  test::TfliteBuilder b;
  constexpr fb::TensorType int8 = fb::TensorType::INT8;
  const int x = b.tensor("x", {1, 4, 4, 2}, int8, {{0.5F}, {3}});
  const int w = b.constant<std::int8_t>("w", {2, 1, 1, 2}, int8, {1, 2, 3, 4}, {{0.1F, 0.2F}, {0, 0}, 0});
  const int bias =
      b.constant<std::int32_t>("b", {2}, fb::TensorType::INT32, {7, 8}, {{0.05F, 0.1F}, {0, 0}, 0});
  const int conv = b.tensor("conv", {1, 4, 4, 2}, int8, {{0.25F}, {-128}});
  const int pool = b.tensor("pool", {1, 2, 2, 2}, int8, {{0.25F}, {-128}});
  const int shape = b.constant<std::int32_t>("shape", {2}, fb::TensorType::INT32, {1, 8});
  const int flat = b.tensor("flat", {1, 8}, int8, {{0.25F}, {-128}});
  const int soft = b.tensor("soft", {1, 8}, int8, {{1.0F / 256}, {-128}});
  fb::Conv2DOptionsT conv_options;
  conv_options.stride_h = conv_options.stride_w = 1;
  b.node(fb::BuiltinOperator::CONV_2D, {x, w, bias}, {conv}, conv_options);
  fb::Pool2DOptionsT pool_options;
  pool_options.stride_h = pool_options.stride_w = pool_options.filter_height = pool_options.filter_width = 2;
  b.node(fb::BuiltinOperator::MAX_POOL_2D, {conv}, {pool}, pool_options);
  b.node(fb::BuiltinOperator::RESHAPE, {pool, shape}, {flat}, fb::ReshapeOptionsT());
  fb::SoftmaxOptionsT soft_options;
  soft_options.beta = 1;
  b.node(fb::BuiltinOperator::SOFTMAX, {flat}, {soft}, soft_options);
  return b.bytes({x}, {soft});
}

Bytes tflite_of_floats() {
  namespace fb = tflite_file;
  test::TfliteBuilder b;
  const int x = b.tensor("x", {1, 6});
  const int w = b.constant<float>("w", {3, 6}, fb::TensorType::FLOAT32, std::vector<float>(18, 0.5F));
  const int dense = b.tensor("dense", {1, 3}), twice = b.tensor("twice", {1, 6}),
            mean = b.tensor("mean", {1, 1});
  const int axis = b.constant<std::int32_t>("axis", {1}, fb::TensorType::INT32, {1});
  b.node(fb::BuiltinOperator::FULLY_CONNECTED, {x, w, -1}, {dense}, fb::FullyConnectedOptionsT());
  fb::ConcatenationOptionsT concat;
  concat.axis = 1;
  b.node(fb::BuiltinOperator::CONCATENATION, {dense, dense}, {twice}, concat);
  fb::ReducerOptionsT reduce;
  reduce.keep_dims = true;
  b.node(fb::BuiltinOperator::MEAN, {twice, axis}, {mean}, reduce);
  return b.bytes({x}, {mean, twice});
}

// NAME.json, a zero byte, NAME.data
Bytes acuity_pair(const OnnxBuilder& model) {
  const TempFolder folder;
  save_acuity(model.import(), folder / "n.json", folder / "n.data");
  Bytes pair = read_file(folder / "n.json");
  pair.push_back(0);
  const Bytes data = read_file(folder / "n.data");
  pair.insert(pair.end(), data.begin(), data.end());
  return pair;
}

void add_acuity(Seeds& seeds) {
  seeds["acuity/tiny.json"] = golden("acuity/tiny.json");
  seeds["acuity/small.pair"] = acuity_pair(small_onnx_model());
  seeds["acuity/data_operators.pair"] = acuity_pair(data_operators_model());
  seeds["acuity/quantized.pair"] = acuity_pair(quantized_convolution("Relu"));
  for (const char* name : {"tiny_p2.data", "tiny_p3.data", "tiny_p4.data", "tiny_p5.data"})
    seeds[std::string("layer_data/") + name] = golden(std::string("acuity/") + name);
  for (const char* name : {"tiny_v1.quantize", "tiny_v2.quantize"})
    seeds[std::string("quantize/") + name] = golden(std::string("acuity/") + name);
}

void add_arrays(Seeds& seeds) {
  const TempFolder folder;
  const Tensor tensor = Tensor::of<float>({2, 3}, {0, 1, -2, 0.5F, 1e-5F, 6});
  const auto add = [&](const std::string& name) { seeds["array/" + name] = read_file(folder / name); };
  write_npy(folder / "a.npy", tensor);
  write_npz(folder / "a.npz", {{"a", tensor}, {"b", Tensor::of<std::int8_t>({3}, {1, 2, 3})}});
  write_text_tensor(folder / "a.tensor", tensor);
  write_dat(folder / "a.dat", tensor);
  for (const char* name : {"a.npy", "a.npz", "a.tensor", "a.dat"}) add(name);
  seeds["layer_data/a.npz"] = seeds["array/a.npz"];
  std::string fortran(seeds["array/a.npy"].begin(), seeds["array/a.npy"].end());
  fortran.replace(fortran.find("False"), 5, " True");
  seeds["array/fortran.npy"] = bytes_of(fortran);
}

void add_pictures(Seeds& seeds) {
  JpegOptions progressive;
  progressive.progressive = true;
  PngOptions interlaced;
  interlaced.interlaced = interlaced.alpha = true;
  PngOptions palette;
  palette.palette = grey_palette();
  seeds["picture/colour.jpg"] = jpeg_bytes(colour_picture(9, 7));
  seeds["picture/progressive.jpg"] = jpeg_bytes(grey_picture(17, 9), progressive);
  seeds["picture/colour.png"] = png_bytes(colour_picture(5, 4));
  seeds["picture/interlaced.png"] = png_bytes(colour_picture(9, 9), interlaced);
  seeds["picture/palette.png"] = png_bytes(grey_picture(6, 3), palette);
  seeds["picture/colour.bmp"] = bmp_bytes(colour_picture(5, 3));
}

void add_others(Seeds& seeds) {
  const TempFolder folder;
  write_network_binary(folder / "small.tnb", small_network());
  seeds["network_binary/small.tnb"] = read_file(folder / "small.tnb");
  Graph graph = small_onnx_model().import();
  assign_layer_ids(graph);
  write_input_meta(folder / "small.yml", default_input_meta(graph, "dataset.txt", "1 2 3 0.5"));
  seeds["input_meta/small.yml"] = read_file(folder / "small.yml");
  seeds["tflite/codes.tflite"] = tflite_of_codes();
  seeds["tflite/floats.tflite"] = tflite_of_floats();
}

}  // namespace

std::map<std::string, Bytes> fuzz_seeds() {
  Seeds seeds;
  add_onnx(seeds);
  add_acuity(seeds);
  add_arrays(seeds);
  add_pictures(seeds);
  add_others(seeds);
  return seeds;
}

}  // namespace trireme

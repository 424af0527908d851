// SPDX-License-Identifier: Apache-2.0
#include "model/graph/operators.h"
#include "model/import/acuity/layer_data.h"
#include "model/import/limits.h"
#include "support/files.h"
#include "tests/fuzz/targets.h"

namespace trireme {
namespace {

// A graph that came out passes its own checks and can be printed.
template <typename Load>
bool loads(Load load) {
  try {
    const Graph graph = load();
    verify(graph);
    if (dump(graph).empty()) internal_error("a graph without text");
    return true;
  } catch (const Error& error) {
    if (std::string_view(error.what()).empty()) internal_error("an error without text");
    return false;
  }
}

constexpr ImportLimits kLimits = {kFuzzConstantBytes};

}  // namespace

bool read_onnx_bytes(std::string_view bytes) {
  return loads([&] { return import_onnx_within(fuzz_file("m.onnx", bytes), {}, kLimits); });
}

bool read_tflite_bytes(std::string_view bytes) {
  return loads([&] { return import_tflite_within(fuzz_file("m.tflite", bytes), {}, kLimits); });
}

bool read_acuity_bytes(std::string_view bytes) {
  static const Bytes usual =
      read_file(std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/goldens/acuity/tiny_p5.data");
  const std::size_t zero = bytes.find('\0');
  const std::string_view data =
      zero == std::string_view::npos
          ? std::string_view(reinterpret_cast<const char*>(usual.data()), usual.size())
          : bytes.substr(zero + 1);
  return loads(
      [&] { return load_acuity(fuzz_file("m.json", bytes.substr(0, zero)), fuzz_file("m.data", data)); });
}

bool read_layer_data_bytes(std::string_view bytes) {
  Layer layer;  // of the first weight in the corpus
  layer.lid = "conv_4";
  layer.name = "conv";
  layer.op = "convolution";
  layer.parameters = {{"weights", 2}, {"ksize_h", 2}, {"ksize_w", 2}};
  try {
    Problems problems;
    LayerData data = read_layer_data(fuzz_file("m.data", bytes), {layer});
    order_weights({layer}, "m.data", data, problems);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace trireme

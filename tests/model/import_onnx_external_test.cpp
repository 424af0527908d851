// SPDX-License-Identifier: Apache-2.0
// Weights that lie in a file beside the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// y = x + c, c = [1, 2] at byte 4 of `location`.
OnnxBuilder model_with(const std::string& location, const std::string& offset = "4") {
  OnnxBuilder m;
  m.input("x", {2});
  auto& c = m.zeros("c", {2});
  c.clear_float_data();
  c.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : {std::pair{"location", location}, {"offset", offset}, {"length", "8"}}) {
    auto* entry = c.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  m.node("Add", {"x", "c"}, {"y"});
  m.output("y");
  return m;
}

Graph import_beside_data(const OnnxBuilder& m) {
  TempFolder folder;
  const std::vector<float> floats = {0, 1, 2};
  write_file(folder / "w.bin", std::string_view(reinterpret_cast<const char*>(floats.data()), 12));
  write_file(folder / "m.onnx", std::string_view(m.model.SerializeAsString()));
  return import_onnx(folder / "m.onnx");
}

TEST(OnnxExternalData, IsReadFromBesideTheModel) {
  EXPECT_THAT(floats_of(value_named(import_beside_data(model_with("w.bin")), "c")), ElementsAre(1, 2));
}

TEST(OnnxExternalData, StaysInTheModelsFolder) {
  for (const char* location : {"/etc/passwd", "../w.bin", "a/../../w.bin"}) {
    EXPECT_THAT(error_of([&] { import_beside_data(model_with(location)); }),
                HasSubstr("a file in the model's folder"));
  }
  EXPECT_THAT(error_of([] { import_beside_data(model_with("none.bin")); }), HasSubstr("which is not there"));
}

TEST(OnnxExternalData, FitsTheFile) {
  EXPECT_THAT(error_of([] { import_beside_data(model_with("w.bin", "5")); }),
              HasSubstr("it takes 8 bytes from byte 5 on of 'w.bin', which has 12"));
  EXPECT_THAT(error_of([] { import_beside_data(model_with("w.bin", "-4")); }), HasSubstr("the offset '-4'"));
  EXPECT_THAT(error_of([] { import_beside_data(model_with("w.bin", "9223372036854775807")); }),
              HasSubstr("which has 12"));
}

}  // namespace
}  // namespace trireme

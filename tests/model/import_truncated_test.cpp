// SPDX-License-Identifier: Apache-2.0
// Models cut short at every byte are told as such (other damage: tests/fuzz).
#include <gtest/gtest.h>

#include "tests/model/operator_models.h"
#include "tests/tensor/damage.h"

namespace trireme {
namespace {

TEST(Truncated, Onnx) {
  const std::string model = many_operators_model().model.SerializeAsString();
  expect_error_at_every_cut(Bytes(model.begin(), model.end()), [](const auto& path) { import_onnx(path); });
}

TEST(Truncated, LayerGraph) {
  const TempFolder folder;
  save_acuity(small_onnx_model().import(), folder / "n.json", folder / "n.data");
  Bytes json = read_file(folder / "n.json");
  json.resize(json.size() - 2);  // the last two bytes are "}\n"
  expect_error_at_every_cut(json, [&](const auto& path) { load_acuity(path, folder / "n.data"); });
}

}  // namespace
}  // namespace trireme

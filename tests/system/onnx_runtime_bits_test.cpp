// SPDX-License-Identifier: Apache-2.0
// Operators whose float sums follow ONNX Runtime's order, on the simulated chip: the bits that it made of the
// same models (tests/goldens/reference/make_goldens.py).
#include <gtest/gtest.h>

#include <filesystem>

#include "compiler/compile.h"
#include "model/import/import.h"
#include "model/quantize/real_network.h"
#include "sim/simulate.h"
#include "tensor/files.h"

namespace trireme {
namespace {

TEST(OnnxRuntimeBits, ResizesOnThePpu) {
  const std::filesystem::path goldens = std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/goldens/reference";
  const Chip chip = find_chip(kDefaultChip);
  for (const std::string name : {"resize_linear", "resize_linear_one_axis", "resize_linear_channels_last",
                                 "resize_linear_volume", "resize_cubic"}) {
    SCOPED_TRACE(name);
    Graph graph = import_onnx(goldens / (name + ".onnx"));
    make_real(graph, DataType::float32);
    CompileOptions options;
    const NetworkBinary binary = compile(std::move(graph), chip, options);
    for (const Job& job : binary.jobs) EXPECT_EQ(engine_of(job), Engine::ppu);
    const RunRecord record = simulate(binary, chip, {read_npy(goldens / (name + "_in.npy"))}, {});
    EXPECT_EQ(record.outputs.at(0).tensor.bytes, read_npy(goldens / (name + "_out.npy")).bytes);
  }
}

}  // namespace
}  // namespace trireme

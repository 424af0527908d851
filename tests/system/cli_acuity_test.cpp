// SPDX-License-Identifier: Apache-2.0
// Networks in the files of other Acuity tools (goldens/acuity/make_goldens.py), from import to output codes.
#include <gtest/gtest.h>

#include "tensor/files.h"
#include "tests/system/cli_program.h"

namespace trireme {
namespace {

// x[i][j] = 4i + j. Channel 0 of the convolution: x[i][j] + x[i+1][j+1] + 1 = 8i + 2j + 6, so 6 at the upper
// left and 26 at the lower right; channel 1: x[i][j+1] - x[i+1][j] + 7 = 4 everywhere. The dense layer's
// outputs: 6 + 4 = 10; 26 - 6 = 20; -6 - 1 = -7. All scales are 1 and the output's zero point is 128.
const Bytes kCodes = {138, 148, 121};

Tensor ramp() {
  std::vector<float> values;
  for (int i = 0; i < 16; ++i) values.push_back(static_cast<float>(i));
  return Tensor::of({1, 1, 4, 4}, values);
}

TEST(CliAcuity, PickledDataAndBothVersionsOfTheTable) {
  const std::filesystem::path goldens = std::filesystem::path(TRIREME_SOURCE_DIR) / "tests/goldens/acuity";
  for (const char* data :
       {"tiny_p2.data", "tiny_p3.data", "tiny_p4.data", "tiny_p5.data", "tiny_names.data"}) {
    for (const char* table : {"tiny_v1.quantize", "tiny_v2.quantize"}) {
      SCOPED_TRACE(std::string(data) + " " + table);
      const TempFolder folder;
      std::filesystem::copy_file(goldens / "tiny.json", folder / "tiny.json");
      std::filesystem::copy_file(goldens / data, folder / "tiny.data");
      std::filesystem::copy_file(goldens / table, folder / "tiny.quantize");
      write_npy(folder / "x.npy", ramp());
      const Finished run = run_trireme(
          folder.path(), {"run", "tiny.json", "--input", "x.npy", "--out", "run", "--format", "npy"});
      ASSERT_EQ(run.status, 0) << run.err;
      const Tensor output = read_npy(folder / "run" / "output0.npy");
      EXPECT_EQ(output.dtype, DataType::uint8);
      EXPECT_EQ(output.bytes, kCodes);
    }
  }
}

}  // namespace
}  // namespace trireme

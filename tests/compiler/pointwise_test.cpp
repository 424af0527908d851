// SPDX-License-Identifier: Apache-2.0
// Pointwise convolutions over rows of another length than their maps'.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compile.h"
#include "compiler/tile/pointwise.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/reference_run.h"
#include "timing/nne.h"

namespace trireme {
namespace {

TensorView view_of(int width, int height) {
  TensorView view{};
  view.width = static_cast<std::uint16_t>(width);
  view.height = static_cast<std::uint16_t>(height);
  view.channels = 8;
  view.row_stride = static_cast<std::uint32_t>(width);
  view.plane_stride = static_cast<std::uint32_t>(width * height);
  view.dtype = static_cast<std::uint8_t>(DataType::uint8);
  return view;
}

NneJob pointwise(int width, int height) {
  NneJob job{};
  job.header.operation = static_cast<std::uint8_t>(NneOperation::convolution);
  job.input = job.output = view_of(width, height);
  job.conv_width = job.output.width;
  job.conv_height = job.output.height;
  job.kernel_w = job.kernel_h = job.stride_w = job.stride_h = 1;
  return job;
}

Chip packing_chip() {
  Chip chip = test::test_chip();
  chip.compiler.pointwise_packing = true;
  return chip;
}

// Row groups are ceil(h / m) * ceil(w / (64 / m)), m = 4 up to 16 columns, 2 up to 32, else 1.
//   40x40 in 40 as it is; 1600 = 64 * 25 in 25.
//   7x7 in ceil(7 / 4) = 2; 49 = 49 * 1 in 1.
//   28x28 in ceil(28 / 2) = 14; 784 = 16 * 49 in ceil(49 / 4) = 13.
//   17x17 in ceil(17 / 2) = 9; 289 has the divisors 1, 17 and 289 only.
//   80x80 in 80 * 2 = 160; 6400 = 128 * 50 in 50 * 2 = 100, as 64 * 100: the wider.
TEST(Pointwise, TheWidthOfFewestRowGroups) {
  const Chip chip = packing_chip();
  ASSERT_EQ(chip.nne.max_tile_width, 128);
  EXPECT_EQ(pointwise_width(pointwise(40, 40), chip), 64);
  EXPECT_EQ(pointwise_width(pointwise(7, 7), chip), 49);
  EXPECT_EQ(pointwise_width(pointwise(28, 28), chip), 16);
  EXPECT_EQ(pointwise_width(pointwise(17, 17), chip), 17);
  EXPECT_EQ(pointwise_width(pointwise(80, 80), chip), 128);
}

// What looks at its neighbours, or has gaps between its rows, has the rows it has.
TEST(Pointwise, OthersKeepTheirRows) {
  Chip chip = packing_chip();
  const auto kept = [&](auto change) {
    NneJob job = pointwise(40, 40);
    change(job);
    return !is_pointwise(job) && pointwise_width(job, chip) == 40;
  };
  EXPECT_FALSE(kept([](NneJob&) {}));
  EXPECT_TRUE(kept([](NneJob& job) { job.kernel_h = 3; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.kernel_w = 3; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.stride_w = 2; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.pad_top = 1; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.pool_type = 1; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.input.row_stride = 48; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.output.row_stride = 80; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.output.width = 39; }));
  EXPECT_TRUE(kept([](NneJob& job) { job.header.operation = static_cast<std::uint8_t>(NneOperation::add); }));
  // Nor where the chip's compilers do not.
  chip.compiler.pointwise_packing = false;
  EXPECT_EQ(pointwise_width(pointwise(40, 40), chip), 40);
}

TEST(Pointwise, PlanesStayWhereTheyAre) {
  NneJob job = pointwise(40, 40);
  job.output.plane_stride = 4096;  // part of a larger buffer
  set_width(job, 64);
  EXPECT_EQ(job.conv_width, 64);
  EXPECT_EQ(job.conv_height, 25);
  EXPECT_EQ(job.input.row_stride, 64U);
  EXPECT_EQ(job.input.plane_stride, 1600U);
  EXPECT_EQ(job.output.plane_stride, 4096U);
  set_width(job, 40);
  EXPECT_EQ(job.conv_height, 40);
  EXPECT_EQ(job.output.row_stride, 40U);
}

bool has_width(const NetworkBinary& binary, int width) {
  return std::any_of(binary.jobs.begin(), binary.jobs.end(), [&](const Job& job) {
    const auto* nne = std::get_if<NneJob>(&job);
    return nne != nullptr && nne->kernel_h == 1 && nne->conv_width == width;
  });
}

// 40 columns fill 40 of 64 lanes: computed as 25 rows of 64, the same codes come out.
TEST(Pointwise, FillsTheLanesAndChangesNoCode) {
  test::Builder b;
  const ValueId x = b.convolution(b.input({1, 3, 40, 40}), {16, 3, 1, 1});
  const ValueId y = b.relu(b.convolution(x, {24, 1, 1, 0}));
  const Graph graph = test::quantized(b.finish({b.convolution(y, {8, 3, 1, 1})}));
  CompileOptions options;
  const NetworkBinary binary = compile(graph, packing_chip(), options);
  EXPECT_TRUE(has_width(binary, 64));
  test::expect_reference(graph, binary, packing_chip());
}

// Bands are of the map's rows, whatever the tiler made of them before; inside of a band it may do so again.
TEST(Pointwise, MembersOfBands) {
  test::Builder b;
  const ValueId x = b.input({1, 4, 64, 40});
  const ValueId wide = b.convolution(b.convolution(x, {96, 3, 1, 1}, "first"), {96, 1, 1, 0}, "second");
  const Graph graph = test::quantized(b.finish({b.convolution(wide, {4, 3, 1, 1}, "third")}));
  Chip chip = packing_chip();
  chip.vip_sram.bytes = 65536;
  chip.nne.launch_cycles = 200;
  chip.dram.address_cycles = 24;
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip, options);
  ASSERT_GT(binary.jobs.size(), 3U);  // in bands
  EXPECT_TRUE(std::any_of(binary.jobs.begin(), binary.jobs.end(), [](const Job& job) {
    const auto& nne = std::get<NneJob>(job);
    return nne.kernel_h == 1 && nne.conv_width != 40;
  }));
  test::expect_reference(graph, binary, chip);
}

}  // namespace
}  // namespace trireme

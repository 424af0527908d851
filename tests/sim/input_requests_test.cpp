// SPDX-License-Identifier: Apache-2.0
// What the array asks the bus for when it fetches a tile.
#include <gtest/gtest.h>

#include "sim/nne/schedule.h"
#include "tests/sim/program_builder.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

// 1x1, stride 2: of rows of 24 bytes the tile needs the first 2 * 11 + 1 = 23.
NneJob strided(std::uint32_t row_stride) {
  NneJob job{};
  job.header = job_header(Engine::nne, static_cast<int>(NneOperation::convolution), 0);
  job.input = packed_view(0x1000, 24, 24, 2);
  job.input.row_stride = row_stride;
  job.input.plane_stride = row_stride * 24;
  job.output = packed_view(0x9000, 12, 12, 2);
  job.conv_width = job.conv_height = job.tile_w = 12;
  job.tile_h = 2;  // rows 0, 1 and 2 of the input
  job.kernel_w = job.kernel_h = job.dilation_w = job.dilation_h = job.groups = 1;
  job.stride_w = job.stride_h = 2;
  job.interleave = job.kernels_per_core = job.superblocks = 1;
  job.weight_dtype = static_cast<std::uint8_t>(DataType::uint8);
  return job;
}

std::vector<AddressRange> first_requests(const NneJob& job) {
  const NneSchedule schedule = schedule_of(job, test_chip());
  return input_ranges(job, test_chip(), schedule.steps[0], schedule.steps[0].chunks[0]);
}

TEST(InputRequests, RowsWithLessThanABeatBetweenAreOneRequest) {
  // Gaps of 1 byte: 2 * 24 + 23 = 71 bytes of the first channel, a chunk of one channel.
  const auto requests = first_requests(strided(24));
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].address, 0x1000U);
  EXPECT_EQ(requests[0].bytes, 71U);
  // Gaps of 15 bytes, one less than a beat of 16: 2 * 38 + 23.
  ASSERT_EQ(first_requests(strided(38)).size(), 1U);
  EXPECT_EQ(first_requests(strided(38))[0].bytes, 99U);
}

TEST(InputRequests, AGapOfABeatIsLeftOut) {
  const auto requests = first_requests(strided(39));
  ASSERT_EQ(requests.size(), 3U);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].address, 0x1000U + 39 * i);
    EXPECT_EQ(requests[i].bytes, 23U);
  }
}

}  // namespace
}  // namespace trireme

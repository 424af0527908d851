// SPDX-License-Identifier: Apache-2.0
// Zero skipping counted by hand, and kernels of groups through both decoders.
#include "compiler/pack/zero_skip.h"

#include "tests/compiler/coefficients_support.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

struct Layer {
  std::int64_t kernels, channels, height, width, groups;
  int kernels_per_core, superblocks;
};

NneWeights weights_of(const Layer& layer, const Bytes& codes, std::uint16_t zero = 0) {
  return {{codes.data(), zero, 1}, layer.kernels,     layer.channels, layer.height, layer.width, false,
          layer.kernels_per_core,  layer.superblocks, layer.groups};
}

Chip one_core(Chip chip, int group) {
  chip.nne.cores = 1;
  chip.nne.zero_skip_group = group;
  return chip;
}

TEST(ZeroSkip, NothingIsKnownWhereNothingIsSkipped) {
  const Bytes codes(9, 0);
  EXPECT_EQ(dot_products_of(weights_of({1, 1, 3, 3, 1, 1, 1}, codes), one_core(test_chip_v7(), 0)), 0U);
}

TEST(ZeroSkip, V7SkipsBlocksOfAPlane) {
  // Plane 0: a value in the 2x3 block and one in the row below: 2 cycles. Plane 1: the row below only: 1.
  const Bytes codes = {0, 5, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 7, 0, 0};
  EXPECT_EQ(dot_products_of(weights_of({1, 2, 3, 3, 1, 1, 1}, codes), one_core(test_chip_v7(), 6)), 3U);
}

TEST(ZeroSkip, V7SkipsChannelsOfPointwiseKernels) {
  // Blocks of six channels: 0 0 0 1 1 0 | 0 0 0 0 0 0 | 2.
  const Bytes codes = {0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2};
  const NneWeights weights = weights_of({1, 13, 1, 1, 1, 1, 1}, codes);
  // Groups of 6: the first block's 2 cycles, the last one's ceil(1/3). Of 3: half of the first, 1 + 1. Of 1:
  // ceil(2/3) + 1.
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip_v7(), 6)), 3U);
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip_v7(), 3)), 2U);
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip_v7(), 1)), 2U);
}

TEST(ZeroSkip, V8SkipsWithinBlocksOfNine) {
  // Zero point 7. First block: 1 7 7 | 7 7 7 | 7 7 2, second 7 times nine.
  Bytes codes(18, 7);
  codes[0] = 1;
  codes[8] = 2;
  const NneWeights weights = weights_of({1, 18, 1, 1, 1, 1, 1}, codes, 7);
  // Groups of 9 and above: 3 cycles. Of 3: 2. Of 1: ceil(2/3).
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip(), 9)), 3U);
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip(), 64)), 3U);
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip(), 3)), 2U);
  EXPECT_EQ(dot_products_of(weights, one_core(test_chip(), 1)), 1U);
}

TEST(ZeroSkip, TheCoreWithMostDecidesInEverySuperblock) {
  // Four 1x1 kernels of six channels; kernels 0, 1 on core 0, 2, 3 on core 1; a superblock has one of each.
  // Superblock 0: kernel 0 has 2 cycles, kernel 2 none; superblock 1: kernel 1 none, kernel 3 two: 4.
  Bytes codes(24, 0);
  for (const std::size_t kernel : {0, 3}) std::fill_n(codes.begin() + static_cast<int>(kernel) * 6, 6, 1);
  Chip chip = test_chip_v7();
  chip.nne.zero_skip_group = 6;
  EXPECT_EQ(dot_products_of(weights_of({4, 6, 1, 1, 1, 1, 2}, codes), chip), 4U);
  // Together in one superblock: 2.
  EXPECT_EQ(dot_products_of(weights_of({4, 6, 1, 1, 1, 2, 1}, codes), chip), 2U);
}

TEST(ZeroSkip, DepthwiseOnV7LeavesOnePlaneAKernel) {
  // Eight channels of 3x3 without a zero on two cores: four kernels of 2 cycles each, of 8 * 2 in all.
  const Bytes codes(72, 1);
  Chip chip = test_chip_v7();
  chip.nne.zero_skip_group = 6;
  EXPECT_EQ(dot_products_of(weights_of({8, 8, 3, 3, 8, 4, 1}, codes), chip), 8U);
}

TEST(GroupedKernels, StreamsHaveZerosForTheOtherGroups) {
  // Both decoders: the one of the tests sees kernels over all channels, the simulator's keeps what is the
  // group's.
  for (const CoefficientCoding coding : kCodings) {
    for (const auto& [kernels, channels, size, groups] :
         {std::array{6, 6, 3, 6}, std::array{12, 6, 3, 6}, std::array{10, 4, 1, 2}, std::array{26, 26, 1, 13},
          std::array{4, 4, 1, 4}}) {
      const NneShape shape{kernels, channels, size, size, 2, (kernels + 5) / 6, 128};
      const int plane = size * size, own = channels / groups;
      test::Random random(static_cast<std::uint64_t>(kernels + size));
      const Codes kept = random_codes(static_cast<std::size_t>(kernels * own * plane), random, 3);
      Codes dense(static_cast<std::size_t>(kernels * channels * plane), 128);
      for (int k = 0; k < kernels; ++k) {
        const int first = k / (kernels / groups) * own;
        for (int i = 0; i < own * plane; ++i)
          dense[static_cast<std::size_t>((k * channels + first) * plane + i)] =
              kept[static_cast<std::size_t>(k * own * plane + i)];
      }
      const Chip chip = chip_with(3, coding);
      const Bytes bytes = bytes_of_codes(kept, 1);
      const Bytes stream = encode_nne_coefficients({{bytes.data(), 128, 1},
                                                    kernels,
                                                    channels,
                                                    size,
                                                    size,
                                                    false,
                                                    shape.kernels_per_core,
                                                    shape.superblocks,
                                                    groups},
                                                   chip);
      EXPECT_EQ(test::decode_nne(stream, shape), dense) << name_of(coding);
      NneJob job = job_of(shape, false, DataType::uint8);
      job.groups = static_cast<std::uint16_t>(groups);
      EXPECT_EQ(decode_coefficients(stream, weight_layout_of(job, chip.nne), "test"), bytes)
          << name_of(coding);
    }
  }
}

TEST(GroupedKernels, AWeightOutsideOfItsGroupIsAnError) {
  const Codes codes = {1, 2, 3, 4};  // two kernels of two channels: 2 and 3 are not the groups' own
  for (const CoefficientCoding coding : kCodings) {
    const NneShape shape{2, 2, 1, 1, 2, 1, 0};
    const Chip chip = chip_with(1, coding);
    NneJob job = job_of(shape, false, DataType::uint8);
    job.groups = 2;
    EXPECT_THROW(
        decode_coefficients(encode_dense(codes, shape, false, chip), weight_layout_of(job, chip.nne), "test"),
        Error);
  }
}

TEST(GroupedKernels, PairsOfTheLongestStream) {
  // Core 0: 1 0 0 0 0 5: width 0 takes 6 * 8 = 48 bits, 2 takes 2 pairs... (0,1) (3,0) (0,5) = 30, 3: (0,1)
  // (4,5) = 22. Core 1: six values, width 0: 6 pairs.
  const Codes codes = {1, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5, 6};
  const Bytes stream =
      encode_dense(codes, {2, 6, 1, 1, 1, 1, 0}, false, chip_with(2, CoefficientCoding::zero_run));
  EXPECT_EQ(stream.at(64), 3);
  EXPECT_EQ(pairs_of_longest_stream(stream), 6U);
  EXPECT_EQ(pairs_of_longest_stream(
                encode_dense(codes, {2, 6, 1, 1, 1, 1, 0}, false, chip_with(2, CoefficientCoding::huffman))),
            0U);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "isa/coefficients.h"

#include <gtest/gtest.h>

namespace trireme {
namespace {

// 20 channels on 3 cores: 20 = 7 + 7 + 6; the first two cores (20 mod 3 = 2) have one more.
TEST(Coefficients, CoresWithALowerIndexGetOneMore) {
  EXPECT_EQ(kernels_of_core(20, 3, 0), 7);
  EXPECT_EQ(kernels_of_core(20, 3, 1), 7);
  EXPECT_EQ(kernels_of_core(20, 3, 2), 6);
  EXPECT_EQ(first_kernel_of_core(20, 3, 0), 0);
  EXPECT_EQ(first_kernel_of_core(20, 3, 1), 7);
  EXPECT_EQ(first_kernel_of_core(20, 3, 2), 14);
}

TEST(Coefficients, FewChannelsLeaveCoresIdle) {
  EXPECT_EQ(kernels_of_core(2, 3, 1), 1);
  EXPECT_EQ(kernels_of_core(2, 3, 2), 0);
  EXPECT_EQ(first_kernel_of_core(2, 3, 2), 2);
}

TEST(Coefficients, EveryChannelBelongsToOneCore) {
  for (int cores = 1; cores <= kMaxNneCores; ++cores) {
    for (int channels = 1; channels < 100; ++channels) {
      int next = 0;
      for (int core = 0; core < cores; ++core) {
        ASSERT_EQ(first_kernel_of_core(channels, cores, core), next) << channels << " on " << cores;
        next += kernels_of_core(channels, cores, core);
      }
      ASSERT_EQ(next, channels);
    }
  }
}

// A decoder must never read the beginning of one code as another.
TEST(Coefficients, PrefixCodesArePrefixFreeAndComplete) {
  double space = 0;
  for (std::size_t i = 0; i < kPrefixCodes.size(); ++i) {
    space += 1.0 / (1 << kPrefixCodes[i].length);
    for (std::size_t j = 0; j < kPrefixCodes.size(); ++j) {
      if (i == j || kPrefixCodes[i].length > kPrefixCodes[j].length) continue;
      EXPECT_NE(kPrefixCodes[j].bits >> (kPrefixCodes[j].length - kPrefixCodes[i].length),
                kPrefixCodes[i].bits);
    }
  }
  EXPECT_EQ(space, 1.0);  // 1/4 + 1/4 + 3/8 + 1/16 + 2/32
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// docs/isa.md must tell the truth: what it lists is what the tables in the code say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstddef>

#include "isa/chip_fields.h"
#include "isa/coefficients.h"
#include "isa/job.h"
#include "isa/ppu_opcodes.h"
#include "support/files.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

std::string documentation() { return read_text(std::string(TRIREME_SOURCE_DIR) + "/docs/isa.md"); }

TEST(Documentation, ListsEveryChipFieldWithItsMeaning) {
  const std::string text = documentation();
  for (const ChipField& field : chip_fields()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |", field.path(), field.unit)));
    EXPECT_THAT(text, HasSubstr(fmt::format("| {} |\n", field.meaning))) << field.path();
  }
}

TEST(Documentation, ListsEveryOpcodeWithItsClass) {
  const std::string text = documentation();
  const char* classes[] = {"alu", "special", "memory", "control"};
  for (int i = 0; i < kPpuOpcodes; ++i) {
    const PpuOpcodeInfo& info = info_of(static_cast<PpuOpcode>(i));
    const std::string begin = fmt::format("| {} `{}` | `{}", i, info.name, info.name);
    const std::size_t at = text.find(begin);
    ASSERT_NE(at, std::string::npos) << begin;
    const std::string row = text.substr(at, text.find('\n', at) - at);
    EXPECT_THAT(row, ::testing::EndsWith(fmt::format("| {} |", classes[static_cast<int>(info.klass)])));
  }
}

TEST(Documentation, OffsetsOfDescriptorsAreThoseOfTheStructs) {
  const std::string text = documentation();
  const auto row = [&](std::size_t offset, std::size_t bytes, const char* field) {
    EXPECT_THAT(text, HasSubstr(fmt::format("| {} | {} | {}", offset, bytes, field)));
  };
  row(offsetof(JobHeader, wait_events), sizeof JobHeader::wait_events, "`wait_events[8]`");
  row(offsetof(TensorView, zero_point), 2, "`zero_point`");
  row(offsetof(PostProcessing, clamp_high), 4, "`clamp_high`");
  row(offsetof(NneJob, bias), 4, "`bias` | an output channel: int32, int64 for 16-bit data or weights");
  row(offsetof(NneJob, pool_type), 3, "`pool_type`");
  row(offsetof(NneJob, groups), 2, "`groups`");
  row(offsetof(NneJob, kernel_cache_bytes), 8, "`kernel_cache_bytes`");
  row(offsetof(NneJob, prefetch), sizeof NneJob::prefetch, "`prefetch`");
  row(offsetof(TpJob, perm), 3, "`perm[3]`");
  row(offsetof(TpJob, bias), 4, "`bias` | fully_connected");
  row(offsetof(TpJob, output_scale), 4, "`output_scale`");
  row(offsetof(TpJob, lrn), sizeof TpJob::lrn, "`lrn`");
  row(offsetof(TpJob, reserved), sizeof TpJob::reserved, "reserved");
  row(offsetof(PpuJob, threads), 4, "`threads`");
  row(offsetof(PpuJob, uniforms), sizeof PpuJob::uniforms, "`uniforms[32]`");
  row(offsetof(CoefficientHeader, stream_bits), sizeof CoefficientHeader::stream_bits, "`stream_bits[32]`");
}

// The worked example of §5.2, decoded by the published rules.
TEST(Documentation, CoefficientExampleDecodes) {
  EXPECT_THAT(documentation(), HasSubstr("bytes 25 E9 A8 D9 38"));
  EXPECT_THAT(documentation(), HasSubstr("`symbol_map` = 0 1 2 3 5 6 7 4"));
  const std::uint8_t stream[] = {0x25, 0xE9, 0xA8, 0xD9, 0x38};
  const int symbol_map[kCategories] = {0, 1, 2, 3, 5, 6, 7, 4};
  int at = 0;
  const auto bit = [&] {
    const int value = (stream[at / 8] >> (7 - at % 8)) & 1;
    ++at;
    return value;
  };
  const auto bits = [&](int count) {
    int value = 0;
    while (count-- > 0) value = 2 * value + bit();
    return value;
  };
  const auto category = [&] {
    int prefix = 0;
    for (int length = 1; length <= 5; ++length) {
      prefix = 2 * prefix + bit();
      for (int k = 0; k < kCategories; ++k) {
        const PrefixCode& code = kPrefixCodes[static_cast<std::size_t>(symbol_map[k])];
        if (code.length == length && code.bits == prefix) return k;
      }
    }
    return -1;
  };
  std::vector<int> weights;
  while (weights.size() < 9) {
    const int k = category();
    int r = 0;
    if (k == kRawCategory) {
      r = static_cast<std::int8_t>(bits(8));
    } else if (k > 0) {
      const int sign = bit();
      r = (1 << (k - 1)) + bits(k - 1);
      if (sign != 0) r = -r;
    }
    weights.push_back(128 + r);
  }
  EXPECT_EQ(at, 39);
  EXPECT_EQ(weights, (std::vector<int>{128, 129, 127, 131, 128, 123, 128, 228, 130}));
}

}  // namespace
}  // namespace trireme

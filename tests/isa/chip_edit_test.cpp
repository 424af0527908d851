// SPDX-License-Identifier: Apache-2.0
#include "isa/chip_edit.h"

#include <gtest/gtest.h>

#include "isa/chip.h"
#include "support/error.h"

namespace trireme {
namespace {

constexpr const char* kFile =
    "# why\n"
    "inherits: vip9000pico_pid0xee\n"
    "name: mine\n"
    "dram:  # the board's\n"
    "  bytes: {value: 268435456, basis: assumed, source: \"a guess\"}\n";

TEST(ChipEdit, ReplacesALineAndAddsWhatIsInherited) {
  const std::string own =
      "inherits: vip9000pico_pid0xee\nname: mine\nnne:\n  # before\n  launch_cycles: {value: 9, "
      "basis: assumed, source: \"x\"}\n\ntp:\n  launch_cycles: {value: 8, basis: assumed, "
      "source: \"y\"}\n";
  EXPECT_EQ(
      with_fitted_field(own, "mine.yaml", "nne.launch_cycles", 1234, "so"),
      "inherits: vip9000pico_pid0xee\nname: mine\nnne:\n  # before\n  launch_cycles: {value: 1234, basis: "
      "fitted, source: \"so\"}\n\ntp:\n  launch_cycles: {value: 8, basis: assumed, source: \"y\"}\n");
  const std::string added = with_fitted_field(own, "mine.yaml", "dram.path_latency_ps", 55, "so");
  EXPECT_EQ(added, own + "dram:\n  path_latency_ps: {value: 55, basis: fitted, source: \"so\"}\n");
  EXPECT_EQ(parse_chip(added, "mine.yaml").dram.path_latency_ps, 55);
  EXPECT_EQ(parse_chip(added, "mine.yaml").nne.launch_cycles, 9);
}

TEST(ChipEdit, RefusesWhatItCannotFind) {
  EXPECT_THROW(with_fitted_field(kFile, "mine.yaml", "dram.no_such_field", 1, "so"), Error);
  EXPECT_THROW(with_fitted_field(kFile, "mine.yaml", "clock_hz", 1, "so"), Error);
}

}  // namespace
}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// The chips that ship, held against a second copy of what is published of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/chip_description.h"
#include "isa/peak.h"

namespace trireme {
namespace {

using ::testing::UnorderedElementsAreArray;

// From hardware.md §1.2 and §1.3, typed a second time; TOPS and clock from §1.4. A row the database lacks has
// pid 0 or no SRAM width here and is not in kUnpublished's company by accident.
struct Published {
  const char* name;
  std::uint32_t pid;
  const char* generation;
  int cores, cores_int16, input_lines, accumulator_lines, output_lanes, zrl_bits, max_tile, max_kernel;
  int tp, tp_lite, ppu, threads;
  int vip_kib, axi_sram_bytes, outstanding, burst;
  int physical_width, single_port;
  bool stride_two, depthwise, tensor_add, per_channel, small_batch, float_multiplier;
};

constexpr Published kPublished[] = {
    {"A311D", 0x88, "v7",    8,  8,  12, 64, 8,     5,     64,    11,    4,     0,    1,
     256,     512,  1048576, 32, 64, 32, 0,  false, false, false, false, false, false},
    {"S905D3", 0x99, "v7", 2,  0,  6,  64, 8,     8,     64,    11,    1,     7,    1,
     256,      512,  0,    32, 64, 64, 0,  false, false, false, false, false, false},
    {"C308X", 0xA1, "v7",    8,  8,  12, 64, 8,     8,     64,    11,    6,     0,    1,
     256,     1024, 4452352, 32, 64, 64, 0,  false, false, false, false, false, false},
    {"STM32MP25", 0x15, "v7", 2,  2,  6,  64, 8,     8,     64,    11,    1,     7,    2,
     512,         128,  0,    32, 64, 64, 0,  false, false, false, false, false, false},
    {"i.MX 8M Plus", 0x9F, "v8",  6,     6,     9,    32, 16, 8, 64, 15, 3, 0, 1, 256, 256, 0, 64, 256, 64, 0,
     false,          true, false, false, false, false},
    {"AB301", 0xB9, "v8", 4,  4,   9,  32, 16,    8,    64,    15,    1,    7,    1,
     256,     512,  0,    64, 256, 64, 1,  false, true, false, false, true, false},
    {"C305X", 0xBE, "v8",   8,  8,   9,  32, 16,    8,    64,    15,    3,    0,    1,
     256,     1024, 253952, 64, 256, 64, 1,  false, true, false, false, true, false},
    {"AR301", 0xE8, "v8", 8,  8,   9,   32, 32,   8,    128,  15,   1,    0,   1,
     256,     1024, 0,    64, 256, 128, 1,  true, true, true, true, true, true},
    {"V853", 0xEE, "v8", 3,  3,   9,  32, 8,    8,    128,  15,   1,     0,   1,
     256,    128,  0,    64, 256, 64, 1,  true, true, true, true, false, true},
    {"T527", 0x10000016, "v8", 6,  6,   9,  32, 16,   8,    128,  15,   2,    0,   1,
     256,    512,        0,    64, 256, 64, 1,  true, true, true, true, true, true},
    // The database gives it no TP; the core of its file stands for other units (chips/README.md).
    {"A733", 0x1000003B, "v8", 8,  8,   9,   32, 32,   8,    255,  15,   1,    0,   1,
     256,    512,        0,    64, 256, 128, 1,  true, true, true, true, true, true},
};

// Chips without a public row of the feature database.
const std::set<std::string> kUnpublished = {"RK1808", "RK3399Pro", "RV1109", "RV1126", "VS640", "VS680"};

const std::vector<Chip>& shipped_chips() {
  static const std::vector<Chip> chips = all_chips();
  return chips;
}

std::map<std::string, Chip> by_market_name() {
  std::map<std::string, Chip> chips;
  for (const Chip& chip : shipped_chips()) chips.emplace(chip.market_name, chip);
  return chips;
}

TEST(ShippedChips, AreTheseAndNoOthers) {
  std::vector<std::string> expected(kUnpublished.begin(), kUnpublished.end()), found;
  for (const Published& row : kPublished) expected.emplace_back(row.name);
  for (const Chip& chip : shipped_chips()) found.push_back(chip.market_name);
  EXPECT_THAT(found, UnorderedElementsAreArray(expected));  // nor the files they inherit from
}

TEST(ShippedChips, EveryFieldHasASourceOfItsOwn) {
  for (const Chip& chip : shipped_chips()) {
    for (const FieldOrigin& origin : explain_chip(chip.yaml, chip.name)) {
      EXPECT_NE(origin.source.rfind("set in ", 0), 0u) << chip.name << " " << origin.key;
    }
  }
}

TEST(ShippedChips, AgreeWithTheFeatureDatabase) {
  const std::map<std::string, Chip> chips = by_market_name();
  for (const Published& row : kPublished) {
    SCOPED_TRACE(row.name);
    const Chip& chip = chips.at(row.name);
    EXPECT_EQ(chip.pid, row.pid);
    EXPECT_EQ(chip.generation, row.generation);
    EXPECT_EQ(chip.nne.cores, row.cores);
    EXPECT_EQ(chip.nne.cores_int16, row.cores_int16);
    EXPECT_EQ(chip.nne.mads_per_core, 64);
    EXPECT_EQ(chip.nne.input_buffer_lines, row.input_lines);
    EXPECT_EQ(chip.nne.accumulator_lines, row.accumulator_lines);
    EXPECT_EQ(chip.nne.output_lanes, row.output_lanes);
    EXPECT_EQ(chip.nne.zrl_bits, row.zrl_bits);
    EXPECT_EQ(chip.nne.max_tile_width, row.max_tile);
    EXPECT_EQ(chip.nne.max_kernel, row.max_kernel);
    EXPECT_EQ(chip.tp.cores, row.tp);
    EXPECT_EQ(chip.tp.lite_cores, row.tp_lite);
    EXPECT_EQ(chip.ppu.cores, row.ppu);
    EXPECT_EQ(chip.ppu.threads, row.threads);
    EXPECT_EQ(chip.vip_sram.bytes, row.vip_kib * 1024);
    EXPECT_EQ(chip.axi_sram.bytes, row.axi_sram_bytes);
    EXPECT_EQ(chip.axi.max_outstanding, row.outstanding);
    EXPECT_EQ(chip.axi.burst_bytes, row.burst);
    EXPECT_EQ(chip.nne.native_stride_two, row.stride_two);
    EXPECT_EQ(chip.nne.depthwise, row.depthwise);
    EXPECT_EQ(chip.nne.tensor_add, row.tensor_add);
    EXPECT_EQ(chip.nne.leaky_relu, row.tensor_add);  // the same column pattern in §1.3
    EXPECT_EQ(chip.nne.per_channel, row.per_channel);
    EXPECT_EQ(chip.nne.small_batch, row.small_batch);
    EXPECT_EQ(chip.nne.coefficient_coding,
              is_v7(chip) ? CoefficientCoding::zero_run : CoefficientCoding::huffman);
    EXPECT_EQ(chip.requant_rule, is_v7(chip)            ? RequantRule::vip7
                                 : row.float_multiplier ? RequantRule::vipf
                                                        : RequantRule::vip8);
  }
}

// §1.5: usable bytes a cycle = physical width, halved by the SRAM's clock, halved again by a single port.
TEST(ShippedChips, SramWidthFollowsFromThePhysicalOne) {
  const std::map<std::string, Chip> chips = by_market_name();
  for (const Published& row : kPublished) {
    const SramConfig& sram = chips.at(row.name).vip_sram;
    EXPECT_EQ(sram.bytes_per_cycle, row.physical_width / 2 / (row.single_port + 1)) << row.name;
    EXPECT_EQ(sram.ports, 2 - row.single_port) << row.name;
  }
}

// §1.4: published TOPS against cores * lanes * dot product * clock, 3 % for rounding in brochures.
TEST(ShippedChips, PeakIsWhatIsAdvertised) {
  struct Row {
    const char* name;
    double tops;
    const char* exception;  // why it is not within 3 %
  };
  const Row rows[] = {
      {"A311D", 5.0, ""},
      {"S905D3", 1.2, ""},
      {"C308X", 4.0, ""},
      {"C305X", 2.0, ""},
      {"AB301", 1.25, ""},
      {"AR301", 1.25, "the vendor's tool repeats the figure of AB301, §1.4: unresolved"},
      {"i.MX 8M Plus", 2.3, ""},
      {"RK1808", 3.0, ""},
      {"RK3399Pro", 3.0, ""},
      {"STM32MP25", 1.2, ""},
      {"T527", 2.0, "advertised for a clock of 868 MHz; the board's highest is 696"},
      {"A733", 3.0, "advertised for 1 GHz, 3.07; the operating point is 1008 MHz: 3.2 % more"},
      {"V853", 1.0, "advertised for about 1 GHz; the board's default is 348 MHz"}};
  const std::map<std::string, Chip> chips = by_market_name();
  for (const Row& row : rows) {
    const double tops = peak_tops(chips.at(row.name));
    const bool near = std::abs(tops / row.tops - 1) <= 0.03;
    EXPECT_EQ(near, std::string(row.exception).empty()) << row.name << ": " << tops << " " << row.exception;
  }
}

// The synthetic stack of 5x5 convolutions (456.8e9 MAC) is at 96 to 100 % of peak (silicon/README.md): what
// the clocks of VS640 and VS680 are derived from.
TEST(ShippedChips, SynapticsClocksExplainTheSyntheticStack) {
  const std::map<std::string, Chip> chips = by_market_name();
  const auto utilization = [&](const char* name, double seconds) {
    const Chip& chip = chips.at(name);
    return 456.8e9 / seconds / (double(peak_macs_per_cycle(chip)) * double(chip.clock_hz));
  };
  // 456.8e9 / 0.56381 = 8.102e11 of 4 * 64 * 3 * 1.06e9 = 8.141e11: 0.9952
  EXPECT_NEAR(utilization("VS640", 0.56381), 0.9952, 1e-4);
  // 456.8e9 / 0.11934 = 3.8277e12 of 22 * 64 * 3 * 0.92e9 = 3.8861e12: 0.9850
  EXPECT_NEAR(utilization("VS680", 0.11934), 0.9850, 1e-4);
}

// Every spelling that published tables, target files and boards use.
TEST(ShippedChips, EverySpellingIsFound) {
  const std::map<std::string, std::vector<const char*>> spellings = {
      {"A311D", {"A311D", "a311d", "VIPNANOQI_PID0X88", "0x88", "VIM3"}},
      {"S905D3", {"S905D3", "VIPNANOQI_PID0X99", "VIM3L"}},
      {"C308X", {"C308X", "VIPNANOQI_PID0XA1"}},
      {"C305X", {"C305X", "VIPNANOQI_PID0XBE", "T3"}},
      {"AB301", {"AB301", "VIPNANOQI_PID0XB9", "T962", "0xB9"}},
      {"AR301", {"AR301", "VIPNANOQI_PID0XE8", "T982", "0xE8"}},
      {"i.MX 8M Plus", {"i.MX 8M Plus", "i.MX8MP", "imx8mp", "iMX 8MP", "i.MX8M-Plus", "0x9F"}},
      {"STM32MP25", {"STM32MP25", "STM32MP257", "stm32mp257f-dk2"}},
      {"V853", {"V853", "R853", "VIP9000PICO_PID0XEE"}},
      {"T527", {"T527", "MR527", "VIP9000NANOSI_PLUS_PID0X10000016"}},
      {"A733", {"A733", "T736", "VIP9000NANODI_PLUS_PID0X1000003B", "VIP9000NANODI_PID0X1000003B"}},
      {"RK1808", {"RK1808"}},
      {"RK3399Pro", {"RK3399Pro", "rk3399pro"}},
      {"RV1109", {"RV1109"}},
      {"RV1126", {"RV1126"}},
      {"VS640", {"VS640", "SL1640", "VS640/SL1640", "VIP9000NANOSI_PID0XC2"}},
      {"VS680", {"VS680", "SL1680", "VS680/SL1680", "VIP9000NANOQI_PLUS_PID0XC1"}}};
  for (const auto& [market_name, names] : spellings) {
    for (const char* name : names) EXPECT_EQ(find_chip(name).market_name, market_name) << name;
  }
}

TEST(ShippedChips, NoTwoShareAName) {
  std::map<std::string, std::string> owner;
  for (const Chip& chip : shipped_chips()) {
    std::set<std::string> names = {normalized_chip_name(chip.name)};
    for (const std::string& alias : chip.aliases) names.insert(normalized_chip_name(alias));
    for (const std::string& name : names) {
      EXPECT_TRUE(owner.emplace(name, chip.name).second) << name << ": " << chip.name << ", " << owner[name];
    }
  }
}

}  // namespace
}  // namespace trireme

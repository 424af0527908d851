// SPDX-License-Identifier: Apache-2.0
#include "isa/chip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/error.h"
#include "support/files.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const fs::path kShipped = fs::path(TRIREME_SOURCE_DIR) / "chips" / "vip9000pico_pid0xee.yaml";

std::string shipped_text() { return read_text(kShipped); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

int line_of(const std::string& text, const std::string& part) {
  const auto at = static_cast<std::ptrdiff_t>(text.find(part));
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + at, '\n'));
}

// The one line each problem of the thrown Error prints, joined.
std::string message_of(const std::string& yaml, const std::string& file = "own.yaml") {
  try {
    parse_chip(yaml, file);
  } catch (const Error& error) {
    std::string text;
    for (const Problem& problem : error.problems()) text += to_string(problem) + "\n";
    return text;
  }
  return "no error";
}

class ChipFolder : public ::testing::Test {
 protected:
  ChipFolder() : folder_(fs::temp_directory_path() / ("trireme_chips_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    setenv("TRIREME_CHIPS", folder_.c_str(), 1);
  }
  ~ChipFolder() override {
    unsetenv("TRIREME_CHIPS");
    fs::remove_all(folder_);
  }
  void put(const std::string& name, const std::string& text) { write_file(folder_ / name, text); }
  fs::path folder_;
};

TEST(Chip, ShippedChipHasThePublishedValues) {
  const Chip chip = find_chip(kDefaultChip);
  EXPECT_EQ(chip.name, "vip9000pico_pid0xee");
  EXPECT_EQ(chip.market_name, "V853");
  EXPECT_EQ(chip.pid, 0xEEu);
  EXPECT_EQ(chip.clock_hz, 348'000'000);
  EXPECT_EQ(chip.nne.cores, 3);
  EXPECT_EQ(chip.nne.accumulator_lines, 32);
  EXPECT_TRUE(chip.nne.depthwise);
  EXPECT_EQ(chip.tp.cores, 1);
  EXPECT_EQ(chip.ppu.temp_registers, 32);
  EXPECT_EQ(chip.vip_sram.bytes, 131072);
  EXPECT_EQ(chip.axi.burst_bytes, 256);
  EXPECT_EQ(chip.dram.tcl_ps, 13750);
  EXPECT_EQ(chip.requant_rule, RequantRule::vipf);
  EXPECT_EQ(chip.ties, Ties::half_up);
}

TEST(Chip, EverySpellingOfTheNameIsFound) {
  for (const char* name : {"vip9000pico_pid0xee", "VIP9000PICO_PID0XEE", "vip9000pico-pid0xee", "V853",
                           "v853", "R853", " V 853", "VIP9000/PICO.PID0xEE", "0xEE", "vip9000 pico"}) {
    EXPECT_EQ(find_chip(name).name, kDefaultChip) << name;
  }
  EXPECT_EQ(find_chip(kShipped.string()).name, kDefaultChip);
}

TEST(Chip, UnknownNameNamesTheNearest) {
  try {
    find_chip("V583");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("V583"), HasSubstr("V853")));
  }
  EXPECT_THROW(find_chip("nowhere/own.yaml"), Error);
}

// There are over a hundred names: a message in a table has no room for them.
TEST(Chip, UnknownNameNearNoneNamesTheCommandThatLists) {
  try {
    find_chip("nosuch");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "there is no chip 'nosuch' ('trireme chips' lists those there are)");
  }
}

TEST(Chip, EveryFieldSaysWhereItComesFrom) {
  const std::vector<FieldOrigin> origins = explain_chip(shipped_text(), kShipped.string());
  // 3 at the top, nne 33, tp 8, ppu 10, VIP-SRAM 6, AXI-SRAM 5, axi 3, dram 26, front end 3, governor 2, host
  // 3, compiler 2, requantizer 2
  EXPECT_EQ(origins.size(), 109u);
  for (const FieldOrigin& origin : origins) {
    EXPECT_NE(origin.source, "") << origin.key;
    EXPECT_NE(origin.meaning, "") << origin.key;
    EXPECT_NE(origin.basis, "") << origin.key;
  }
  const FieldOrigin& cores = origins[3];
  EXPECT_EQ(cores.key, "nne.cores");
  EXPECT_EQ(cores.value, "3");
  EXPECT_EQ(cores.basis, "published");
  EXPECT_EQ(cores.source, "hardware.md §1.3 NNCoreCount [F]");
  EXPECT_EQ(origins[0].value, "0xee");
}

TEST(Chip, ResolvedTextGivesTheSameChip) {
  const Chip chip = find_chip(kDefaultChip);
  const Chip again = parse_chip(chip.yaml, "resolved");
  EXPECT_EQ(again.yaml, chip.yaml);
  EXPECT_EQ(again.aliases, chip.aliases);
  EXPECT_EQ(again.nne.launch_cycles, chip.nne.launch_cycles);
  EXPECT_EQ(again.dram.type, chip.dram.type);
  EXPECT_EQ(again.ties, chip.ties);
}

TEST(Chip, UnknownKeyNamesLineAndNearest) {
  const std::string text = replaced(shipped_text(), "  cores: {value: 3", "  coers: {value: 3");
  const std::string line = "own.yaml:" + std::to_string(line_of(text, "coers"));
  EXPECT_THAT(message_of(text),
              AllOf(HasSubstr(line + ": key 'nne.coers'"), HasSubstr("did you mean 'cores'?"),
                    HasSubstr("key 'nne.cores'"), HasSubstr("missing")));
}

TEST(Chip, ValueOutOfRangeNamesWhatIsAllowed) {
  const std::string text = replaced(shipped_text(), "cores: {value: 3,", "cores: {value: 99,");
  const std::string line = "own.yaml:" + std::to_string(line_of(text, "value: 99"));
  EXPECT_THAT(message_of(text),
              AllOf(HasSubstr(line), HasSubstr("nne.cores"), HasSubstr("99"), HasSubstr("from 1 to 32")));
}

TEST(Chip, WrongTypesAreNamed) {
  EXPECT_THAT(message_of(replaced(shipped_text(), "cores: {value: 3,", "cores: {value: three,")),
              AllOf(HasSubstr("nne.cores"), HasSubstr("'three' is not an integer")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "depthwise: {value: true", "depthwise: {value: 7")),
              AllOf(HasSubstr("nne.depthwise"), HasSubstr("not a truth value")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "rule: {value: vipf", "rule: {value: vipff")),
              AllOf(HasSubstr("requantizer.rule"), HasSubstr("'vipf'")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "tp:\n", "tp: 1\nunused:\n")), HasSubstr("tp"));
  EXPECT_THAT(message_of("[]"), HasSubstr("not a mapping"));
  EXPECT_THAT(message_of(""), HasSubstr("not a mapping"));
}

TEST(Chip, OriginIsRequired) {
  EXPECT_THAT(
      message_of(replaced(shipped_text(), "{value: 3, basis: published,", "{value: 3, basis: guessed,")),
      AllOf(HasSubstr("nne.cores.basis"), HasSubstr("published, derived, fitted, assumed")));
  EXPECT_THAT(
      message_of(replaced(shipped_text(), "source: \"hardware.md §1.3 NNCoreCount [F]\"", "source: \" \"")),
      HasSubstr("nne.cores.source': is empty"));
  EXPECT_THAT(
      message_of(replaced(shipped_text(),
                          "cores: {value: 3, basis: published, source: \"hardware.md §1.3 NNCoreCount [F]\"}",
                          "cores: 3")),
      AllOf(HasSubstr("nne.cores"), HasSubstr("basis")));
}

TEST(Chip, AllProblemsAreReportedAtOnce) {
  std::string text = replaced(shipped_text(), "cores: {value: 3,", "cores: {value: 0,");
  text = replaced(text, "  banks: {value: 8", "  bancs: {value: 8");
  text = replaced(text, "ties: {value: half_up", "ties: {value: up");
  EXPECT_THAT(message_of(text), AllOf(HasSubstr("nne.cores"), HasSubstr("dram.bancs"),
                                      HasSubstr("dram.banks"), HasSubstr("requantizer.ties")));
}

TEST(Chip, FieldsMustFitEachOther) {
  EXPECT_THAT(
      message_of(replaced(shipped_text(), "coefficient_block: {value: 9", "coefficient_block: {value: 8")),
      AllOf(HasSubstr("nne.coefficient_block"), HasSubstr("write 9")));
  EXPECT_THAT(
      message_of(replaced(shipped_text(), "reserved_bytes: {value: 2048", "reserved_bytes: {value: 200000")),
      AllOf(HasSubstr("vip_sram.reserved_bytes"), HasSubstr("131072")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "burst_bytes: {value: 256", "burst_bytes: {value: 250")),
              HasSubstr("a multiple of 16"));
  EXPECT_THAT(message_of(replaced(shipped_text(), "banks: {value: 8", "banks: {value: 6")),
              AllOf(HasSubstr("dram.banks"), HasSubstr("power of two")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "row_bytes: {value: 2048", "row_bytes: {value: 128")),
              AllOf(HasSubstr("dram.row_bytes"), HasSubstr("axi.burst_bytes (256)")));
  EXPECT_THAT(message_of(replaced(shipped_text(), "bus_bytes: {value: 2", "bus_bytes: {value: 3")),
              HasSubstr("a divisor of 256"));
  EXPECT_THAT(message_of(replaced(shipped_text(), "bytes: {value: 536870912", "bytes: {value: 536870913")),
              HasSubstr("a multiple of 16384"));
  EXPECT_THAT(message_of(replaced(shipped_text(), "trfc_ps: {value: 260000", "trfc_ps: {value: 7800000")),
              HasSubstr("less than dram.trefi_ps (7800000)"));
  EXPECT_THAT(message_of(replaced(shipped_text(), "tras_ps: {value: 35000", "tras_ps: {value: 13000")),
              HasSubstr("at least 13750"));
}

TEST(Chip, AScheduledMemoryMustExist) {
  // Told where the file is read, with its line; a memory served in order uses none of these fields.
  const std::string in_order =
      replaced(shipped_text(), "mapping: {value: row-bank-column", "mapping: {value: row-column");
  EXPECT_EQ(message_of(in_order), "no error");
  std::string text = replaced(in_order, "model: {value: in_order", "model: {value: scheduled");
  text = replaced(text, "device_gbit: {value: 4", "device_gbit: {value: 3");
  const auto told = [&](const std::string& field) {
    return HasSubstr("own.yaml:" + std::to_string(line_of(text, "  " + field + ": ")) + ": key 'dram." +
                     field);
  };
  EXPECT_THAT(message_of(text), AllOf(told("device_gbit"), told("mapping"), HasSubstr("one bank")));
  text = replaced(text, "speed: {value: DDR3-1600", "speed: {value: LPDDR3-1600");
  EXPECT_THAT(message_of(text), AllOf(told("channel_bits"), HasSubstr("a power of two times 32")));
}

TEST_F(ChipFolder, InheritsAndOverrides) {
  put("big.yaml",
      "name: big\ninherits: V853\nmarket_name: Big\nnne:\n  cores: 8\n  launch_cycles: {value: 100, basis: "
      "fitted, source: \"my board\"}\n");
  const Chip chip = find_chip("BIG");
  EXPECT_EQ(chip.name, "big");
  EXPECT_EQ(chip.market_name, "Big");
  EXPECT_TRUE(chip.aliases.empty());
  EXPECT_EQ(chip.nne.cores, 8);
  EXPECT_EQ(chip.nne.launch_cycles, 100);
  EXPECT_EQ(chip.tp.cores, 1);
  EXPECT_THAT(chip.yaml, AllOf(HasSubstr("cores: {value: 8, basis: assumed, source: \"set in big.yaml\"}"),
                               HasSubstr("launch_cycles: {value: 100, basis: fitted, source: \"my board\"}"),
                               Not(HasSubstr("inherits"))));
  EXPECT_EQ(parse_chip(chip.yaml, "resolved").yaml, chip.yaml);
  EXPECT_EQ(find_chip("V853").nne.cores, 3);
}

// A chip is an NPU and a memory: the base named first speaks first, the own file before both.
TEST_F(ChipFolder, InheritsFromSeveral) {
  put("memory.yaml", "dram:\n  queue_bursts: 7\n  device_gbit: {value: 2, basis: assumed, source: board}\n");
  put("both.yaml", "name: both\ninherits: [memory.yaml, V853]\ndram:\n  device_gbit: 8\n");
  EXPECT_THAT(message_of(read_text(folder_ / "both.yaml"), (folder_ / "both.yaml").string()),
              AllOf(HasSubstr("memory.yaml:2: key 'dram.queue_bursts'"), HasSubstr("basis")));
  put("memory.yaml",
      "dram:\n  queue_bursts: {value: 7, basis: derived, source: board}\n"
      "  device_gbit: {value: 2, basis: assumed, source: board}\n");
  const Chip chip = find_chip("both");
  EXPECT_EQ(chip.dram.queue_bursts, 7);
  EXPECT_EQ(chip.dram.device_gbit, 8);
  EXPECT_EQ(chip.nne.cores, 3);
  EXPECT_EQ(chip.market_name, "V853");
  put("both.yaml", "name: both\ninherits: [V853, memory.yaml]\n");
  EXPECT_EQ(find_chip("both").dram.queue_bursts, 16);
  put("both.yaml", "name: both\ninherits: [memory.yaml, both.yaml]\n");
  EXPECT_THAT(message_of(read_text(folder_ / "both.yaml"), (folder_ / "both.yaml").string()),
              HasSubstr("inherits from itself"));
}

// A user's board: a shipped chip with a shipped memory and a clock of its own.
TEST_F(ChipFolder, AnOwnChipInheritsFromAShippedOne) {
  put("board.yaml", "name: board\ninherits: [memory/lpddr4x_4266_x32.yaml, A311D]\nclock_hz: 700000000\n");
  const Chip chip = find_chip("board"), base = find_chip("A311D");
  EXPECT_EQ(chip.clock_hz, 700'000'000);
  EXPECT_EQ(chip.dram.speed, "LPDDR4X-4266");
  EXPECT_EQ(chip.dram.limit_bytes_per_second, base.dram.limit_bytes_per_second);
  EXPECT_EQ(chip.nne.plane_dot_product, 6);
}

// Names are read without the rest of a file, however it is laid out.
TEST_F(ChipFolder, AliasesAreFoundInAnyLayout) {
  put("lines.yaml", "# one a line\naliases:\n- First One\n# and\n- second\nname: lines\ninherits: V853\n");
  put("flow.yaml", "{aliases: [third], inherits: V853, name: flow}\n");
  EXPECT_EQ(find_chip("firstone").name, "lines");
  EXPECT_EQ(find_chip("second").name, "lines");
  EXPECT_EQ(find_chip("third").name, "flow");
}

// A folder of one's own goes first with all its names, whatever the files of both folders are called.
TEST_F(ChipFolder, AnOwnAliasHidesAShippedName) {
  put("zz.yaml", "name: zz\naliases: [A311D]\ninherits: V853\n");
  EXPECT_EQ(find_chip("A311D").name, "zz");
  EXPECT_EQ(find_chip("vipnanoqi_pid0x88").name, "vipnanoqi_pid0x88");
}

TEST_F(ChipFolder, ErrorsOfAnInheritingFileNameThatFile) {
  const std::string file = (folder_ / "own.yaml").string();
  EXPECT_THAT(message_of("name: own\ninherits: V853\nnne:\n  coers: 8\n", file),
              AllOf(HasSubstr("own.yaml:4: key 'nne.coers'"), HasSubstr("did you mean 'cores'?")));
  EXPECT_THAT(message_of("name: own\ninherits: V853\nnne:\n  cores: 800\n", file), HasSubstr("own.yaml:4"));
  EXPECT_THAT(message_of("inherits: V853\n", file), AllOf(HasSubstr("own.yaml"), HasSubstr("key 'name'")));
  EXPECT_THAT(message_of("name: Own Chip\ninherits: V853\n", file), HasSubstr("no chip name"));
  EXPECT_THAT(message_of("name: own\ninherits: V854\n", file),
              AllOf(HasSubstr("own.yaml:2"), HasSubstr("V853")));
  EXPECT_THAT(message_of("name: own\ninherits: V853\nnne:\n  coefficient_block: 8\n", file),
              HasSubstr("own.yaml:4: key 'nne.coefficient_block'"));
}

TEST_F(ChipFolder, InheritanceEnds) {
  put("one.yaml", "name: one\ninherits: two.yaml\n");
  put("two.yaml", "name: two\ninherits: one.yaml\n");
  EXPECT_THAT(message_of(read_text(folder_ / "one.yaml"), (folder_ / "one.yaml").string()),
              HasSubstr("inherits from itself"));
  for (int i = 0; i < 9; ++i) {
    put("c" + std::to_string(i) + ".yaml",
        "name: c" + std::to_string(i) + "\ninherits: c" + std::to_string(i + 1) + ".yaml\n");
  }
  put("c9.yaml", replaced(shipped_text(), "name: vip9000pico_pid0xee", "name: c9"));
  EXPECT_THAT(message_of(read_text(folder_ / "c0.yaml"), (folder_ / "c0.yaml").string()),
              HasSubstr("more than 8"));
  EXPECT_EQ(find_chip((folder_ / "c2.yaml").string()).name, "c2");  // c2 to c9 are eight
}

TEST_F(ChipFolder, ABrokenNeighbourDoesNotHideAChip) {
  put("broken.yaml", "name: [\n");
  EXPECT_EQ(find_chip("V853").name, kDefaultChip);
  EXPECT_THROW(find_chip("broken"), Error);
  EXPECT_THROW(all_chips(), Error);
}

}  // namespace
}  // namespace trireme

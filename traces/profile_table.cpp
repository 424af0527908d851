// SPDX-License-Identifier: Apache-2.0
// The profile as people read it: one table of layers, one of where each layer's engine lost its time, one of
// the engines, and the totals.
#include <fmt/format.h>

#include "support/text.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

std::string number(std::uint64_t value) { return with_thousands(static_cast<std::int64_t>(value)); }

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// Converters join the names of everything they folded into a layer. Its beginning and its end, which holds
// the number, tell layers apart; profile.json has all of it.
std::string shown_lid(const std::string& lid) {
  constexpr std::size_t kMost = 44, kHead = 20;
  if (lid.size() <= kMost) return lid;
  // Not in the middle of a UTF-8 character.
  const auto whole = [&](std::size_t at) {
    while (at < lid.size() && (static_cast<unsigned char>(lid[at]) & 0xC0U) == 0x80U) ++at;
    return at;
  };
  return lid.substr(0, whole(kHead)) + ".." + lid.substr(whole(lid.size() - (kMost - kHead - 2)));
}

// "conv1_13 +2": the names of merged layers would make the table wider than any screen.
std::string layer_title(const LayerProfile& layer) {
  const std::string lid = shown_lid(layer.lid);
  return layer.merged.empty() ? lid : fmt::format("{} +{}", lid, layer.merged.size());
}

// Bytes a memory was read and written, in the order of the columns; the AXI-SRAM only where it is used.
bool uses_axi_sram(const Profile& profile) {
  return profile.traffic.axi_read + profile.traffic.axi_write > 0;
}

void add_bytes(std::vector<std::string>& cells, const Traffic& bytes, bool axi_sram) {
  for (const std::uint64_t count : {bytes.ddr_read, bytes.ddr_write}) cells.push_back(number(count));
  if (axi_sram) cells.push_back(number(bytes.axi_read)), cells.push_back(number(bytes.axi_write));
  for (const std::uint64_t count : {bytes.sram_read, bytes.sram_write}) cells.push_back(number(count));
}

Table layer_table(bool axi_sram) {
  Table table;
  table.column("#");
  table.column("layer", Table::Align::left);
  table.column("op", Table::Align::left);
  table.column("engine", Table::Align::left);
  for (const char* title : {"busy cyc", "excl cyc", "share %", "time us", "DDR rd B", "DDR wr B"})
    table.column(title);
  if (axi_sram) table.column("AXI rd B"), table.column("AXI wr B");
  for (const char* title : {"SRAM rd B", "SRAM wr B", "MACs", "util %", "PPU instr"}) table.column(title);
  return table;
}

std::string layers_text(const Profile& profile) {
  const bool axi_sram = uses_axi_sram(profile);
  Table table = layer_table(axi_sram);
  int index = 0;
  for (const LayerProfile& layer : profile.layers) {
    std::vector<std::string> cells = {std::to_string(index++),
                                      layer_title(layer),
                                      layer.op,
                                      layer.engine,
                                      number(layer.busy_cycles),
                                      number(layer.exclusive_cycles),
                                      percent(layer.exclusive_cycles, profile.total_cycles),
                                      fmt::format("{:.2f}", profile.microseconds(layer.exclusive_cycles))};
    add_bytes(cells, layer.traffic, axi_sram);
    cells.push_back(number(layer.macs));
    cells.push_back(layer.engine != "NN" ? "-" : fmt::format("{:.1f}", 100 * layer.utilization));
    cells.push_back(layer.ppu_instructions == 0 ? "-" : number(layer.ppu_instructions));
    table.row(cells);
  }
  const std::uint64_t outside = profile.exclusive_outside_layers;
  std::vector<std::string> start = {"",
                                    "(network start)",
                                    "",
                                    "",
                                    "",
                                    number(outside),
                                    percent(outside, profile.total_cycles),
                                    fmt::format("{:.2f}", profile.microseconds(outside))};
  start.resize(start.size() + (axi_sram ? 9 : 7));
  table.row(start);
  table.rule();
  std::vector<std::string> total = {"",
                                    "total",
                                    "",
                                    "",
                                    "",
                                    number(profile.total_cycles),
                                    percent(profile.total_cycles, profile.total_cycles),
                                    fmt::format("{:.2f}", profile.total_microseconds())};
  add_bytes(total, profile.traffic, axi_sram);
  total.insert(total.end(), {number(profile.macs), "", number(profile.ppu_instructions)});
  table.row(total);
  return table.str();
}

void add_cause_columns(Table& table) {
  for (int cause = 0; cause < kCauses; ++cause) table.column(name_of(static_cast<Cause>(cause)));
  table.column("total");
}

void add_causes(std::vector<std::string>& cells, const CauseCycles& causes) {
  for (const std::uint64_t cycles : causes.cycles) cells.push_back(number(cycles));
  cells.push_back(number(causes.total()));
}

std::string layer_causes_text(const Profile& profile) {
  Table table;
  table.column("#");
  table.column("layer", Table::Align::left);
  table.column("engine", Table::Align::left);
  add_cause_columns(table);
  int index = 0;
  for (const LayerProfile& layer : profile.layers) {
    std::vector<std::string> cells = {std::to_string(index++), shown_lid(layer.lid), layer.engine};
    add_causes(cells, layer.causes);
    if (layer.causes.total() > 0) table.row(cells);
  }
  return table.str();
}

std::string engines_text(const Profile& profile) {
  Table table;
  table.column("engine", Table::Align::left);
  table.column("jobs");
  table.column("busy %");
  add_cause_columns(table);
  for (const EngineProfile& engine : profile.engines) {
    std::vector<std::string> cells = {engine.engine, number(engine.jobs),
                                      percent(engine.busy_cycles, profile.total_cycles)};
    add_causes(cells, engine.causes);
    table.row(cells);
  }
  return table.str();
}

std::string bandwidth(std::uint64_t bytes, const Profile& profile) {
  const double microseconds = profile.total_microseconds();
  return microseconds == 0 ? "-" : fmt::format("{:.1f} MB/s", static_cast<double>(bytes) / microseconds);
}

std::string totals_text(const Profile& profile) {
  const Traffic& bytes = profile.traffic;
  std::string text;
  text += fmt::format("clock      {:.3f} MHz\n", 1e-6 * static_cast<double>(profile.clock_hz));
  if (profile.ramp_ps > 0) {
    text += fmt::format("start      {:.3f} MHz for the first {:.3f} us; times of layers are at full clock\n",
                        1e-6 * static_cast<double>(profile.start_hz),
                        1e-6 * static_cast<double>(profile.ramp_ps));
  }
  text += fmt::format("time       {} cycles = {:.4f} ms\n", number(profile.total_cycles), profile.time_ms());
  text += fmt::format("speed      {:.1f} fps\n", profile.fps());
  const auto line = [&](const char* memory, std::uint64_t read, std::uint64_t written) {
    text += fmt::format("{:<10} {} B read ({}), {} B written ({})\n", memory, number(read),
                        bandwidth(read, profile), number(written), bandwidth(written, profile));
  };
  line("DDR", bytes.ddr_read, bytes.ddr_write);
  if (uses_axi_sram(profile)) line("AXI-SRAM", bytes.axi_read, bytes.axi_write);
  line("VIP-SRAM", bytes.sram_read, bytes.sram_write);
  return text;
}

}  // namespace

std::string profile_table(const Profile& profile) {
  if (profile.total_cycles == 0)
    return fmt::format("{} on {}\n\n{}\n", profile.network, profile.chip, kNoTime);
  return fmt::format(
      "{} on {}\n\n{}\nlayer +N: N more layers are computed with it (graph.json names them). excl cyc: "
      "charged to this "
      "layer\nalone, adds up to the run. util: of the MACs its busy cycles could do.\n"
      "\nCycles of each layer's engine by cause\n\n{}\nCycles of each engine by "
      "cause\n\n{}\n{}",
      profile.network, profile.chip, layers_text(profile), layer_causes_text(profile), engines_text(profile),
      totals_text(profile));
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "isa/chip.h"
#include "isa/peak.h"
#include "support/text.h"

namespace trireme {

namespace {

Json chip_json(const Chip& chip) {
  return {{"name", chip.name},
          {"market_name", chip.market_name},
          {"generation", chip.generation},
          {"pid", chip.pid},
          {"clock_hz", chip.clock_hz},
          {"nne_cores", chip.nne.cores},
          {"macs_per_cycle", peak_macs_per_cycle(chip)},
          {"tops", peak_tops(chip)},
          {"vip_sram_bytes", chip.vip_sram.bytes},
          {"axi_sram_bytes", chip.axi_sram.bytes},
          {"aliases", chip.aliases}};
}

int list_chips(bool json, bool aliases, const Console& console) {
  Table table;
  Json list = Json::array();
  for (const char* title : {"sold as", "name", "generation"}) table.column(title, Table::Align::left);
  for (const char* title : {"NNE cores", "MAC/cycle", "clock MHz", "TOPS", "VIP-SRAM KiB", "AXI-SRAM KiB"}) {
    table.column(title);
  }
  table.column("requantization", Table::Align::left);
  if (aliases) table.column("aliases", Table::Align::left);
  for (const Chip& chip : all_chips()) {
    std::vector<std::string> cells = {chip.market_name,
                                      chip.name,
                                      chip.generation,
                                      std::to_string(chip.nne.cores),
                                      std::to_string(peak_macs_per_cycle(chip)),
                                      fmt::format("{:.0f}", 1e-6 * static_cast<double>(chip.clock_hz)),
                                      fmt::format("{:.2f}", peak_tops(chip)),
                                      std::to_string(chip.vip_sram.bytes / 1024),
                                      std::to_string(chip.axi_sram.bytes / 1024),
                                      fmt::format("{}, {}", name_of(chip.requant_rule), name_of(chip.ties))};
    if (aliases) cells.push_back(join(chip.aliases, ", "));
    table.row(std::move(cells));
    list.push_back(chip_json(chip));
  }
  console.print(json ? json_text(list) : table.str());
  return kExitOk;
}

constexpr std::array kBases = {"published", "derived", "fitted", "assumed"};

int show_chip(const std::string& name, bool json, const Console& console) {
  const Chip chip = find_chip(name);
  Table table;
  Json list = Json::array();
  for (const char* title : {"field", "value", "unit", "basis", "meaning", "source"}) {
    table.column(title, Table::Align::left);
  }
  std::map<std::string, int> count;
  for (const FieldOrigin& field : explain_chip(chip.yaml, chip.name)) {
    ++count[field.basis];
    table.row({field.key, field.value, field.unit, field.basis, field.meaning, field.source});
    list.push_back({{"key", field.key},
                    {"value", field.value},
                    {"unit", field.unit},
                    {"basis", field.basis},
                    {"meaning", field.meaning},
                    {"source", field.source}});
  }
  if (json) {
    Json shown = chip_json(chip);
    for (const char* basis : kBases) shown["basis"][basis] = count[basis];
    shown["fields"] = std::move(list);
    console.print(json_text(shown));
    return kExitOk;
  }
  std::vector<std::string> counts;
  for (const char* basis : kBases) counts.push_back(fmt::format("{} {}", count[basis], basis));
  console.print(
      fmt::format("{} ({}): {} MAC a cycle, {:.2f} TOPS at {:.0f} MHz\n{} fields: {}\naliases: {}\n\n{}",
                  chip.market_name, chip.name, peak_macs_per_cycle(chip), peak_tops(chip),
                  1e-6 * static_cast<double>(chip.clock_hz), list.size(), join(counts, ", "),
                  join(chip.aliases, ", "), table.str()));
  return kExitOk;
}

}  // namespace

void add_chips(CLI::App& app, Chosen& chosen) {
  struct State {
    bool json = false, aliases = false;
    std::string name;
  };
  auto state = std::make_shared<State>();
  CLI::App* verb = add_verb(app, "chips", "List the chips that can be compiled for, or explain one.",
                            "trireme chips show A311D");
  verb->require_subcommand(0, 1);
  CLI::App* list = add_verb(*verb, "list", "Every chip: what it is sold as, its name and its size.",
                            "trireme chips list --aliases");
  for (CLI::App* lists : {verb, list}) {  // a bare `trireme chips` lists as well
    lists->add_flag("--aliases", state->aliases, "with all the names a chip is found by");
    add_json_option(lists, state->json);
    on_chosen(lists, chosen,
              [state](const Console& console) { return list_chips(state->json, state->aliases, console); });
  }
  CLI::App* show =
      add_verb(*verb, "show", "Every field of a chip: value, unit, meaning, where it comes from.",
               "trireme chips show A311D");
  show->add_option("NAME", state->name, "name, alias, or a .yaml file")->required();
  add_json_option(show, state->json);
  on_chosen(show, chosen,
            [state](const Console& console) { return show_chip(state->name, state->json, console); });
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "isa/chip.h"
#include "support/text.h"

namespace trireme {

namespace {

std::string megahertz(const Chip& chip) {
  return fmt::format("{:.0f}", 1e-6 * static_cast<double>(chip.clock_hz));
}

int list_chips(bool json, const Console& console) {
  Table table;
  Json list = Json::array();
  for (const char* title : {"name", "sold as", "generation"}) table.column(title, Table::Align::left);
  for (const char* title : {"PID", "clock MHz", "NNE cores", "VIP-SRAM KiB"}) table.column(title);
  table.column("requantization", Table::Align::left);
  table.column("aliases", Table::Align::left);
  for (const Chip& chip : all_chips()) {
    table.row({chip.name, chip.market_name, chip.generation, fmt::format("0x{:X}", chip.pid), megahertz(chip),
               std::to_string(chip.nne.cores), std::to_string(chip.vip_sram.bytes / 1024),
               fmt::format("{}, {}", name_of(chip.requant_rule), name_of(chip.ties)),
               join(chip.aliases, ", ")});
    list.push_back({{"name", chip.name},
                    {"market_name", chip.market_name},
                    {"generation", chip.generation},
                    {"pid", chip.pid},
                    {"clock_hz", chip.clock_hz},
                    {"aliases", chip.aliases}});
  }
  console.print(json ? json_text(list) : table.str());
  return kExitOk;
}

int show_chip(const std::string& name, bool json, const Console& console) {
  const Chip chip = find_chip(name);
  Table table;
  Json list = Json::array();
  for (const char* title : {"field", "value", "unit", "basis", "meaning", "source"}) {
    table.column(title, Table::Align::left);
  }
  for (const FieldOrigin& field : explain_chip(chip.yaml, chip.name)) {
    table.row({field.key, field.value, field.unit, field.basis, field.meaning, field.source});
    list.push_back({{"key", field.key},
                    {"value", field.value},
                    {"unit", field.unit},
                    {"basis", field.basis},
                    {"meaning", field.meaning},
                    {"source", field.source}});
  }
  const std::string title = fmt::format("{} ({})\n\n", chip.name, chip.market_name);
  console.print(json ? json_text({{"name", chip.name}, {"fields", std::move(list)}}) : title + table.str());
  return kExitOk;
}

}  // namespace

void add_chips(CLI::App& app, Chosen& chosen) {
  struct State {
    bool json = false;
    std::string name;
  };
  auto state = std::make_shared<State>();
  CLI::App* verb = add_verb(app, "chips", "List the chips that can be compiled for, or explain one.",
                            "trireme chips show v853");
  verb->require_subcommand(1);
  CLI::App* list = add_verb(*verb, "list", "Every chip with its aliases.", "trireme chips list");
  add_json_option(list, state->json);
  on_chosen(list, chosen, [state](const Console& console) { return list_chips(state->json, console); });
  CLI::App* show = add_verb(*verb, "show", "Every field of a chip: value, unit, where it comes from.",
                            "trireme chips show v853");
  show->add_option("NAME", state->name, "name, alias, or a .yaml file")->required();
  add_json_option(show, state->json);
  on_chosen(show, chosen,
            [state](const Console& console) { return show_chip(state->name, state->json, console); });
}

}  // namespace trireme

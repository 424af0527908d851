// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "cli/verbs.h"
#include "isa/chip.h"
#include "model/quant/quantization.h"
#include "support/text.h"

namespace trireme {

namespace {

std::string command_of(const CLI::App* verb) {
  const CLI::App* parent = verb->get_parent();
  return parent == nullptr ? "trireme" : command_of(parent) + " " + verb->get_name();
}

}  // namespace

CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& purpose,
                   const std::string& example) {
  CLI::App* verb = parent.add_subcommand(name, purpose);
  if (!example.empty()) verb->footer("\nExample:\n  " + example + "\n");
  return verb;
}

void on_chosen(CLI::App* verb, Chosen& chosen, Action action) {
  verb->callback([verb, &chosen, action = std::move(action)] {
    if (!verb->get_subcommands().empty()) return;  // the more particular verb has spoken
    chosen.command = command_of(verb);
    chosen.json_messages = wants_json_messages(*verb);
    chosen.action = action;
  });
}

void add_json_option(CLI::App* verb, bool& json) {
  verb->add_flag("--json", json, "print the report as JSON, for scripts");
}

void add_progress_option(CLI::App* verb, ProgressMode& mode) {
  static const std::map<std::string, ProgressMode> modes = {
      {"auto", ProgressMode::automatic}, {"json", ProgressMode::json}, {"none", ProgressMode::none}};
  verb->add_option_function<std::string>(
          "--progress", [&mode](const std::string& text) { mode = modes.at(text); },
          "on standard error: auto (a bar on a terminal), json (one object a line), none; default auto")
      ->check(CLI::IsMember({"auto", "json", "none"}))
      ->type_name("MODE");
}

bool wants_json_messages(const CLI::App& verb) {
  const CLI::Option* progress = verb.get_option_no_throw("--progress");
  return progress != nullptr && progress->count() > 0 && progress->results().back() == "json";
}

void add_chip_option(CLI::App* verb, std::string& chip) {
  verb->add_option("--chip", chip,
                   fmt::format("chip by name, alias or as a .yaml file; see `trireme chips`; default {}",
                               kDefaultChip))
      ->type_name("CHIP");
}

void add_requant_option(CLI::App* verb, std::string& rule) {
  verb->add_option(
          "--requant", rule,
          fmt::format("requantization rule: {}; default: the chip's own", join(requant_rule_names(), ", ")))
      ->type_name("RULE");
}

void add_force_option(CLI::App* verb, bool& force) {
  verb->add_flag("--force", force, "replace the output folder even if it is not an earlier run's");
}

}  // namespace trireme

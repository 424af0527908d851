// SPDX-License-Identifier: Apache-2.0
// One function a verb: adds it to the command line. One file a verb; a new verb is a file, a line here and a
// line in run_cli.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/console.h"
#include "support/progress.h"

namespace trireme {

using Action = std::function<int(const Console&)>;  // returns the exit code

// What the parser found out: which verb, and what it does.
struct Chosen {
  std::string command = "trireme";
  bool json_messages = false;  // --progress=json: standard error holds nothing but JSON lines
  Action action;
};

// A verb with its one sentence of purpose and an example for --help.
CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& purpose,
                   const std::string& example);
void on_chosen(CLI::App* verb, Chosen& chosen, Action action);

// Options that several verbs have in common, spelled and explained once.
void add_json_option(CLI::App* verb, bool& json);
void add_progress_option(CLI::App* verb, ProgressMode& mode);
bool wants_json_messages(const CLI::App& verb);  // as far as the command line is parsed
void add_chip_option(CLI::App* verb, std::string& chip);
void add_requant_option(CLI::App* verb, std::string& rule);
void add_force_option(CLI::App* verb, bool& force);

void add_import(CLI::App& app, Chosen& chosen);
void add_generate(CLI::App& app, Chosen& chosen);
void add_quantize(CLI::App& app, Chosen& chosen);
void add_inference(CLI::App& app, Chosen& chosen);
void add_dump(CLI::App& app, Chosen& chosen);
void add_measure(CLI::App& app, Chosen& chosen);
void add_compile(CLI::App& app, Chosen& chosen);
void add_export(CLI::App& app, Chosen& chosen);
void add_info(CLI::App& app, Chosen& chosen);
void add_simulate(CLI::App& app, Chosen& chosen);
void add_profile(CLI::App& app, Chosen& chosen);
void add_decode(CLI::App& app, Chosen& chosen);
void add_compare(CLI::App& app, Chosen& chosen);
void add_run(CLI::App& app, Chosen& chosen);
void add_validate(CLI::App& app, Chosen& chosen);
void add_chips(CLI::App& app, Chosen& chosen);
void add_trace(CLI::App& app, Chosen& chosen);
void add_asm(CLI::App& app, Chosen& chosen);
void add_disasm(CLI::App& app, Chosen& chosen);
void add_completion(CLI::App& app, Chosen& chosen);

}  // namespace trireme

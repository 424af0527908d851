// SPDX-License-Identifier: Apache-2.0
#include "cli/run_cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "cli/verbs.h"
#include "support/text.h"

namespace trireme {

namespace {

constexpr const char* kPurpose =
    "Trireme: open compiler, cycle-level simulator and profiler for VIP8000/VIP9000-class NPUs.\n"
    "From an ONNX model to golden data and a profile in one command:\n\n"
    "  trireme run lenet.onnx --input 0.jpg\n\n"
    "or step by step: import, generate, quantize, inference, compile or export, simulate, profile, "
    "compare.\n";

constexpr const char* kFooter =
    "\n`trireme VERB --help` explains a verb. Files that are not named are looked for, and written, beside "
    "the model.\n"
    "\nExit codes: 0 all checks passed; 1 a check failed (files differ, a finding of the memory checker);\n"
    "2 wrong command line: a verb, an option or its value; 3 a file cannot be used, nothing was written;\n"
    "70 a defect of Trireme.\n";

void add_verbs(CLI::App& app, Chosen& chosen) {
  add_run(app, chosen);
  add_import(app, chosen);
  add_generate(app, chosen);
  add_quantize(app, chosen);
  add_inference(app, chosen);
  add_dump(app, chosen);
  add_measure(app, chosen);
  add_compile(app, chosen);
  add_export(app, chosen);
  add_info(app, chosen);
  add_simulate(app, chosen);
  add_profile(app, chosen);
  add_decode(app, chosen);
  add_compare(app, chosen);
  add_validate(app, chosen);
  add_trace(app, chosen);
  add_chips(app, chosen);
  add_asm(app, chosen);
  add_disasm(app, chosen);
  add_completion(app, chosen);
}

// The verb as far as the command line names one: "export ovxlib".
const CLI::App* deepest(const CLI::App& app, std::string& command) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  return at;
}

std::vector<std::string> names_of_verbs(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

// What was typed and not understood, with the nearest thing that would have been.
Problem explain(const CLI::App& verb, const CLI::ParseError& error) {
  const auto unknown = verb.remaining();
  if (unknown.empty()) return {"", error.what(), ""};
  const std::string& word = unknown.front();
  const bool option = word.size() > 1 && word[0] == '-';
  std::vector<std::string> candidates;
  if (option) {
    for (const CLI::Option* known : verb.get_options()) {
      for (const std::string& name : known->get_lnames()) candidates.push_back("--" + name);
    }
  } else {
    candidates = names_of_verbs(verb);
  }
  const char* kind = option ? "option" : candidates.empty() ? "argument" : "verb";
  const std::string near = option ? nearest(split(word, '=').front(), candidates) : std::string();
  const std::string hint = !option        ? suggestion(word, candidates)
                           : near.empty() ? ""
                                          : "did you mean '" + near + "'?";
  return {"", fmt::format("unknown {} '{}'", kind, word), hint};
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "trireme";
  const CLI::App* verb = deepest(app, command);
  Problem problem = explain(*verb, error);
  const std::string help = fmt::format("`{} --help` lists what there is", command);
  problem.hint = problem.hint.empty() ? help : problem.hint + "; " + help;
  Console(command, wants_json_messages(*verb)).error(problem);
  return kExitUsage;
}

// Last word first, as CLI11 wants them. nbinfo spells two long options with one dash (formats.md §9.1).
std::vector<std::string> arguments(int argc, char** argv) {
  const bool is_info = argc > 1 && std::string(argv[1]) == "info";
  std::vector<std::string> words;
  for (int i = argc - 1; i >= 1; --i) {
    const std::string word = argv[i];
    words.push_back(is_info && (word == "-in" || word == "-out") ? "-" + word : word);
  }
  return words;
}

// A list of a thousand missing files is read by nobody.
constexpr std::size_t kMostProblemsShown = 20;

void report(const Error& error, const Console& console) {
  const auto& problems = error.problems();
  for (std::size_t i = 0; i < problems.size() && i < kMostProblemsShown; ++i) console.error(problems[i]);
  if (problems.size() > kMostProblemsShown) {
    console.error(
        {"", fmt::format("{} more problems of this kind", problems.size() - kMostProblemsShown), ""});
  }
}

// All of it lies at options: no other file would help.
bool blames_options_only(const Error& error) {
  return std::all_of(error.problems().begin(), error.problems().end(),
                     [](const Problem& problem) { return problem.where.rfind("--", 0) == 0; });
}

int perform(const Chosen& chosen) {
  const Console console(chosen.command, chosen.json_messages);
  try {
    const int status = chosen.action(console);
    console.flush();
    return status;
  } catch (const UsageError& error) {
    report(error, console);
    return kExitUsage;
  } catch (const Error& error) {
    report(error, console);
    return blames_options_only(error) ? kExitUsage : kExitBadInput;
  } catch (const std::filesystem::filesystem_error& error) {
    console.error({error.path1().string(), error.code().message(), ""});
    return kExitBadInput;
  } catch (const std::bad_alloc&) {
    console.error({"", "out of memory", "the model or its tensors are too large for this machine"});
    return kExitBadInput;
  } catch (const std::exception& error) {
    console.error({"", error.what(), ""});
    return kExitInternal;
  }
}

}  // namespace

int run_cli(int argc, char** argv) {
  CLI::App app(kPurpose, "trireme");
  Chosen chosen;
  app.set_version_flag("--version", std::string("trireme ") + TRIREME_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  add_verbs(app, chosen);
  try {
    app.parse(arguments(argc, argv));
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help and --version: prints them
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  return perform(chosen);
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// Shell completion, generated from the very options that the parser knows.
#include <fmt/format.h>

#include <memory>

#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/text.h"

namespace trireme {

namespace {

void collect(const CLI::App& verb, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& words) {
  std::vector<std::string> list;
  const auto children = verb.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : children) list.push_back(child->get_name());
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) list.push_back("--" + name);
    for (const std::string& name : option->get_snames()) list.push_back("-" + name);
  }
  words.emplace_back(path, join(list, " "));
  for (const CLI::App* child : children) collect(*child, path + "/" + child->get_name(), words);
}

// The words typed so far that are verbs make a path such as "/export/ovxlib"; everything else completes as a
// file.
std::string bash_script(const CLI::App& app) {
  std::vector<std::pair<std::string, std::string>> words;
  collect(app, "", words);
  std::string cases, paths;
  for (const auto& [path, list] : words) {
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, list);
    if (!path.empty()) paths += fmt::format(" {}", path);
  }
  return fmt::format(R"(# bash completion of trireme: source <(trireme completion bash)
_trireme() {{
  local path="" word words
  local -r verbs="{} "
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    [[ "$verbs" == *" $path/$word "* ]] && path="$path/$word"
  done
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [[ ${{#COMPREPLY[@]}} -eq 0 ]] && COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
  return 0
}}
complete -o filenames -F _trireme trireme
)",
                     paths, cases);
}

std::string zsh_script(const CLI::App& app) {
  return "# zsh completion of trireme: source <(trireme completion zsh)\nautoload -U +X bashcompinit && "
         "bashcompinit\n" +
         bash_script(app);
}

}  // namespace

void add_completion(CLI::App& app, Chosen& chosen) {
  auto shell = std::make_shared<std::string>("bash");
  CLI::App* verb = add_verb(app, "completion", "Print the completion script of a shell.",
                            "source <(trireme completion bash)");
  verb->add_option("SHELL", *shell, "bash or zsh")
      ->check(CLI::IsMember({"bash", "zsh"}))
      ->capture_default_str();
  on_chosen(verb, chosen, [shell, &app](const Console& console) {
    console.print(*shell == "zsh" ? zsh_script(app) : bash_script(app));
    return kExitOk;
  });
}

}  // namespace trireme

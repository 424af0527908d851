// SPDX-License-Identifier: Apache-2.0
#include "cli/import_check.h"

#include <fmt/format.h>

#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "compiler/simplify/simplify.h"
#include "model/import/check.h"
#include "support/text.h"

namespace trireme {

namespace {

struct Findings {
  std::vector<Problem> problems, advice;
  std::vector<std::string> notes;
};

Findings findings_of(const std::filesystem::path& model, ModelImporter importer,
                     const ImportOptions& options) {
  Findings findings;
  try {
    Graph graph = importer(model, options);
    findings.notes = graph.notes;
    simplify(graph);
    findings.advice = import_advice(graph);
  } catch (const Error& error) {
    findings.problems = error.problems();
  }
  return findings;
}

Json list_json(const std::vector<Problem>& list) {
  Json json = Json::array();
  for (const Problem& problem : list)
    json.push_back({{"where", problem.where}, {"what", problem.what}, {"hint", problem.hint}});
  return json;
}

std::string list_text(const char* title, const std::vector<Problem>& list) {
  std::string text = list.empty() ? "" : std::string(title) + "\n";
  for (const Problem& problem : list) text += "  " + to_string(problem) + "\n";
  return text;
}

}  // namespace

int check_model(const std::filesystem::path& model, ModelImporter importer, const ImportOptions& options,
                bool json, const Console& console) {
  const Findings findings = findings_of(model, importer, options);
  const bool good = findings.problems.empty();
  if (json) {
    console.print(json_text({{"model", model.string()},
                             {"importable", good},
                             {"problems", list_json(findings.problems)},
                             {"advice", list_json(findings.advice)},
                             {"notes", findings.notes}}));
  } else {
    for (const std::string& note : findings.notes) console.note(note);
    console.print(list_text("problems", findings.problems) + list_text("could run better", findings.advice) +
                  fmt::format("{}: {}, {} of advice; {}\n", model.string(),
                              counted(findings.problems.size(), "problem"),
                              counted(findings.advice.size(), "piece"),
                              good ? "it can be imported" : "it cannot be imported"));
  }
  return good ? kExitOk : kExitBadInput;
}

}  // namespace trireme

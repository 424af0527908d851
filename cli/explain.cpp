// SPDX-License-Identifier: Apache-2.0
#include "cli/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/text.h"

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBudgetsShown = 4;

std::string cycles_text(Cycle cycles) { return cycles == 0 ? "-" : with_thousands(cycles); }

std::string percent_text(const Choice& choice, const Choice& chosen) {
  if (chosen.cycles == 0) return "";
  const double more = 100.0 * (static_cast<double>(choice.cycles) / static_cast<double>(chosen.cycles) - 1);
  return fmt::format("  {:+.1f} %", more);
}

std::string line(const std::string& mark, const Choice& choice, const std::string& note) {
  return fmt::format("    {:4} {:>14}  {}{}\n", mark, cycles_text(choice.cycles), choice.what, note);
}

Json json_of(const Choice& choice) {
  Json json = {{"what", choice.what}};
  json["estimated_cycles"] = choice.cycles == 0 ? Json() : Json(choice.cycles);
  return json;
}

// The whole plan, then the next best ones.
std::string budgets_text(const std::vector<Choice>& budgets) {
  if (budgets.empty()) return "";
  std::string text =
      "\nthe whole network, engines side by side where they can be, the PPU and the host not counted\n";
  for (std::size_t i = 0; i < std::min(budgets.size(), kBudgetsShown); ++i)
    text += line(i == 0 ? "plan" : "", budgets[i], i == 0 ? "" : percent_text(budgets[i], budgets.front()));
  return text;
}

}  // namespace

std::string explanation_table(const Explanation& explanation) {
  std::string text =
      "What was chosen for each layer, and what the next best would have cost: estimated cycles of the job\n"
      "alone, launch included ('-': not estimated). Coefficients are coded after tilings are chosen: one\n"
      "may turn out cheaper.\n";
  text += budgets_text(explanation.budgets);
  for (const ExplainedLayer& layer : explanation.layers) {
    text += fmt::format("\n{} ({}){}\n", layer.name, layer.op,
                        layer.merged.empty() ? "" : " with " + join(layer.merged, ", "));
    if (!layer.reason.empty()) text += fmt::format("    {}\n", layer.reason);
    for (std::size_t i = 0; i < layer.run.size(); ++i)
      text += line(i == 0 ? "run" : "", layer.run[i],
                   i == 0 ? "" : percent_text(layer.run[i], layer.run.front()));
    if (layer.jobs.empty()) text += "    no job: data stays where it is\n";
    for (const ExplainedJob& job : layer.jobs) {
      text += line(job.engine, job.chosen, job.caches.empty() ? "" : ", " + job.caches);
      for (const Choice& other : job.runners_up) text += line("", other, percent_text(other, job.chosen));
    }
  }
  return text;
}

std::string explanation_json(const Explanation& explanation) {
  Json list = Json::array();
  for (const ExplainedLayer& layer : explanation.layers) {
    Json jobs = Json::array();
    for (const ExplainedJob& job : layer.jobs) {
      Json runners = Json::array();
      for (const Choice& other : job.runners_up) runners.push_back(json_of(other));
      jobs.push_back({{"engine", job.engine},
                      {"chosen", json_of(job.chosen)},
                      {"caches", job.caches},
                      {"runners_up", runners}});
    }
    Json run = Json::array();
    for (const Choice& choice : layer.run) run.push_back(json_of(choice));
    list.push_back({{"name", layer.name},
                    {"op", layer.op},
                    {"merged", layer.merged},
                    {"reason", layer.reason},
                    {"run", run},
                    {"jobs", jobs}});
  }
  Json budgets = Json::array();
  for (const Choice& budget : explanation.budgets) budgets.push_back(json_of(budget));
  return Json{{"budgets", budgets}, {"layers", list}}.dump(2) + "\n";
}

}  // namespace trireme

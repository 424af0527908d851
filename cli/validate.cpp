// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cli/common_outputs.h"
#include "cli/fit_chips.h"
#include "cli/predict.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/files.h"
#include "support/text.h"
#include "validate/left_out.h"
#include "validate/report.h"

namespace trireme {

namespace {

constexpr const char* kLeftOutFile = "left_out.csv";  // beside the fields that are fitted

struct ValidateVerb {
  std::string file, csv, html, cache;
  std::vector<std::string> chips, networks, without, tiers;
  std::string fit, write;  // fields to fit; the folder of the chips to write
  bool json = false, leave_one_out = false;
  int steps = FitOptions().iterations;
  unsigned workers = std::max(1U, std::thread::hardware_concurrency());
  ProgressMode progress = ProgressMode::automatic;
};

// Chips by the names that rows give them: each is looked for once.
class ChipNames {
 public:
  // Nothing if there is no such chip: reason() says why.
  const Chip* find(const std::string& name) {
    const auto known = chips_.find(name);
    if (known != chips_.end()) return known->second.get();
    auto& chip = chips_[name];
    try {
      chip = std::make_unique<Chip>(find_chip(name));
    } catch (const Error& error) {
      reasons_[name] = to_string(error.problems().front());
    }
    return chip.get();
  }
  std::string reason(const std::string& name) const { return reasons_.at(name); }

 private:
  std::map<std::string, std::unique_ptr<Chip>> chips_;
  std::map<std::string, std::string> reasons_;
};

bool is_wanted(const ValidateVerb& verb, const Measurement& row, ChipNames& chips) {
  const auto is_in = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  if (!verb.networks.empty() && !is_in(verb.networks, row.network)) return false;
  if (!verb.tiers.empty() && !is_in(verb.tiers, row.tier)) return false;
  if (is_in(verb.without, row.network)) return false;
  if (verb.chips.empty()) return true;
  const Chip* chip = chips.find(row.chip);
  return std::any_of(verb.chips.begin(), verb.chips.end(), [&](const std::string& name) {
    const Chip* wanted = chips.find(name);
    return name == row.chip || (chip != nullptr && wanted != nullptr && wanted->name == chip->name);
  });
}

void check_chips(const ValidateVerb& verb, ChipNames& chips) {
  Problems problems;
  for (const std::string& name : verb.chips) {
    if (chips.find(name) == nullptr) problems.add("--chip", chips.reason(name));
  }
  problems.throw_if_any();
}

std::vector<Measurement> wanted_rows(const ValidateVerb& verb, ChipNames& chips) {
  check_chips(verb, chips);
  const std::filesystem::path file =
      verb.file.empty() ? validation_folder() / "measurements.csv" : std::filesystem::path(verb.file);
  std::vector<Measurement> rows = read_measurements(file);
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const Measurement& row) { return !is_wanted(verb, row, chips); }),
             rows.end());
  return rows;
}

// What has to be run: each network with its chips, and where each result belongs.
struct Plan {
  std::vector<PredictionTask> tasks;
  std::vector<std::vector<ChipAndNetwork>> keys;
  Predictions skipped;

  void add(const std::string& chip_name, const std::string& network, ChipNames& chips) {
    const ChipAndNetwork key{chip_name, network};
    const Chip* chip = chips.find(chip_name);
    if (chip == nullptr) {
      skipped[key].skipped_because = chips.reason(chip_name);
      return;
    }
    const auto at = std::find_if(tasks.begin(), tasks.end(),
                                 [&](const PredictionTask& task) { return task.network == network; });
    const auto index = static_cast<std::size_t>(at - tasks.begin());
    if (at == tasks.end()) {
      tasks.push_back({network, {}});
      keys.emplace_back();
    }
    if (std::find(keys[index].begin(), keys[index].end(), key) != keys[index].end()) return;
    tasks[index].chips.push_back(*chip);
    keys[index].push_back(key);
  }
};

using Runs = std::map<ChipAndNetwork, PredictedRun>;

Runs run_plan(const Plan& plan, const ValidateVerb& verb) {
  std::size_t total = 0;
  for (const PredictionTask& task : plan.tasks) total += task.chips.size();
  Progress progress(verb.progress, "validate", total);
  const auto results =
      predict(plan.tasks, verb.workers, verb.cache,
              [&](std::size_t done, const std::string& what) { progress.update(done, what); });
  Runs runs;
  for (std::size_t task = 0; task < results.size(); ++task) {
    for (std::size_t i = 0; i < results[task].size(); ++i) runs[plan.keys[task][i]] = results[task][i];
  }
  for (const auto& [key, prediction] : plan.skipped) runs[key].prediction = prediction;
  return runs;
}

ProfileComparison compare_profile(const MeasuredProfile& profile, const PredictedRun& run) {
  ProfileComparison result{
      profile.chip, profile.network, profile.source, {}, 0, run.prediction.skipped_because};
  for (const MeasuredLayer& layer : profile.layers) {
    const auto ours =
        std::find_if(run.layers.begin(), run.layers.end(), [&](const PredictedLayer& candidate) {
          return !layer.layer.empty() && candidate.name == layer.layer;
        });
    if (ours == run.layers.end()) {
      ++result.measured_only;
    } else {
      result.layers.push_back({layer, ours->microseconds});
    }
  }
  return result;
}

// Published layer profiles belong to the project's own measurements.
std::vector<MeasuredProfile> wanted_profiles(const ValidateVerb& verb, ChipNames& chips) {
  std::vector<MeasuredProfile> profiles;
  if (!verb.file.empty() || !verb.tiers.empty()) return profiles;
  for (MeasuredProfile& profile : read_profiles(validation_folder() / "layers.csv")) {
    Measurement row;
    row.chip = profile.chip;
    row.network = profile.network;
    if (is_wanted(verb, row, chips)) profiles.push_back(std::move(profile));
  }
  return profiles;
}

ValidationReport make_report(const ValidateVerb& verb) {
  ChipNames chips;
  const std::vector<Measurement> rows = wanted_rows(verb, chips);
  const std::vector<MeasuredProfile> profiles = wanted_profiles(verb, chips);
  Plan plan;
  for (const Measurement& row : rows) {
    if (row.skipped_because.empty()) plan.add(row.chip, row.network, chips);
  }
  for (const MeasuredProfile& profile : profiles) plan.add(profile.chip, profile.network, chips);
  const Runs runs = run_plan(plan, verb);
  Predictions predictions;
  for (const auto& [key, run] : runs) predictions[key] = run.prediction;
  ValidationReport report;
  report.rows = compare(rows, predictions);
  report.points = points_of(report.rows);
  report.summaries = summarize(report.points);
  for (const MeasuredProfile& profile : profiles)
    report.profiles.push_back(compare_profile(profile, runs.at({profile.chip, profile.network})));
  return report;
}

ChipFit fit_to(const ValidationReport& report, const ValidateVerb& verb, const Console& console) {
  const std::filesystem::path csv =
      verb.fit.empty() ? validation_folder() / "fitted.csv" : std::filesystem::path(verb.fit);
  FitRequest request;
  request.workers = verb.workers;
  request.cache = verb.cache;
  request.descend = !verb.fit.empty();
  request.steps = verb.steps;
  // Each step is kept: a fit that is stopped goes on from there.
  request.observer = [&](const ChipFit& so_far, double loss) {
    console.note(step_text(so_far, loss));
    if (!verb.write.empty() && so_far.iterations > 0) write_fit(so_far, verb.write);
  };
  return fit_chips(read_fitted_fields(csv), report.points, request, [&](std::size_t, const std::string&) {});
}

int fit_verb(const ValidateVerb& verb, const Console& console) {
  ValidationReport report = make_report(verb);
  const ChipFit fit = fit_to(report, verb, console);
  report.rows.clear();
  report.points = fit.points;
  report.summaries = summarize(fit.points);
  report.profiles.clear();
  report.left_out = fit.left_out;
  if (!verb.write.empty()) write_fit(fit, verb.write);
  // A fit of some chips or networks says nothing of the others, which the file would then not know.
  if (!verb.write.empty() && verb.chips.empty() && verb.networks.empty()) {
    const auto beside = std::filesystem::path(verb.fit).parent_path() / kLeftOutFile;
    write_file(beside, left_out_csv(fit.points, fit.left_out));
  }
  if (!verb.html.empty()) write_file(verb.html, report_html(report));
  console.print(verb.json ? json_text(report_json(report)) : fit_text(fit) + errors_text(report));
  return kExitOk;
}

void refuse_contradictions(const ValidateVerb& verb) {
  if (verb.fit.empty() && !verb.write.empty())
    throw UsageError("--write without --fit has nothing to write", "");
  if (!verb.fit.empty() && !verb.csv.empty())
    throw UsageError("--fit prints no rows for --csv", "validate again with what it wrote");
}

// The figure to quote, where the chips are those of the fit.
void take_known_left_out(ValidationReport& report) {
  report.left_out = known_left_out(validation_folder() / kLeftOutFile, report.points);
  report.left_out_unknown = !report.left_out && !report.points.empty();
}

int validate(const ValidateVerb& verb, const Console& console) {
  refuse_contradictions(verb);
  if (!verb.fit.empty()) return fit_verb(verb, console);
  ValidationReport report = make_report(verb);
  if (verb.leave_one_out)
    report.left_out = fit_to(report, verb, console).left_out;
  else if (verb.file.empty())
    take_known_left_out(report);
  if (!verb.csv.empty()) write_file(verb.csv, report_csv(report));
  if (!verb.html.empty()) write_file(verb.html, report_html(report));
  console.print(verb.json ? json_text(report_json(report)) : report_text(report));
  for (const std::string& file : {verb.csv, verb.html}) {
    if (!file.empty() && !verb.json) console.print(fmt::format("wrote {}\n", file));
  }
  return kExitOk;
}

}  // namespace

void add_validate(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<ValidateVerb>();
  CLI::App* verb = add_verb(
      app, "validate", "Compare predicted latencies with measured ones: published, or your own.",
      "trireme validate --chip A311D --html report.html\n  trireme validate mine.csv --csv predicted.csv");
  verb->add_option(
      "MINE.csv", state->file,
      "measurements with the columns chip, network (a name of the zoo, or the path of a model) and "
      "latency_ms (empty: predict only); default: the published ones");
  verb->add_option("--csv", state->csv,
                   "also write a row a measurement: prediction, ratio, or why it was skipped")
      ->type_name("FILE");
  verb->add_option("--html", state->html, "also write a page with a plot")->type_name("FILE");
  verb->add_option("--chip", state->chips, "rows of this chip only; may be repeated")->type_name("CHIP");
  verb->add_option("--network", state->networks, "rows of this network only; may be repeated")
      ->type_name("NAME");
  verb->add_option("--without", state->without, "no rows of this network; may be repeated")
      ->type_name("NAME");
  verb->add_option("--tier", state->tiers, "rows of this tier only: A, B or C")
      ->check(CLI::IsMember({"A", "B", "C"}))
      ->type_name("TIER");
  verb->add_option("-j,--jobs", state->workers, "runs at once; default: the processors there are")
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
  verb->add_option("--cache", state->cache, "folder to keep results in, and to take known ones from")
      ->type_name("DIR");
  verb->add_flag("--leave-one-out", state->leave_one_out,
                 "also the error of each network predicted by a fit that has not seen it");
  verb->add_option("--fit", state->fit,
                   "fit the fields of chips in this list to the rows; see validate/fitted.csv")
      ->type_name("FILE");
  verb->add_option(
          "--write", state->write,
          "with --fit: the folder whose chip files get the values; the networks left out go to left_out.csv "
          "beside FILE, unless --chip or --network narrows the rows")
      ->type_name("DIR");
  verb->add_option("--steps", state->steps,
                   "with --fit: steps of the descent at most; 0: how far off the chips are as they stand")
      ->check(CLI::Range(0, 100))
      ->type_name("N");
  add_json_option(verb, state->json);
  add_progress_option(verb, state->progress);
  on_chosen(verb, chosen, [state](const Console& console) { return validate(*state, console); });
}

}  // namespace trireme

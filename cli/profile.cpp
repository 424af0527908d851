// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>

#include "cli/common_compile.h"
#include "cli/common_simulate.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

struct ProfileVerb {
  std::string source, input_meta, out, format = "table";
  std::vector<std::string> inputs;
  CompileSettings compile;
  bool json = false, force = false;
  ProgressMode progress = ProgressMode::automatic;
};

std::string report(const Profile& profile, const std::string& format) {
  if (format == "synap") return profile_synap(profile);
  if (format == "csv") return profile_csv(profile);
  if (format == "json") return profile_json(profile);
  return profile_table(profile);
}

// Time never depends on activation values, so without an input the profile is the same.
RunRecord profile_run(const ProfileVerb& verb, const Console& console) {
  CompileSettings settings = verb.compile;
  settings.no_data = verb.inputs.empty();
  const LoadedBinary loaded = load_binary(verb.source, settings, console, verb.progress);
  SimulateOptions options;
  options.data = !verb.inputs.empty();
  options.timeline = !verb.out.empty();
  std::vector<Tensor> inputs;
  if (options.data) inputs = stored_inputs(loaded.binary, verb.source, verb.input_meta, verb.inputs, console);
  return run_simulator(loaded.binary, loaded.chip, inputs, options, verb.progress);
}

int profile_source(const ProfileVerb& verb, const Console& console) {
  const std::string format = verb.json ? "json" : verb.format;
  if (std::filesystem::is_directory(verb.source)) {
    const Profile profile = read_run_profile(verb.source);
    // The table says so itself.
    if (!has_time(profile) && format != "table") console.note(std::string(kNoTime));
    console.print(report(profile, format));
    return kExitOk;
  }
  std::optional<AtomicFolder> folder;  // before the work: it may be refused
  if (!verb.out.empty()) {
    folder.emplace(
        verb.out, kRunMarker, verb.force,
        files_read({verb.source, "", "", verb.input_meta, {}, {}, {}}, verb.compile.chip, verb.inputs));
  }
  const RunRecord record = profile_run(verb, console);
  if (folder) {
    write_run_files(folder->path(), record, false);
    folder->commit();
  }
  console.print(report(record.profile, format));
  return report_findings(record, console);
}

}  // namespace

void add_profile(CLI::App& app, Chosen& chosen) {
  auto state = std::make_shared<ProfileVerb>();
  CLI::App* verb = add_verb(
      app, "profile", "Show where the time goes: per layer engine, cycles by cause, bytes, MACs; and totals.",
      "trireme profile lenet.tnb --input 0.jpg --format synap");
  verb->add_option("SOURCE", state->source, "network binary (.tnb), model, or an existing run folder")
      ->required();
  verb->add_option("--input", state->inputs, "input file, once for each network input; without: timing alone")
      ->type_name("FILE");
  verb->add_option("--with-input-meta", state->input_meta, "how inputs are preprocessed")->type_name("FILE");
  verb->add_option("--format", state->format, "table, synap (SyNAP's layer table), csv, json")
      ->check(CLI::IsMember({"table", "synap", "csv", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  verb->add_option("--out", state->out, "also write the run folder")->type_name("DIR");
  add_compile_options(verb, state->compile);
  add_force_option(verb, state->force);
  add_json_option(verb, state->json);
  add_progress_option(verb, state->progress);
  on_chosen(verb, chosen, [state](const Console& console) { return profile_source(*state, console); });
}

}  // namespace trireme

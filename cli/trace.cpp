// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_simulate.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/files.h"
#include "support/text.h"
#include "traces/run_folder.h"

namespace trireme {

void add_trace(CLI::App& app, Chosen& chosen) {
  struct State {
    std::string folder, output = "trace.json";
  };
  auto state = std::make_shared<State>();
  CLI::App* verb =
      add_verb(app, "trace", "Write a run's timeline for Perfetto (ui.perfetto.dev) or chrome://tracing.",
               "trireme trace run -o trace.json");
  verb->add_option("RUN", state->folder, "run folder of simulate, profile or run")->required();
  verb->add_option("-o,--output", state->output, "file to write")->type_name("FILE")->capture_default_str();
  on_chosen(verb, chosen, [state](const Console& console) {
    const std::filesystem::path folder = state->folder;
    const Profile profile = read_run_profile(folder);
    if (!has_time(profile)) throw Error(folder.string(), kNoTime, "simulate without --no-time");
    const Timeline timeline = read_timeline(folder / "timeline.bin");
    write_file(state->output, perfetto_json(timeline, profile));
    console.print(fmt::format("wrote {}: {} of {}\n", state->output, counted(timeline.events.size(), "event"),
                              counted(timeline.units.size(), "unit")));
    return kExitOk;
  });
}

}  // namespace trireme

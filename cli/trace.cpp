// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "support/files.h"
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
    const Timeline timeline = read_timeline(folder / "timeline.bin");
    write_file(state->output, perfetto_json(timeline, read_profile_json(folder / "profile.json")));
    console.print(fmt::format("wrote {}: {} events of {} units\n", state->output, timeline.events.size(),
                              timeline.units.size()));
    return kExitOk;
  });
}

}  // namespace trireme

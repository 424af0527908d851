// SPDX-License-Identifier: Apache-2.0
#include "cli/common_simulate.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "cli/common_inputs.h"
#include "cli/run_cli.h"
#include "support/text.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

constexpr std::size_t kMostFindingsShown = 20;

void record_what_ran(RunRecord& record, const NetworkBinary& binary, const Chip& chip,
                     const SimulateOptions& options) {
  auto& run = record.run;
  run.insert({{"network", binary.name},
              {"model_sha256", binary.model_hash},
              {"producer", binary.producer},
              {"simulator", std::string("trireme ") + TRIREME_VERSION},
              {"chip", chip.name},
              {"chip_yaml_sha256", sha256_hex(chip.yaml.data(), chip.yaml.size())},
              {"compiler_options", binary.options},
              {"requantization", name_of(binary.rule)},
              {"ties", ties_text(binary.rule, binary.ties)},
              {"confidence", confidence_of(binary.rule)},
              {"data", options.data ? "true" : "false"},
              {"time", options.time ? "true" : "false"}});
}

void count_io(Profile& profile, const NetworkBinary& binary) {
  profile.io_buffers = binary.inputs.size() + binary.outputs.size();
  profile.io_bytes = 0;
  for (const auto* list : {&binary.inputs, &binary.outputs}) {
    for (const IoTensor& tensor : *list) {
      profile.io_bytes += static_cast<std::uint64_t>(element_count(tensor.shape)) *
                          static_cast<std::uint64_t>(bytes_of(tensor.dtype));
    }
  }
}

}  // namespace

RunRecord run_simulator(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                        SimulateOptions options, ProgressMode mode) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  RunRecord record;
  {
    Progress progress(mode, "simulate", binary.jobs.size());
    options.progress = [&](std::size_t done, std::size_t, const std::string& layer, std::uint64_t cycle) {
      progress.update(done, layer, cycle);
    };
    record = simulate(binary, chip, inputs, options);
  }
  record_what_ran(record, binary, chip, options);
  count_io(record.profile, binary);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  record.host["wall_seconds"] = fmt::format("{:.6f}", seconds);
  record.host["hardware_threads"] = std::to_string(std::thread::hardware_concurrency());
  return record;
}

std::vector<Tensor> stored_inputs(const NetworkBinary& binary, const std::string& file,
                                  const std::string& input_meta, const std::vector<std::string>& names,
                                  const Console& console) {
  const InputPlan plan(input_graph(binary), file, input_meta, console);
  const std::vector<Tensor> tensors = plan.files(names);
  std::vector<Tensor> stored;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    stored.push_back(stored_input(tensors[i], binary.inputs[i].quantization, binary.inputs[i].dtype));
  }
  return stored;
}

int report_findings(const RunRecord& record, const Console& console) {
  for (std::size_t i = 0; i < record.findings.size() && i < kMostFindingsShown; ++i) {
    console.error({record.findings[i].kind, record.findings[i].text, ""});
  }
  if (record.findings.size() > kMostFindingsShown) {
    console.error({"memory checker",
                   fmt::format("{} more findings", record.findings.size() - kMostFindingsShown),
                   "memory.json in the run folder has all of them"});
  }
  return record.findings.empty() ? kExitOk : kExitChecksFailed;
}

void note_fused_layers(const NetworkBinary& binary, const Console& console) {
  std::size_t fused = 0;
  for (const LayerSymbol& layer : binary.layers) fused += layer.merged.size();
  if (fused == 0) return;
  console.note(fmt::format("--dump-layers: {} {} computed inside others; compile with --no-fuse to see {}",
                           counted(fused, "layer"), fused == 1 ? "is" : "are", fused == 1 ? "it" : "them"));
}

Profile read_run_profile(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "profile.json";
  if (!std::filesystem::exists(file)) {
    throw Error(folder.string(), "is no run folder: it has no profile.json",
                "name a folder that simulate, profile --out or run wrote");
  }
  return read_profile_json(file);
}

// A run takes at least the cycles of its start.
bool has_time(const Profile& profile) { return profile.total_cycles > 0; }

std::string simulate_summary(const RunRecord& record) {
  const Profile& profile = record.profile;
  return fmt::format(
      "{} on {}: {} cycles = {:.4f} ms at {:.0f} MHz, {:.1f} fps; DDR {} B read, {} B written\n",
      profile.network, profile.chip, with_thousands(static_cast<std::int64_t>(profile.total_cycles)),
      profile.time_ms(), 1e-6 * static_cast<double>(profile.clock_hz), profile.fps(),
      profile.traffic.ddr_read, profile.traffic.ddr_write);
}

Json total_json(const Profile& profile) {
  return {{"cycles", profile.total_cycles}, {"time_ms", profile.time_ms()}, {"fps", profile.fps()}};
}

}  // namespace trireme

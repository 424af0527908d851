// SPDX-License-Identifier: Apache-2.0
// One run, one folder, written atomically (docs/formats.md): the only interface between simulator, reports
// and studio.
#pragma once

#include <filesystem>
#include <string>

#include "traces/run_record.h"

namespace trireme {

constexpr const char* kRunMarker = "run.yaml";

// `npy`: outputs additionally as output0.npy, …
void write_run_folder(const std::filesystem::path& folder, const RunRecord& record, bool force,
                      bool npy = false);

// The same files into a folder that the caller prepares and commits.
void write_run_files(const std::filesystem::path& folder, const RunRecord& record, bool npy);

// "iter_0_conv1_4_out0_1_6_24_24", framework order, characters unsafe in file names as '_' (formats.md §6).
std::string host_tensor_name(int iteration, const std::string& lid, int port, const Shape& shape);

// Stored integers to real numbers; floats are only widened.
Tensor real_values(const GoldenTensor& golden);

// Of a run whose profile has no cycles.
constexpr const char* kNoTime = "this run has no time (made with --no-time)";

// Reports. All numbers come from the profile alone.
std::string profile_table(const Profile& profile);  // per layer and totals, aligned, with units
std::string profile_synap(const Profile& profile);  // formats.md §9.5
std::string profile_csv(const Profile& profile);
std::string profile_json(const Profile& profile);  // total.cycles, total.time_ms, total.bytes.ddr_read, …
Profile read_profile_json(const std::filesystem::path& path);

std::string perfetto_json(const Timeline& timeline,
                          const Profile& profile);  // Chrome trace events, one tid a unit
void write_timeline(const std::filesystem::path& path, const Timeline& timeline);
Timeline read_timeline(const std::filesystem::path& path);  // Error on any damage

}  // namespace trireme

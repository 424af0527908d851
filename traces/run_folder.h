// SPDX-License-Identifier: Apache-2.0
// One run, one folder, written atomically (docs/formats.md): the only interface between simulator, reports and studio.
#pragma once

#include <filesystem>
#include <string>

#include "traces/run_record.h"

namespace trireme {

constexpr const char* kRunMarker = "run.yaml";

// `npy`: outputs additionally as output0.npy, …
void write_run_folder(const std::filesystem::path& folder, const RunRecord& record, bool force, bool npy = false);

// Reports. All numbers come from the profile alone.
std::string profile_table(const Profile& profile);          // per layer and totals, aligned, with units
std::string profile_synap(const Profile& profile);          // formats.md §9.5
std::string profile_csv(const Profile& profile);
std::string profile_json(const Profile& profile);           // total.cycles, total.time_ms, total.bytes.ddr_read, …
Profile read_profile_json(const std::filesystem::path& path);

std::string perfetto_json(const Timeline& timeline, const Profile& profile);  // Chrome trace events, one tid a unit
void write_timeline(const std::filesystem::path& path, const Timeline& timeline);
Timeline read_timeline(const std::filesystem::path& path);  // Error on any damage

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// profile.json: what scripts read. Names are fixed (docs/formats.md); derived numbers are written for the
// reader's convenience and recomputed, never trusted, when the file is read back.
#include <nlohmann/json.hpp>

#include "traces/run_folder.h"

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Traffic& bytes) {
  return {{"ddr_read", bytes.ddr_read},   {"ddr_write", bytes.ddr_write}, {"axi_read", bytes.axi_read},
          {"axi_write", bytes.axi_write}, {"sram_read", bytes.sram_read}, {"sram_write", bytes.sram_write}};
}

Json to_json(const CauseCycles& causes) {
  Json json = Json::object();
  for (int i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    json[name_of(cause)] = causes[cause];
  }
  return json;
}

double ratio(double part, double whole) { return whole == 0 ? 0.0 : part / whole; }

Json bandwidth(const Profile& profile) {
  const double microseconds = profile.total_microseconds();  // bytes a microsecond are MB/s
  return {{"ddr_read", ratio(static_cast<double>(profile.traffic.ddr_read), microseconds)},
          {"ddr_write", ratio(static_cast<double>(profile.traffic.ddr_write), microseconds)},
          {"axi_read", ratio(static_cast<double>(profile.traffic.axi_read), microseconds)},
          {"axi_write", ratio(static_cast<double>(profile.traffic.axi_write), microseconds)},
          {"sram_read", ratio(static_cast<double>(profile.traffic.sram_read), microseconds)},
          {"sram_write", ratio(static_cast<double>(profile.traffic.sram_write), microseconds)}};
}

Json total_json(const Profile& profile) {
  return {{"cycles", profile.total_cycles},
          {"time_ms", profile.time_ms()},
          {"fps", profile.fps()},
          {"bytes", to_json(profile.traffic)},
          {"bandwidth_mb_per_s", bandwidth(profile)},
          {"macs", profile.macs},
          {"ppu_instructions", profile.ppu_instructions},
          {"exclusive_outside_layers", profile.exclusive_outside_layers},
          {"io_buffers", profile.io_buffers},
          {"io_bytes", profile.io_bytes}};
}

Json layer_json(const LayerProfile& layer, const Profile& profile) {
  return {{"lid", layer.lid},
          {"name", layer.name},
          {"op", layer.op},
          {"merged", layer.merged},
          {"engine", layer.engine},
          {"reason", layer.reason},
          {"input_shape", layer.input_shape},
          {"output_shape", layer.output_shape},
          {"start_cycle", layer.start_cycle},
          {"finish_cycle", layer.finish_cycle},
          {"busy_cycles", layer.busy_cycles},
          {"exclusive_cycles", layer.exclusive_cycles},
          {"share",
           ratio(static_cast<double>(layer.exclusive_cycles), static_cast<double>(profile.total_cycles))},
          {"time_us", profile.microseconds(layer.exclusive_cycles)},
          {"causes", to_json(layer.causes)},
          {"bytes", to_json(layer.traffic)},
          {"macs", layer.macs},
          {"utilization", layer.utilization},
          {"ppu_instructions", layer.ppu_instructions},
          {"weight_bytes", layer.weight_bytes},
          {"coded_bytes", layer.coded_bytes}};
}

}  // namespace

std::string profile_json(const Profile& profile) {
  Json layers = Json::array(), engines = Json::array();
  for (const LayerProfile& layer : profile.layers) layers.push_back(layer_json(layer, profile));
  for (const EngineProfile& engine : profile.engines) {
    engines.push_back({{"engine", engine.engine},
                       {"jobs", engine.jobs},
                       {"busy_cycles", engine.busy_cycles},
                       {"causes", to_json(engine.causes)}});
  }
  const Json json = {{"version", 1},
                     {"network", profile.network},
                     {"chip", profile.chip},
                     {"clock_hz", profile.clock_hz},
                     {"governor", {{"start_hz", profile.start_hz}, {"ramp_ps", profile.ramp_ps}}},
                     {"total", total_json(profile)},
                     {"layers", std::move(layers)},
                     {"engines", std::move(engines)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace trireme

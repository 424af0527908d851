// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "support/text.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

// RFC 4180: quoted if it holds a separator, quotes doubled.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string header() {
  std::string line =
      "index,lid,name,op,merged,engine,input_shape,output_shape,start_cycle,finish_cycle,busy_cycles,"
      "exclusive_cycles,"
      "time_us";
  for (int cause = 0; cause < kCauses; ++cause)
    line += fmt::format(",{}", name_of(static_cast<Cause>(cause)));
  return line +
         ",ddr_read_bytes,ddr_write_bytes,axi_read_bytes,axi_write_bytes,sram_read_bytes,sram_write_bytes,"
         "macs,utilization,ppu_instructions,"
         "weight_bytes,coded_bytes\n";
}

std::string layer_line(std::size_t index, const LayerProfile& layer, const Profile& profile) {
  std::string line = fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{}", index, field(layer.lid), field(layer.name), field(layer.op),
      field(join(layer.merged, " ")), layer.engine, join_dims(layer.input_shape, 'x'),
      join_dims(layer.output_shape, 'x'), layer.start_cycle, layer.finish_cycle, layer.busy_cycles,
      layer.exclusive_cycles, shortest(profile.microseconds(layer.exclusive_cycles)));
  for (const std::uint64_t cycles : layer.causes.cycles) line += fmt::format(",{}", cycles);
  return line + fmt::format(",{},{},{},{},{},{},{},{},{},{},{}\n", layer.traffic.ddr_read,
                            layer.traffic.ddr_write, layer.traffic.axi_read, layer.traffic.axi_write,
                            layer.traffic.sram_read, layer.traffic.sram_write, layer.macs,
                            shortest(layer.utilization), layer.ppu_instructions, layer.weight_bytes,
                            layer.coded_bytes);
}

}  // namespace

std::string profile_csv(const Profile& profile) {
  std::string text = header();
  for (std::size_t i = 0; i < profile.layers.size(); ++i) text += layer_line(i, profile.layers[i], profile);
  return text;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/error.h"
#include "support/files.h"
#include "traces/run_folder.h"

namespace trireme {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kHighestClock = 1'000'000'000'000;
constexpr int kDeepest = 16;  // profile.json has five levels

// A JSON object whose members are asked for by name and type; complaints carry the path of the member.
class Fields {
 public:
  Fields(const Json& json, std::string path, const std::string& file)
      : json_(json), path_(std::move(path)), file_(file) {
    if (!json_.is_object()) wrong(path_, "an object");
  }

  const Json& member(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end())
      throw Error(file_, fmt::format("has no '{}.{}'", path_, key), "a profile.json of another program?");
    return *found;
  }
  Fields object(const char* key) const { return {member(key), path_ + "." + key, file_}; }
  std::string text(const char* key) const { return text_of(member(key), key); }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> list;
    for (const Json& item : array(key)) list.push_back(text_of(item, key));
    return list;
  }
  std::uint64_t count(const char* key) const { return count_of(member(key), key); }
  double fraction(const char* key) const {
    const Json& value = member(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) wrong(path_ + "." + key, "a number");
    return value.get<double>();
  }
  Shape shape(const char* key) const {
    Shape shape;
    for (const Json& item : array(key)) shape.push_back(static_cast<std::int64_t>(count_of(item, key)));
    return shape;
  }
  const Json& array(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array()) wrong(path_ + "." + key, "a list");
    return value;
  }

 private:
  std::string text_of(const Json& value, const char* key) const {
    if (!value.is_string()) wrong(path_ + "." + key, "a text");
    return value.get<std::string>();
  }
  std::uint64_t count_of(const Json& value, const char* key) const {
    if (!value.is_number_unsigned()) wrong(path_ + "." + key, "a count");
    return value.get<std::uint64_t>();
  }
  [[noreturn]] void wrong(const std::string& where, const char* wanted) const {
    throw Error(file_, fmt::format("'{}' is not {}", where, wanted));
  }

  const Json& json_;
  std::string path_;
  const std::string& file_;
};

Traffic read_traffic(const Fields& fields) {
  return {fields.count("ddr_read"),   fields.count("ddr_write"), fields.count("sram_read"),
          fields.count("sram_write"), fields.count("axi_read"),  fields.count("axi_write")};
}

CauseCycles read_causes(const Fields& fields) {
  CauseCycles causes;
  for (int i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    causes[cause] = fields.count(name_of(cause));
  }
  return causes;
}

LayerProfile read_layer(const Fields& fields) {
  LayerProfile layer;
  layer.lid = fields.text("lid");
  layer.name = fields.text("name");
  layer.op = fields.text("op");
  layer.merged = fields.texts("merged");
  layer.engine = fields.text("engine");
  layer.reason = fields.text("reason");
  layer.input_shape = fields.shape("input_shape");
  layer.output_shape = fields.shape("output_shape");
  layer.start_cycle = fields.count("start_cycle");
  layer.finish_cycle = fields.count("finish_cycle");
  layer.busy_cycles = fields.count("busy_cycles");
  layer.exclusive_cycles = fields.count("exclusive_cycles");
  layer.causes = read_causes(fields.object("causes"));
  layer.traffic = read_traffic(fields.object("bytes"));
  layer.macs = fields.count("macs");
  layer.utilization = fields.fraction("utilization");
  layer.ppu_instructions = fields.count("ppu_instructions");
  layer.weight_bytes = fields.count("weight_bytes");
  layer.coded_bytes = fields.count("coded_bytes");
  return layer;
}

EngineProfile read_engine(const Fields& fields) {
  return {fields.text("engine"), fields.count("jobs"), fields.count("busy_cycles"),
          read_causes(fields.object("causes"))};
}

// A file that nests without end would end the parser's stack of containers, so depth is refused while
// reading.
Json parse(const std::string& text, const std::string& file) {
  try {
    const auto bounded = [&](int depth, Json::parse_event_t, Json&) {
      if (depth > kDeepest) throw Error(file, fmt::format("nests deeper than {} levels", kDeepest));
      return true;
    };
    return Json::parse(text, bounded);
  } catch (const Json::exception& error) {
    throw Error(file, fmt::format("is not JSON: {}", error.what()));
  }
}

}  // namespace

Profile read_profile_json(const std::filesystem::path& path) {
  const std::string file = path.string();
  const Json json = parse(read_text(path), file);
  const Fields top(json, "profile", file);
  if (top.count("version") != 1) {
    throw Error(file, fmt::format("profile version {}, this program reads 1", top.count("version")),
                "run the simulation again");
  }
  Profile profile;
  profile.network = top.text("network");
  profile.chip = top.text("chip");
  profile.clock_hz = static_cast<std::int64_t>(top.count("clock_hz"));
  if (profile.clock_hz <= 0 || profile.clock_hz > kHighestClock) {
    throw Error(file, fmt::format("'profile.clock_hz' is {}", profile.clock_hz), "1 Hz to 1 THz");
  }
  const Fields governor = top.object("governor");
  profile.start_hz = static_cast<std::int64_t>(governor.count("start_hz"));
  profile.ramp_ps = static_cast<std::int64_t>(governor.count("ramp_ps"));
  if (profile.start_hz < 0 || profile.start_hz > kHighestClock || profile.ramp_ps < 0) {
    throw Error(file, "'profile.governor' is no clock", "a start_hz up to 1 THz and a ramp_ps from 0 on");
  }
  const Fields total = top.object("total");
  profile.total_cycles = total.count("cycles");
  profile.exclusive_outside_layers = total.count("exclusive_outside_layers");
  profile.traffic = read_traffic(total.object("bytes"));
  profile.macs = total.count("macs");
  profile.ppu_instructions = total.count("ppu_instructions");
  profile.io_buffers = total.count("io_buffers");
  profile.io_bytes = total.count("io_bytes");
  for (const Json& layer : top.array("layers")) profile.layers.push_back(read_layer({layer, "layers", file}));
  for (const Json& engine : top.array("engines"))
    profile.engines.push_back(read_engine({engine, "engines", file}));
  return profile;
}

}  // namespace trireme

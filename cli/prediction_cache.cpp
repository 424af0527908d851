// SPDX-License-Identifier: Apache-2.0
#include "cli/prediction_cache.h"

#include <nlohmann/json.hpp>

#include "support/files.h"

namespace trireme {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string text_of(const PredictedRun& run) {
  Json layers = Json::array();
  for (const PredictedLayer& layer : run.layers)
    layers.push_back({layer.engine, layer.name, layer.microseconds});
  const Json json = {{"cycles", run.prediction.cycles},
                     {"ms", run.prediction.ms},
                     {"skipped_because", run.prediction.skipped_because},
                     {"layers", std::move(layers)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

PredictedRun run_of(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    PredictedRun run;
    run.prediction = {json.at("cycles"), json.at("ms"), json.at("skipped_because")};
    for (const Json& layer : json.at("layers")) run.layers.push_back({layer.at(0), layer.at(1), layer.at(2)});
    return run;
  } catch (const Json::exception& failure) {
    throw Error("", std::string("is no result of a timing run: ") + failure.what(), "");
  }
}

PredictionCache::PredictionCache(fs::path folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  fs::create_directories(folder_);
  program_ = sha256_hex(read_file("/proc/self/exe"));
}

fs::path PredictionCache::file_of(const std::string& network, const Chip& chip) const {
  std::string key = program_ + '\n' + network + '\n' + chip.yaml;
  if (fs::is_regular_file(network)) key += sha256_hex(read_file(network));
  return folder_ / (sha256_hex(key.data(), key.size()) + ".json");
}

std::optional<PredictedRun> PredictionCache::find(const std::string& network, const Chip& chip) const {
  if (folder_.empty()) return std::nullopt;
  const fs::path file = file_of(network, chip);
  if (!fs::exists(file)) return std::nullopt;
  return run_of(read_text(file));
}

void PredictionCache::store(const std::string& network, const Chip& chip, const PredictedRun& run) const {
  if (folder_.empty() || !run.prediction.skipped_because.empty()) return;
  write_file(file_of(network, chip), std::string_view(text_of(run)));
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/preprocess/input_meta.h"

#include <fmt/format.h>

#include <cmath>

#include "support/text.h"

namespace trireme {

namespace {

bool image_channels(std::int64_t channels) { return channels == 1 || channels == 3; }

// One of the '#'-separated groups: a mean a channel, then the scale. Above 1 it is a divisor, as older tools
// and KSNN write it (formats.md §2).
void apply_channel_mean(InputPort& port, const std::string& group) {
  const std::string where = "--channel-mean-value";
  std::vector<float> numbers;
  for (const std::string& word : split_words(group)) {
    const auto value = to_double(word);
    if (!value || !std::isfinite(*value)) throw Error(where, fmt::format("'{}' is not a number", word));
    numbers.push_back(static_cast<float>(*value));
  }
  const auto channels = port.mean.size();
  if (numbers.size() < channels + 1) {
    throw Error(where,
                fmt::format("'{}' has {} numbers, input '{}' has {} channels", trim(group), numbers.size(),
                            port.lid, channels),
                "write a mean for each channel, then the scale: \"m m m s\"");
  }
  const float scale = numbers.back();
  if (!(scale > 0)) {
    throw Error(
        where,
        fmt::format("the last number of '{}' is the scale, and {} is not positive", trim(group), scale),
        "write a mean for each channel, then the scale: 0 0 0 1 leaves the pixels as they are");
  }
  port.mean.assign(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(channels));
  port.scale.assign(1, scale > 1 ? 1.0F / scale : scale);
}

InputPort default_port(const Graph& graph, std::size_t index) {
  const Value& value = graph.values[graph.inputs[index]];
  InputPort port;
  port.lid = index < graph.input_lids.size() ? graph.input_lids[index] : value.name;
  port.dtype = name_of(value.dtype);
  port.shape = value.shape;
  port.resize = false;
  const bool planes = value.shape.size() == 4 && is_float(value.dtype);
  const bool planar = planes && image_channels(value.shape[1]);
  const bool interleaved = planes && !planar && image_channels(value.shape[3]);
  if (!planar && !interleaved) {
    port.category = "undefined";
    port.preproc_type = "TENSOR";
    return port;
  }
  port.layout = planar ? "nchw" : "nhwc";
  const std::int64_t channels = value.shape[planar ? 1 : 3];
  port.preproc_type = channels == 1 ? "IMAGE_GRAY" : "IMAGE_RGB";
  port.mean.assign(static_cast<std::size_t>(channels), 0.0F);
  port.scale.assign(1, 1.0F / 255.0F);
  return port;
}

}  // namespace

InputMeta default_input_meta(const Graph& graph, const std::string& dataset_path,
                             const std::string& channel_mean_value) {
  InputDatabase database;
  database.path = dataset_path;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) database.ports.push_back(default_port(graph, i));
  if (!trim(channel_mean_value).empty()) {
    const std::vector<std::string> groups = split(channel_mean_value, '#');
    if (groups.size() != 1 && groups.size() != database.ports.size()) {
      throw Error("--channel-mean-value",
                  fmt::format("{} groups for {} inputs", groups.size(), database.ports.size()),
                  "one group for all inputs, or one an input, separated by '#'");
    }
    for (std::size_t i = 0; i < database.ports.size(); ++i) {
      InputPort& port = database.ports[i];
      if (port.category == "image") apply_channel_mean(port, groups[groups.size() == 1 ? 0 : i]);
    }
  }
  InputMeta meta;
  meta.databases.push_back(std::move(database));
  return meta;
}

const InputPort* find_port(const InputMeta& meta, const std::string& lid) {
  for (const InputDatabase& database : meta.databases) {
    for (const InputPort& port : database.ports) {
      if (port.lid == lid) return &port;
    }
  }
  return nullptr;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/quantization_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trireme {
namespace {

constexpr std::int64_t kMostAxes = 64;  // far beyond any shape; the shape itself is checked later
constexpr std::int64_t kMostFl = 256;

DataType read_type(LayerParameters& p, const char* key) {
  try {
    return parse_data_type(p.text(key), key);
  } catch (const Error& error) {
    p.complain(key, "is not supported: " + error.problems()[0].what, error.problems()[0].hint);
    return DataType::float32;
  }
}

std::int64_t read_within(LayerParameters& p, const char* key, std::int64_t least, std::int64_t most) {
  const std::int64_t number = p.integer(key);
  if (number >= least && number <= most) return number;
  p.complain(key, fmt::format("is {}", number), fmt::format("a whole number from {} to {}", least, most));
  return least;
}

// Zero points are codes; those of 64 bits are kept in 32 (quantization.h).
std::vector<std::int32_t> read_zero_points(LayerParameters& p, DataType stored) {
  const int bits = std::min(8 * bytes_of(stored), 32);
  const bool is_signed = stored == DataType::int8 || stored == DataType::int16 || bits == 32;
  const std::int64_t least = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const std::int64_t most = least + (std::int64_t{1} << bits) - 1;
  std::vector<std::int32_t> zero_points;
  for (const std::int64_t number : p.integers("zero_point")) {
    if (number < least || number > most) {
      p.complain("zero_point", fmt::format("holds {}", number), std::string("a code of ") + name_of(stored));
      return {};
    }
    zero_points.push_back(static_cast<std::int32_t>(number));
  }
  return zero_points;
}

void read_affine(LayerParameters& p, Quantization& q) {
  q.scheme = Quantization::Scheme::affine;
  q.scale = p.reals("scale");
  const bool positive = std::all_of(q.scale.begin(), q.scale.end(), [](float scale) { return scale > 0; });
  if (!positive) p.complain("scale", "holds a number that is not positive");
  q.zero_point = read_zero_points(p, q.dtype);
  q.channel_axis = static_cast<int>(read_within(p, "channel_axis", -1, kMostAxes));
}

}  // namespace

Json quantization_json(const Value& value) {
  const Quantization& q = value.quantization;
  Json json = {{"type", name_of(value.dtype)}, {"stored", name_of(q.dtype)}};
  if (q.scheme == Quantization::Scheme::affine) {
    json["scale"] = q.scale;
    json["zero_point"] = q.zero_point;
    json["channel_axis"] = q.channel_axis;
  }
  if (q.scheme == Quantization::Scheme::fixed_point) json["fl"] = q.fl;
  const bool ranged = q.min != 0 || q.max != 0;
  if (ranged && std::isfinite(q.min) && std::isfinite(q.max)) {  // JSON has no other numbers
    json["min_value"] = q.min;
    json["max_value"] = q.max;
  }
  return json;
}

void read_quantization(LayerParameters& p, Value& value) {
  value.dtype = read_type(p, "type");
  Quantization q;
  q.dtype = read_type(p, "stored");
  if (p.has("scale")) {
    read_affine(p, q);
  } else if (p.has("fl")) {
    q.scheme = Quantization::Scheme::fixed_point;
    q.fl = static_cast<int>(read_within(p, "fl", -kMostFl, kMostFl));
  }
  if (q.quantized() && !is_integer(q.dtype)) {
    p.complain("stored", std::string("is ") + name_of(q.dtype), "codes are integers");
  } else if (!q.quantized() && q.dtype != value.dtype && !(is_float(q.dtype) && is_float(value.dtype))) {
    p.complain("stored",
               fmt::format("is {} for {}, without a scale", name_of(q.dtype), name_of(value.dtype)));
  }
  q.min = p.number("min_value", 0.0);
  q.max = p.number("max_value", 0.0);
  value.quantization = std::move(q);
}

void check_scales(const Value& value, const std::string& where, Problems& problems) {
  const Quantization& q = value.quantization;
  if (q.scheme != Quantization::Scheme::affine) return;
  const auto axis = static_cast<std::size_t>(std::max(q.channel_axis, 0));
  const bool has_axis = !q.per_channel() || axis < value.shape.size();
  const std::int64_t wanted = !q.per_channel() ? 1 : has_axis ? value.shape[axis] : 0;
  if (has_axis && static_cast<std::int64_t>(q.scale.size()) == wanted &&
      q.zero_point.size() == q.scale.size())
    return;
  problems.add(where,
               fmt::format("{} scales and {} zero points for channel axis {} of the shape {}", q.scale.size(),
                           q.zero_point.size(), q.channel_axis, to_string(value.shape)),
               "one of each, or one a channel");
}

}  // namespace trireme

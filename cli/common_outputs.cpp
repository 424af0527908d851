// SPDX-License-Identifier: Apache-2.0
#include "cli/common_outputs.h"

#include <fmt/format.h>

#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace {

// The shortest decimal of the float, not the seventeen digits of the double that it widens to.
double exact(float value) { return to_double(shortest(value)).value_or(static_cast<double>(value)); }

}  // namespace

std::string iteration_top_text(int iteration, const std::string& lid, const Tensor& real, int count) {
  std::string text = fmt::format("I Iter({}), top({}), tensor(@{}:out0) :\n", iteration, count, lid);
  for (const TopEntry& entry : top_n(real, count)) {
    text += fmt::format("I {}: {}\n", entry.index, shortest(static_cast<float>(entry.value)));
  }
  return text;
}

std::string board_top_text(const Tensor& real, int count) {
  std::string text = fmt::format(" --- Top{} ---\n", count);
  for (const TopEntry& entry : top_n(real, count))
    text += fmt::format("{:>3}: {:8.6f}\n", entry.index, entry.value);
  return text;
}

Json top_json(const Tensor& real, int count) {
  Json list = Json::array();
  for (const TopEntry& entry : top_n(real, count))
    list.push_back({{"index", entry.index}, {"value", entry.value}});
  return list;
}

Json quantization_json(const Quantization& quantization) {
  if (!quantization.quantized()) return {{"quantizer", "none"}};
  if (quantization.scheme == Quantization::Scheme::fixed_point) {
    return {{"quantizer", "dynamic_fixed_point"},
            {"qtype", short_name_of(quantization.dtype)},
            {"fl", quantization.fl}};
  }
  Json json = {
      {"quantizer", quantization.per_channel() ? "perchannel_symmetric_affine" : "asymmetric_affine"},
      {"qtype", short_name_of(quantization.dtype)},
      {"max_value", quantization.max},
      {"min_value", quantization.min}};
  if (quantization.per_channel()) {
    json["scale"] = quantization.scale;
    json["zero_point"] = quantization.zero_point;
    json["channel_dim"] = quantization.channel_axis;
  } else {
    json["scale"] = exact(quantization.scale.at(0));
    json["zero_point"] = quantization.zero_point.at(0);
  }
  return json;
}

Json golden_json(const std::string& file, const GoldenTensor& golden) {
  const Tensor& tensor = golden.tensor;
  Json json = {{"file", file},
               {"lid", golden.lid},
               {"value", golden.value},
               {"dtype", name_of(tensor.dtype)},
               {"shape", tensor.shape},
               {"shape_w_first", w_first(tensor.shape)},
               {"bytes", tensor.bytes.size()},
               {"sha256", sha256_hex(tensor.bytes.data(), tensor.bytes.size())}};
  if (golden.affine) {
    json["quantization"] = {{"quantizer", "asymmetric_affine"},
                            {"scale", exact(golden.scale)},
                            {"zero_point", golden.zero_point}};
  } else if (is_float(tensor.dtype)) {
    json["quantization"] = {{"quantizer", "none"}};
  } else {
    json["quantization"] = {{"quantizer", "dynamic_fixed_point"}, {"fl", golden.fl}};
  }
  return json;
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Tensor real_of(const Tensor& stored, const Quantization& quantization) {
  if (quantization.quantized() && !is_float(stored.dtype)) return dequantize(stored, quantization);
  return to_float32(stored);
}

}  // namespace trireme

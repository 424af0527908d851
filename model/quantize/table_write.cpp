// SPDX-License-Identifier: Apache-2.0
// Version 2 (formats.md §4.2), as text: order, quoting and digits are part of the format that users patch by
// hand.
#include <fmt/format.h>

#include "model/quantize/table.h"
#include "model/quantize/yaml_text.h"
#include "support/files.h"

namespace trireme {

namespace {

using Scheme = Quantization::Scheme;

const char* quantizer_of(const Quantization& q) {
  if (q.scheme == Scheme::fixed_point) return "dynamic_fixed_point";
  if (q.scheme == Scheme::affine)
    return q.per_channel() ? "perchannel_symmetric_affine" : "asymmetric_affine";
  if (q.dtype == DataType::bfloat16) return "bfloat16";
  return q.dtype == DataType::float16 ? "float16" : "float32";
}

// A scalar for one value, a list for several.
template <typename Value, typename Print>
std::string values_of(const std::vector<Value>& values, Print print) {
  if (values.size() == 1) return print(values[0]);
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(print(value));
  return yaml_list(texts);
}

std::string entry_text(const Quantization& q) {
  constexpr const char* indent = "    ";
  std::vector<std::pair<std::string, std::string>> fields = {{"qtype", short_name_of(q.dtype)},
                                                             {"quantizer", quantizer_of(q)}};
  if (q.quantized()) {
    fields.emplace_back("rounding", "rtne");
    fields.emplace_back("max_value", yaml_number(q.max));
    fields.emplace_back("min_value", yaml_number(q.min));
  }
  if (q.scheme == Scheme::affine) {
    fields.emplace_back("scale", values_of(q.scale, [](float scale) { return yaml_number(scale); }));
    fields.emplace_back("zero_point",
                        values_of(q.zero_point, [](int zero) { return fmt::format("{}", zero); }));
    if (q.per_channel()) fields.emplace_back("channel_dim", fmt::format("{}", q.channel_axis));
  }
  if (q.scheme == Scheme::fixed_point) fields.emplace_back("fl", fmt::format("{}", q.fl));
  std::string text;
  for (const auto& [name, value] : fields) text += fmt::format("{0}{0}{1}: {2}\n", indent, name, value);
  return text;
}

}  // namespace

void write_quantize_table(const std::filesystem::path& path, const QuantizeTable& table) {
  std::string text = kNoTabsComment;
  text += "version: 2\n";
  text += table.order.empty() ? "quantize_parameters: {}\n" : "quantize_parameters:\n";
  for (const std::string& key : table.order) {
    text += fmt::format("    {}:\n", yaml_string(key)) + entry_text(table.entries.at(key));
  }
  text += table.customized.empty() ? "customized_quantize_layers: {}\n" : "customized_quantize_layers:\n";
  for (const auto& [lid, kind] : table.customized) {
    text += fmt::format("    {}: {}\n", yaml_string(lid), yaml_string(kind));
  }
  write_file(path, text);
}

}  // namespace trireme

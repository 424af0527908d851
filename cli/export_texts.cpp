// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/common_difference.h"
#include "cli/common_outputs.h"
#include "cli/export.h"
#include "model/quantize/table.h"
#include "model/reference/execute.h"
#include "support/text.h"
#include "tensor/files.h"

namespace trireme {

namespace {

constexpr std::size_t kConstantAlignment = 64;

Json io_meta(const IoTensor& tensor) {
  Json json = {{"name", tensor.name}, {"shape", tensor.shape}, {"format", "nchw"}};
  if (!tensor.quantization.quantized()) {
    json["dtype"] = name_of(tensor.dtype);
    return json;
  }
  Json quantize = quantization_json(tensor.quantization);
  json["quantizer"] = quantize["quantizer"];
  quantize.erase("quantizer");
  json["quantize"] = std::move(quantize);
  return json;
}

Json io_meta(const std::vector<IoTensor>& tensors) {
  Json json = Json::object();
  for (const IoTensor& tensor : tensors) json[tensor.lid] = io_meta(tensor);
  return json;
}

// Offset of equal bytes that are there already, or of a new copy at an aligned place.
std::size_t place(const Tensor& tensor, std::map<std::string, std::size_t>& known, Bytes& bytes) {
  const std::string hash = sha256_hex(tensor.bytes.data(), tensor.bytes.size());
  const auto found = known.find(hash);
  if (found != known.end()) return found->second;
  bytes.resize((bytes.size() + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment);
  const std::size_t offset = bytes.size();
  bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
  known[hash] = offset;
  return offset;
}

}  // namespace

Constants export_constants(const Graph& graph) {
  Constants constants;
  Json index = Json::array();
  std::map<std::string, std::size_t> known;
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.values[id];
    if (value.constant == nullptr || consumers(graph, id).empty()) continue;
    const bool store = value.quantization.quantized() && is_float(value.constant->dtype);
    const Tensor stored = store ? quantize(*value.constant, value.quantization) : *value.constant;
    index.push_back({{"tensor", table_key(graph, id)},
                     {"dtype", name_of(stored.dtype)},
                     {"shape", stored.shape},
                     {"offset", place(stored, known, constants.bytes)},
                     {"bytes", stored.bytes.size()},
                     {"quantize", quantization_json(value.quantization)}});
  }
  constants.index = index.dump();
  return constants;
}

std::string network_meta_text(const NetworkBinary& binary, const Constants& constants) {
  return json_text({{"Inputs", io_meta(binary.inputs)},
                    {"Outputs", io_meta(binary.outputs)},
                    {"Recurrent_connections", Json::object()},
                    {"Constants", Json::parse(constants.index)}});
}

std::string sample_text(const std::string& name, const RunRecord& record) {
  std::string text = fmt::format(
      "# For vpm_run -s sample.txt on the board. It loads the chip vendor's .nb, which Trireme does not "
      "write:\n"
      "# put the one made by the vendor's tools from the same model and {}.quantize beside this file.\n"
      "[network]\n./{}.nb\n[input]\n",
      name, name);
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    text += fmt::format("./golden/{}\n", input_dat_name(static_cast<int>(i)));
  }
  std::string outputs;
  text += "[golden]\n";
  for (std::size_t i = 0; i < record.outputs.size(); ++i) {
    const std::string file = output_dat_name(static_cast<int>(i), record.outputs[i].tensor.shape);
    text += fmt::format("./golden/{}\n", file);
    outputs += fmt::format("./{}\n", file);
  }
  return text + "[output]\n" + outputs;
}

std::string golden_text(const NetworkBinary& binary, const RunRecord& record) {
  Json inputs = Json::array(), outputs = Json::array();
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    inputs.push_back(golden_json(input_dat_name(static_cast<int>(i)), record.inputs[i]));
  }
  for (std::size_t i = 0; i < record.outputs.size(); ++i) {
    outputs.push_back(
        golden_json(output_dat_name(static_cast<int>(i), record.outputs[i].tensor.shape), record.outputs[i]));
  }
  return json_text({{"version", 1},
                    {"network", binary.name},
                    {"model_sha256", binary.model_hash},
                    {"chip", binary.chip_name},
                    {"producer", binary.producer},
                    {"requantization",
                     {{"rule", name_of(binary.rule)},
                      {"ties", ties_text(binary.rule, binary.ties)},
                      {"confidence", confidence_of(binary.rule)}}},
                    {"inputs", std::move(inputs)},
                    {"outputs", std::move(outputs)}});
}

namespace {

// Integers and codes must be equal. Real numbers of the PPU come from other polynomials and another order of
// sums than the host's: equal within 1e-5 of the largest, in half precision (2^-11 a step) within 1e-2.
bool agrees(const Tensor& simulated, const Tensor& expected) {
  if (simulated.dtype != expected.dtype || simulated.shape != expected.shape) return false;
  if (simulated.bytes == expected.bytes) return true;
  if (!is_float(expected.dtype)) return false;
  double largest = 0;
  for (std::int64_t i = 0; i < expected.size(); ++i)
    largest = std::max(largest, std::fabs(element(expected, i)));
  const double allowed = (expected.dtype == DataType::float16 ? 1e-2 : 1e-5) * largest;
  return difference(expected, simulated).max_abs <= allowed;
}

}  // namespace

std::vector<std::string> differing_outputs(const Graph& graph, const NetworkBinary& binary,
                                           const std::vector<Tensor>& inputs, const RunRecord& record) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = binary.rule;
  options.ties = binary.ties;
  const std::vector<Tensor> expected = execute(graph, inputs, options);
  std::vector<std::string> differing;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool same = i < record.outputs.size() && agrees(record.outputs[i].tensor, expected[i]);
    if (!same) differing.push_back(graph.output_lids.at(i));
  }
  return differing;
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
// run.yaml: what was run and what its tensors mean. Everything outside `host:` is the same on every machine.
#include <yaml-cpp/yaml.h>

#include "support/files.h"
#include "support/text.h"
#include "tensor/files.h"
#include "traces/run_json.h"

namespace trireme {

namespace {

void emit_text(YAML::Emitter& out, const char* key, const std::string& value) {
  out << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
}

void emit_map(YAML::Emitter& out, const char* key, const std::map<std::string, std::string>& entries) {
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  for (const auto& [name, value] : entries) emit_text(out, name.c_str(), value);
  out << YAML::EndMap;
}

void emit_tensor(YAML::Emitter& out, const std::string& file, const GoldenTensor& golden) {
  const Tensor& tensor = golden.tensor;
  out << YAML::BeginMap;
  emit_text(out, "file", file);
  emit_text(out, "lid", golden.lid);
  emit_text(out, "value", golden.value);
  out << YAML::Key << "dtype" << YAML::Value << name_of(tensor.dtype);
  out << YAML::Key << "shape" << YAML::Value << YAML::Flow << tensor.shape;
  if (golden.affine) {
    out << YAML::Key << "scale" << YAML::Value << shortest(golden.scale);
    out << YAML::Key << "zero_point" << YAML::Value << golden.zero_point;
  } else if (is_integer(tensor.dtype)) {
    out << YAML::Key << "fl" << YAML::Value << shortest(golden.fl);
  }
  out << YAML::Key << "sha256" << YAML::Value << YAML::DoubleQuoted
      << sha256_hex(tensor.bytes.data(), tensor.bytes.size());
  out << YAML::EndMap;
}

}  // namespace

std::string run_yaml(const RunRecord& record) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "version" << YAML::Value << 1;
  emit_map(out, "run", record.run);
  out << YAML::Key << "finish_cycle" << YAML::Value << record.profile.total_cycles;
  out << YAML::Key << "findings" << YAML::Value << record.findings.size();
  out << YAML::Key << "inputs" << YAML::Value << YAML::BeginSeq;
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    emit_tensor(out, input_dat_name(static_cast<int>(i)), record.inputs[i]);
  }
  out << YAML::EndSeq << YAML::Key << "outputs" << YAML::Value << YAML::BeginSeq;
  for (std::size_t i = 0; i < record.outputs.size(); ++i) {
    emit_tensor(out, output_dat_name(static_cast<int>(i), record.outputs[i].tensor.shape), record.outputs[i]);
  }
  out << YAML::EndSeq;
  emit_map(out, "host", record.host);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace trireme

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/import/import.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {
namespace {

// JSON begins with '{' or '[', after blanks and a byte order mark; an ONNX file never does: as protobuf tags,
// 0x7B and 0x5B are fields with a wire type that ONNX does not use.
bool is_json(const std::filesystem::path& path) {
  if (to_lower(path.extension().string()) == ".json") return true;
  const Bytes bytes = read_file(path);
  std::size_t at = bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
  while (at < bytes.size() &&
         (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n'))
    ++at;
  return at < bytes.size() && (bytes[at] == '{' || bytes[at] == '[');
}

}  // namespace

Graph load_model(const std::filesystem::path& path, const ImportOptions& options) {
  if (!is_json(path)) return import_onnx(path, options);
  if (!options.inputs.empty() || !options.outputs.empty() || !options.input_shapes.empty() ||
      !options.bind.empty()) {
    throw Error(path.string(), "inputs, outputs, shapes and constants can be chosen for ONNX models only",
                "choose them when the model is imported");
  }
  std::filesystem::path data = path;
  data.replace_extension(".data");
  return load_acuity(path, data);
}

}  // namespace trireme

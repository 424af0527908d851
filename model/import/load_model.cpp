// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "model/import/import.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {
namespace {

enum class FileKind { json, tflite, onnx };

// JSON begins with '{' or '[', after blanks and a byte order mark; an ONNX file never does: as protobuf tags,
// 0x7B and 0x5B are fields with a wire type that ONNX does not use.
bool is_json(const Bytes& bytes) {
  std::size_t at = bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
  while (at < bytes.size() &&
         (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n'))
    ++at;
  return at < bytes.size() && (bytes[at] == '{' || bytes[at] == '[');
}

// The extension says what a damaged file was meant to be; the content, what any other is.
// The file identifier of TensorFlow Lite, behind the first offset.
bool is_tflite_file(const Bytes& bytes) {
  constexpr std::string_view identifier = "TFL3";
  return bytes.size() >= 8 && std::equal(identifier.begin(), identifier.end(), bytes.begin() + 4);
}

FileKind kind_of(const std::filesystem::path& path) {
  const std::string extension = to_lower(path.extension().string());
  if (extension == ".json") return FileKind::json;
  if (extension == ".tflite") return FileKind::tflite;
  const Bytes bytes = read_file(path);
  if (is_tflite_file(bytes)) return FileKind::tflite;
  return is_json(bytes) ? FileKind::json : FileKind::onnx;
}

}  // namespace

Graph load_model(const std::filesystem::path& path, const ImportOptions& options) {
  const FileKind kind = kind_of(path);
  if (kind == FileKind::onnx) return import_onnx(path, options);
  if (kind == FileKind::tflite) return import_tflite(path, options);
  if (!options.inputs.empty() || !options.outputs.empty() || !options.input_shapes.empty() ||
      !options.bind.empty()) {
    throw Error(path.string(), "inputs, outputs, shapes and constants are chosen at import only",
                "this is an imported model already; choose them when importing ONNX or TensorFlow Lite");
  }
  std::filesystem::path data = path;
  data.replace_extension(".data");
  return load_acuity(path, data);
}

}  // namespace trireme

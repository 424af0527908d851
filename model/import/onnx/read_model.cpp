// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/read_model.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>
#include <string_view>

#include "support/error.h"
#include "support/files.h"

namespace trireme {
namespace {

// protobuf's own limit of one message.
constexpr std::uint64_t kLargestFile = std::numeric_limits<std::int32_t>::max();

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  const char* what;
};
using std::string_view_literals::operator""sv;
constexpr Signature kSignatures[] = {
    {0, "\x89PNG"sv, "a PNG picture"},        {0, "\xFF\xD8\xFF"sv, "a JPEG picture"},
    {0, "PK\x03\x04"sv, "a zip archive"},     {0, "\x89HDF"sv, "an HDF5 file (Keras)"},
    {4, "TFL3"sv, "a TensorFlow Lite model"}, {0, "\x93NUMPY"sv, "a NumPy array"},
};

std::string kind_of(const Bytes& bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Signature& signature : kSignatures) {
    if (text.size() >= signature.offset &&
        text.substr(signature.offset, signature.bytes.size()) == signature.bytes) {
      return signature.what;
    }
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return "JSON text";
  return {};
}

[[noreturn]] void not_onnx(const std::string& where, const Bytes& bytes) {
  const std::string kind = kind_of(bytes);
  throw Error(where, "not an ONNX model" + (kind.empty() ? "" : "; it looks like " + kind),
              "give a .onnx file that holds a whole model");
}

}  // namespace

onnx::ModelProto read_onnx_model(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Bytes bytes = read_file(path, kLargestFile);
  if (bytes.empty()) throw Error(where, "the file is empty", "give a .onnx file");

  onnx::ModelProto model;
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetTotalBytesLimit(
      std::numeric_limits<int>::max());  // nested messages: protobuf's default limit stands
  const bool parsed = model.MergePartialFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  if (!parsed) {
    // A cut file still gives the fields before the cut.
    const bool begins_well = kind_of(bytes).empty() && (model.has_graph() || model.has_producer_name());
    if (!begins_well) not_onnx(where, bytes);
    throw Error(where,
                "the file is damaged or cut short: it is " + std::to_string(bytes.size()) +
                    " bytes long and does not parse to the end",
                "copy or export it again");
  }
  if (!model.has_graph()) not_onnx(where, bytes);
  return model;
}

}  // namespace trireme

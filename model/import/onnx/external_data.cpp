// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {
namespace {

namespace fs = std::filesystem;

struct Part {
  std::string location;
  std::uint64_t offset = 0, length = 0;
};

std::uint64_t number(const std::string& key, const std::string& text) {
  const auto value = to_int(text);
  if (!value || *value < 0)
    throw Error({}, fmt::format("its external data has the {} '{}'", key, printable(text)),
                "a number of bytes");
  return static_cast<std::uint64_t>(*value);
}

// "checksum" and keys of other tools say nothing that is needed.
Part part_of(const onnx::TensorProto& proto, std::uint64_t size) {
  Part part;
  part.length = size;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") part.location = entry.value();
    if (entry.key() == "offset") part.offset = number("offset", entry.value());
    if (entry.key() == "length") part.length = number("length", entry.value());
  }
  if (part.location.empty()) throw Error({}, "its external data names no file", "export the model again");
  if (part.length != size)
    throw Error({}, fmt::format("its shape needs {} bytes, its external data has {}", size, part.length),
                "the model is damaged; export it again");
  return part;
}

// A model may come from anybody: it must not make us read what lies elsewhere.
fs::path checked_path(const std::string& location, const fs::path& folder) {
  const std::string shown = "'" + printable(location) + "'";
  if (folder.empty()) throw Error({}, "its data lies in the file " + shown, "only initializers may");
  const fs::path path(location);
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (path.is_absolute() || climbs)
    throw Error({}, "its data lies in " + shown, "a file in the model's folder, or below it");
  std::error_code failure;
  const fs::path root = fs::canonical(folder, failure);
  const fs::path real = failure ? fs::path() : fs::canonical(folder / path, failure);
  if (failure || !fs::is_regular_file(real))
    throw Error({}, "its data lies in the file " + shown + ", which is not there",
                "keep the file beside the model");
  const auto [last, rest] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  if (last != root.end())
    throw Error({}, shown + " is a link that leaves the model's folder", "copy the file there");
  return real;
}

}  // namespace

Bytes read_external_data(const onnx::TensorProto& proto, std::uint64_t size, const fs::path& folder) {
  const Part part = part_of(proto, size);
  const fs::path path = checked_path(part.location, folder);
  const std::uint64_t available = fs::file_size(path);
  if (part.offset > available || part.length > available - part.offset) {
    throw Error({},
                fmt::format("it takes {} bytes from byte {} on of '{}', which has {}", part.length,
                            part.offset, printable(part.location), available),
                "the file is cut short, or belongs to another model");
  }
  Bytes bytes(part.length);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(part.offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw Error({}, "'" + printable(part.location) + "' cannot be read");
  return bytes;
}

}  // namespace trireme

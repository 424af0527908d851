// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/read_model.h"

#include <fmt/format.h>

#include "support/error.h"

namespace trireme {
namespace {

// Tables may be shared, so that a small file can ask the verifier for any amount of work.
constexpr flatbuffers::uoffset_t kDeepest = 16, kMostTables = 4'000'000;
constexpr std::uint64_t kLargestFile = (std::uint64_t{1} << 31) - 1;  // offsets are signed 32 bit in places

}  // namespace

bool is_tflite(const Bytes& bytes) {
  return bytes.size() >= 8 && tflite_file::ModelBufferHasIdentifier(bytes.data());
}

TfliteFile read_tflite_file(const std::filesystem::path& path) {
  const std::string where = path.filename().string();
  TfliteFile file;
  file.bytes = read_file(path, kLargestFile);
  if (!is_tflite(file.bytes)) {
    throw Error(where, "it is no TensorFlow Lite model: the identifier TFL3 is missing",
                "a file that a version control system replaced by a pointer looks like this, too");
  }
  flatbuffers::Verifier verifier(file.bytes.data(), file.bytes.size(), kDeepest, kMostTables);
  if (!tflite_file::VerifyModelBuffer(verifier)) {
    throw Error(where, "the file is damaged: an offset or a size points outside of it",
                "it may be cut short; export it again");
  }
  file.model = tflite_file::GetModel(file.bytes.data());
  constexpr std::uint32_t kVersion = 3;
  if (file.model->version() != kVersion) {
    throw Error(where, fmt::format("format version {} is not supported", file.model->version()),
                fmt::format("version {}", kVersion));
  }
  if (count_of(file.model->subgraphs()) == 0) throw Error(where, "the model holds no graph");
  return file;
}

}  // namespace trireme

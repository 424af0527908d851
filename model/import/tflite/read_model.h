// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "support/files.h"
#include "tflite_file/tflite_generated.h"

namespace trireme {

// A .tflite file whose offsets all lie inside of it; `model` points into `bytes`.
struct TfliteFile {
  Bytes bytes;
  const tflite_file::Model* model = nullptr;
};

bool is_tflite(const Bytes& bytes);  // by its file identifier
TfliteFile read_tflite_file(const std::filesystem::path& path);

// A vector of a flatbuffer may be missing, which means empty.
template <typename Element>
std::size_t count_of(const flatbuffers::Vector<Element>* vector) {
  return vector == nullptr ? 0 : vector->size();
}
inline std::vector<std::int64_t> integers_of(const flatbuffers::Vector<std::int32_t>* vector) {
  if (vector == nullptr) return {};
  return {vector->begin(), vector->end()};
}

}  // namespace trireme

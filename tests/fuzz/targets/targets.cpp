// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <cstdio>

#include "support/error.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

const std::vector<FuzzTarget>& fuzz_targets() {
  static const std::vector<FuzzTarget> targets = {
      // Constants within kFuzzConstantBytes, once as codes, once as numbers, once as the operand of a step
      // that is
      // worked out at import and at most as float64; protobuf, nodes and values by the byte.
      {"onnx", read_onnx_bytes, 16 * kFuzzConstantBytes, 4000},
      {"tflite", read_tflite_bytes, 16 * kFuzzConstantBytes, 4000},
      // JSON of 64 MB at most, and a NAME.data as below.
      {"acuity", read_acuity_bytes, 320 * kMiB, 4000},
      // An archive may unpack to 256 MiB and 64 times its size (npz.cpp); a pickle has 2^22 values
      // (pickle.h),
      // but not more than bytes.
      {"layer_data", read_layer_data_bytes, 320 * kMiB, 400},
      // A YAML node for a few bytes of text, and each alias again: 4,000,000 at most (yaml_parse.cpp).
      {"quantize", read_quantize_bytes, 64 * kMiB, 4000},
      {"input_meta", read_input_meta_bytes, 64 * kMiB, 4000},
      {"array", read_array_bytes, 320 * kMiB, 400},
      // 512 pixels of three bytes for a byte of JPEG, 1032 of PNG of one bit expanded to eight (image_*.cpp).
      {"picture", read_picture_bytes, kMiB, 3 * 8 * 1032},
      {"network_binary", read_network_binary_bytes, 64 * kMiB, 4000},
  };
  return targets;
}

const FuzzTarget& fuzz_target(const std::string& name) {
  for (const FuzzTarget& target : fuzz_targets()) {
    if (name == target.name) return target;
  }
  internal_error("no fuzz target '" + name + "'");
}

std::filesystem::path fuzz_file(const std::string& name, std::string_view bytes) {
  static const TempFolder folder;
  const std::filesystem::path path = folder / name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) internal_error("cannot write " + path.string());
  const std::size_t written = bytes.empty() ? 0 : std::fwrite(bytes.data(), 1, bytes.size(), file);
  if (std::fclose(file) != 0 || written != bytes.size()) internal_error("cannot write " + path.string());
  return path;
}

}  // namespace trireme

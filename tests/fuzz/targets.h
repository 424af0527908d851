// SPDX-License-Identifier: Apache-2.0
// The readers of files from outside, each as a function of bytes: what libFuzzer (tools/fuzz) and test_fuzz
// run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace trireme {

struct FuzzTarget {
  const char* name;  // also the folder below corpus/
  // Reads the bytes as a file and does with the result what a command would do first. True if the file was
  // accepted. Errors are an answer; anything else that leaves the function is a defect.
  bool (*read)(std::string_view bytes);
  // What a run may have allocated at any instant: `fixed_bytes` and `bytes_each` for each byte of input.
  // Derived from the limits that the readers state; test_fuzz counts, libFuzzer's malloc and RSS limits lie
  // above.
  std::size_t fixed_bytes, bytes_each;
};

const std::vector<FuzzTarget>& fuzz_targets();
const FuzzTarget& fuzz_target(const std::string& name);

// Constants of a model in these programs (ImportLimits), so that runs stay short.
constexpr std::uint64_t kFuzzConstantBytes = std::uint64_t{4} << 20;

// One file in a folder of this process, in memory where there is such a folder; written without flushing.
std::filesystem::path fuzz_file(const std::string& name, std::string_view bytes);

bool read_onnx_bytes(std::string_view bytes);
bool read_tflite_bytes(std::string_view bytes);
bool read_acuity_bytes(std::string_view bytes);      // NAME.json, or NAME.json, a zero byte and NAME.data
bool read_layer_data_bytes(std::string_view bytes);  // NAME.data alone
bool read_quantize_bytes(std::string_view bytes);
bool read_input_meta_bytes(std::string_view bytes);
bool read_array_bytes(std::string_view bytes);  // .npy, .npz, text .tensor, raw .dat
bool read_picture_bytes(std::string_view bytes);
bool read_network_binary_bytes(std::string_view bytes);

}  // namespace trireme

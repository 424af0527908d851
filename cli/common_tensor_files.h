// SPDX-License-Identifier: Apache-2.0
// Tensor files of unknown origin, for decode and compare: .dat, .npy, .tensor. What a raw file means is told
// by the user, or by the run.yaml or golden.json beside it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tensor/tensor.h"

namespace trireme {

struct TensorHints {  // options of the command line; they win
  std::string dtype, shape;
  std::optional<double> scale;
  std::optional<std::int64_t> zero_point;
};

struct FoundTensor {
  Tensor stored;
  bool affine = false;
  float scale = 1;
  std::int32_t zero_point = 0;
  bool described = true;  // false: a raw file that nothing describes, read as bytes
};

// `bytes_allowed`: an undescribed .dat is read as uint8; otherwise it is an Error that says what to give.
FoundTensor read_any_tensor(const std::filesystem::path& path, const TensorHints& hints, bool bytes_allowed);
Tensor real_values(const FoundTensor& found);
// A raw file that nothing describes, read as another tensor of the same meaning.
FoundTensor read_like(const std::filesystem::path& path, const FoundTensor& known);

Shape parse_shape(const std::string& text, const std::string& where);  // "1,10" or "1x10"

}  // namespace trireme

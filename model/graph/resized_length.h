// SPDX-License-Identifier: Apache-2.0
// What ONNX calls length_resized (Resize): modes that align corners stretch an axis to it.
#pragma once

#include <cstdint>

namespace trireme {

// The exact product of scale and size, which the number of elements, `out`, rounds down; or that number where
// the scale is no more than the ratio of the sizes in float32.
inline float resized_length(float scale, std::int64_t in, std::int64_t out) {
  const float ratio = static_cast<float>(out) / static_cast<float>(in);
  return scale == ratio ? static_cast<float>(out) : scale * static_cast<float>(in);
}

}  // namespace trireme
